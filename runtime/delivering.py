"""The job that delivers the outbox: claim and commit, call the channel, record what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from casework.actions.correspondence import record_delivery
from casework.actions.intake import Office
from casework.outbox import LEASE_FOR, DeliveryOutcome, DeliveryResult, OutboxEntry
from casework.party import ChannelName
from casework.ports import Channel, Store

log = structlog.get_logger()
AT_ONCE = 8
"""Deliveries that run at the same time on one channel; each has a conversation of its own."""


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

    def run(self) -> None:
        """Deliver until nothing is due; every entry's result is recorded as soon as it is known."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix=f"deliver-{self.channel_name.value}") as pool:
            while not self.stopping.is_set() and (claimed := self._claim()):
                for done in [pool.submit(self._deliver, entry) for entry in claimed]:
                    done.result()

    def _claim(self) -> list[OutboxEntry]:
        now = self.clock()
        return list(
            self.store.write(
                lambda uow: uow.outbox.claim(self.worker, [self.channel_name], now=now, lease=LEASE_FOR, limit=AT_ONCE)
            )
        )

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
