"""Places where a test may kill the running product, to prove that nothing accepted is lost and nothing is sent twice.

Nothing here runs unless `SUNWINDOW_TEST_KILL_AT` names a file, and never in production. The file holds one order such
as `deliver.sent@email:2`: die by SIGKILL when a mail has been taken by the other side for the second time from now.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from casework.inbox import Arrival, InboxState, Reading
from casework.message import Direction, InboxId, Message, ThreadId
from casework.outbox import DeliveryOutcome, DeliveryResult, OutboxEntry, OutboxId
from casework.party import ChannelName
from casework.ports import Channel
from casework.store import SqlStore, SqlUnitOfWork
from casework.store.inbox import SqlInbox
from casework.store.outbox import SqlOutbox
from casework.store.threads import SqlThreads
from runtime.settings import Environment

VARIABLE = "SUNWINDOW_TEST_KILL_AT"
T = TypeVar("T")


class KillPoint(StrEnum):
    """A step of accepting, handling or delivering."""

    SAVING = "accept.saving"
    """An arrival is written and not committed."""
    SAVED = "accept.saved"
    """It is committed, and whoever sent it was not told."""
    CLAIMED = "handle.claimed"
    """A worker holds conversations and has done nothing for them."""
    WORKING = "handle.working"
    """The message stands in its thread, uncommitted; nothing is decided."""
    HANDLED = "handle.done"
    """Turn, case and replies are committed, and nobody was woken."""
    TAKEN = "deliver.claimed"
    """An entry is leased and not sent."""
    SENT = "deliver.sent"
    """The other side has taken it, and no receipt is written."""
    RECORDED = "deliver.recorded"
    """The receipt is committed."""


class KillPoints:
    """Carries out the order that a test has written."""

    def __init__(self, order: Path) -> None:
        """Look for the order in the file `order` each time that a point is passed; no file is no order."""
        self._order = order
        self._guard = threading.Lock()
        self._current = ""
        self._passed = 0

    def passes(self, point: KillPoint, channel: ChannelName | None = None) -> None:
        """Die here if the order says so."""
        with self._guard:
            order = self._order.read_text(encoding="ascii").strip() if self._order.exists() else ""
            if order != self._current:
                self._current, self._passed = order, 0
            wanted, _, times = order.partition(":")
            names = {point.value, f"{point.value}@{channel.value}"} if channel else {point.value}
            if wanted not in names:
                return
            self._passed += 1
            if self._passed >= int(times or 1):
                os.kill(os.getpid(), signal.SIGKILL)

    def watch_store(self, store: SqlStore) -> SqlStore:
        """The store, passing the points of its commits."""
        return _WatchedStore(store, self)

    def watch_channels(self, channels: Mapping[ChannelName, Channel]) -> dict[ChannelName, Channel]:
        """The channels, passing `deliver.sent`."""
        return {name: _WatchedChannel(channel, self) for name, channel in channels.items()}


def kill_points(environment: Environment) -> KillPoints | None:
    """The points, when a test asks for them."""
    order = os.environ.get(VARIABLE)
    if not order or environment is Environment.PRODUCTION:
        return None
    return KillPoints(Path(order))


@dataclass(slots=True)
class _Seen:
    """What one unit of work did, as far as it passes points."""

    kills: KillPoints
    before: list[tuple[KillPoint, ChannelName | None]] = field(default_factory=list)
    """To be passed before the commit."""
    after: list[tuple[KillPoint, ChannelName | None]] = field(default_factory=list)


class _WatchedStore(SqlStore):
    """The same store; the futures it hands out are done only after the points that follow the commit."""

    def __init__(self, store: SqlStore, kills: KillPoints) -> None:
        super().__init__(store.engine, commits=store._commits)  # noqa: SLF001 - it stands in for the store itself
        self._kills = kills

    def submit(self, work: Callable[[SqlUnitOfWork], T]) -> Future[T]:
        seen = _Seen(self._kills)

        def watched(uow: SqlUnitOfWork) -> T:
            seen.before.clear()
            seen.after.clear()
            uow.inbox = _WatchedInbox(uow.connection, seen)
            uow.outbox = _WatchedOutbox(uow.connection, seen)
            uow.threads = _WatchedThreads(uow.connection, seen)
            result = work(uow)
            for point, channel in seen.before:
                self._kills.passes(point, channel)
            return result

        told: Future[T] = Future()
        told.set_running_or_notify_cancel()

        def tell(done: Future[T]) -> None:
            error = done.exception()
            if error is not None:
                told.set_exception(error)
                return
            for point, channel in seen.after:
                self._kills.passes(point, channel)
            told.set_result(done.result())

        super().submit(watched).add_done_callback(tell)
        return told


class _WatchedInbox(SqlInbox):
    def __init__(self, connection: Connection, seen: _Seen) -> None:
        super().__init__(connection)
        self._seen = seen

    def add(self, arrival: Arrival, *, state: InboxState = InboxState.RECEIVED) -> tuple[InboxId, bool]:
        inbox_id, is_new = super().add(arrival, state=state)
        if is_new:
            self._seen.before.append((KillPoint.SAVING, arrival.channel))
            self._seen.after.append((KillPoint.SAVED, arrival.channel))
        return inbox_id, is_new

    def claim(self, worker: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[str]:
        claimed = super().claim(worker, now=now, lease=lease, limit=limit)
        self._seen.after += [(KillPoint.CLAIMED, None) for _ in claimed]
        return claimed

    def finish(
        self,
        inbox_id: InboxId,
        state: InboxState,
        *,
        now: datetime,
        reading: Reading | None = None,
        error: str = "",
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().finish(inbox_id, state, now=now, reading=reading, error=error, facts=facts)
        self._seen.after.append((KillPoint.HANDLED, self.get(inbox_id).channel))


class _WatchedThreads(SqlThreads):
    def __init__(self, connection: Connection, seen: _Seen) -> None:
        super().__init__(connection)
        self._seen = seen

    def add_message(self, thread_id: ThreadId, direction: Direction, *rest: Any, **facts: Any) -> Message:
        message = super().add_message(thread_id, direction, *rest, **facts)
        address = self.get(thread_id).address
        if direction is Direction.INBOUND and address is not None:
            self._seen.kills.passes(KillPoint.WORKING, address.channel)
        return message


class _WatchedOutbox(SqlOutbox):
    def __init__(self, connection: Connection, seen: _Seen) -> None:
        super().__init__(connection)
        self._seen = seen

    def claim(
        self, worker: str, channels: Sequence[ChannelName], *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[OutboxEntry]:
        claimed = super().claim(worker, channels, now=now, lease=lease, limit=limit)
        self._seen.after += [(KillPoint.TAKEN, entry.to.channel) for entry in claimed]
        return claimed

    def record(self, outbox_id: OutboxId, result: DeliveryResult, *, now: datetime) -> OutboxEntry:
        entry = super().record(outbox_id, result, now=now)
        self._seen.after.append((KillPoint.RECORDED, entry.to.channel))
        return entry


@dataclass(frozen=True, slots=True)
class _WatchedChannel:
    channel: Channel
    kills: KillPoints

    def deliver(self, entry: OutboxEntry) -> DeliveryResult:
        result = self.channel.deliver(entry)
        if result.outcome is DeliveryOutcome.DELIVERED:
            self.kills.passes(KillPoint.SENT, entry.to.channel)
        return result
