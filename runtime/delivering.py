"""The job that delivers the outbox: claim and commit, call the channel, record what became of it."""

from __future__ import annotations

import contextlib
import math
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from casework.actions.correspondence import record_delivery, refuse_dead
from casework.actions.office import Office
from casework.outbox import LEASE_FOR, DeliveryOutcome, DeliveryResult, OutboxEntry
from casework.party import ChannelName
from casework.ports import Channel, Store, UnitOfWork

log = structlog.get_logger()
_Ends = queue.SimpleQueue[Exception | None]
"""How each delivery ended: None, or why its receipt could not be written."""
AT_ONCE = 4
"""Deliveries that run at the same time on one channel; each has a conversation of its own."""
LOOK_AGAIN_AFTER = 1.0
"""Seconds: while something is under way, how soon what came meanwhile is begun."""
FINISH_WITHIN = 8.0
"""Seconds that deliveries under way are given when the process stops."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Delivers what is due on one channel, so that a slow channel harms no other."""

    channel_name: ChannelName
    channel: Channel
    store: Store
    office: Office
    clock: Callable[[], datetime]
    worker: str
    stopping: threading.Event
    on_result: Callable[[ChannelName, DeliveryOutcome], object] = field(default=lambda _name, _outcome: None)
    finish_within: float = FINISH_WITHIN

    def run(self) -> None:
        """Deliver until nothing is due; every result is recorded as soon as it is known.

        One that hangs takes one of the places and holds back none of the others, nor the end of the process: what is
        not done within `finish_within` of a stop is left leased, sent again at the next start, and counted.
        """
        ended: _Ends = queue.SimpleQueue()
        failures: list[Exception] = []
        under_way, deadline, nothing_ended = 0, math.inf, False
        while time.monotonic() < deadline:
            if self.stopping.is_set():
                deadline = min(deadline, time.monotonic() + self.finish_within)
            elif not failures and (nothing_ended or under_way <= AT_ONCE // 2):
                under_way += self._begin(AT_ONCE - under_way, ended)
            if not under_way:
                break
            results = _wait(ended)
            under_way, nothing_ended = under_way - len(results), not results
            failures += [result for result in results if result is not None]
        if under_way:
            log.warning("deliveries left", action="deliveries_left", channel=self.channel_name.value, count=under_way)
        if failures:
            raise failures[0]

    def _begin(self, free: int, ended: _Ends) -> int:
        """Claim up to so many and begin to deliver them, each in a thread that does not outlive the process."""
        claimed = self._claim(free) if free else ()
        for entry in claimed:
            name = f"deliver-{self.channel_name.value}-{entry.id}"
            threading.Thread(target=self._deliver_and_tell, args=(entry, ended), name=name, daemon=True).start()
        return len(claimed)

    def _claim(self, limit: int) -> Sequence[OutboxEntry]:
        now = self.clock()

        def claim(uow: UnitOfWork) -> tuple[Sequence[OutboxEntry], list[OutboxEntry]]:
            found = uow.outbox.claim(self.worker, [self.channel_name], now=now, lease=LEASE_FOR, limit=limit)
            return found, [entry for entry in found if not refuse_dead(entry, uow, office=self.office, now=now)]

        while True:
            found, alive = self.store.write(claim)
            if alive or not found:
                return alive

    def _deliver_and_tell(self, entry: OutboxEntry, ended: _Ends) -> None:
        try:
            self._deliver(entry)
        except Exception as error:  # noqa: BLE001 - the receipt could not be written; the run ends with it
            ended.put(error)
        else:
            ended.put(None)

    def _deliver(self, entry: OutboxEntry) -> None:
        result = self._try(entry)
        now = self.clock()
        self.store.write(lambda uow: record_delivery(entry, result, uow, office=self.office, now=now))
        self.on_result(self.channel_name, result.outcome)
        log.info(
            "delivery tried",
            action="delivery_tried",
            outbox=entry.id,
            channel=self.channel_name.value,
            outcome=result.outcome.value,
            attempts=entry.attempts,
            repeats=entry.repeats,
        )

    def _try(self, entry: OutboxEntry) -> DeliveryResult:
        try:
            return self.channel.deliver(entry)
        except Exception as error:
            log.exception("delivery failed", action="delivery_failed", outbox=entry.id)
            return DeliveryResult(DeliveryOutcome.UNKNOWN, detail=f"our own trouble: {type(error).__name__}")


def _wait(ended: _Ends) -> list[Exception | None]:
    """What ended meanwhile; at least one, unless nothing does for a while."""
    results = []
    with contextlib.suppress(queue.Empty):
        results.append(ended.get(timeout=LOOK_AGAIN_AFTER))
        while True:
            results.append(ended.get_nowait())
    return results
