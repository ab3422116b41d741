"""What is new, told to every open page: one thread a process looks into the store about once a second."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog

from casework.case import Case
from casework.errors import CaseworkError
from casework.events import EventName
from casework.inbox import InboxState
from casework.message import CaseId, ThreadId
from casework.ports import Cases, Store, UnitOfWork

EVERY_SECONDS: Final = 1.0
_AT_ONCE: Final = 500
_LATE_BY: Final = 200
"""Database ids commit out of order on PostgreSQL, so this many below the highest are looked at again."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class News:
    """One event of a case, or more messages that wait for a decision, with what decides who hears of it."""

    case_id: CaseId | None = None
    """None when more messages were held or set aside."""
    name: EventName | None = None
    """None when something was said in a watched conversation without an event."""
    actor: str = ""
    case: Case | None = None
    """The case as it was when the event was read."""


@dataclass(eq=False)
class Subscription:
    """One open page. `None` in its queue says that the stream is to end."""

    loop: asyncio.AbstractEventLoop
    thread_id: ThreadId | None = None
    """The conversation that the page shows, if it shows one."""
    case_id: CaseId | None = None
    waiting: asyncio.Queue[News | None] = field(default_factory=asyncio.Queue)
    last_number: int | None = None

    def tell(self, news: News | None) -> None:
        """Hand over from another thread; a page whose loop is gone needs nothing more."""
        try:
            self.loop.call_soon_threadsafe(self.waiting.put_nowait, news)
        except RuntimeError:
            _log.debug("page has gone", action="live.page_gone")


class LiveNews:
    """The one poller of a process. It rests while no page is open and ends with `stop`."""

    def __init__(self, store: Store, *, every: float = EVERY_SECONDS, stopping: threading.Event | None = None) -> None:
        """Look into `store` every so many seconds; nothing runs before the first page subscribes.

        When `stopping` is set every stream ends, as after `stop`.
        """
        self._store = store
        self._every = every
        self._guard = threading.Lock()
        self._stopped = stopping or threading.Event()
        self._subscriptions: set[Subscription] = set()
        self._thread: threading.Thread | None = None
        self.rounds = 0
        """How often the store was looked into; for those who must know that it has been."""

    @contextmanager
    def subscribed(self, case_id: CaseId | None = None, thread_id: ThreadId | None = None) -> Iterator[Subscription]:
        """A subscription for the running event loop, until the block is left."""
        subscription = Subscription(asyncio.get_running_loop(), thread_id, case_id)
        with self._guard:
            self._subscriptions.add(subscription)
            if self._stopped.is_set():
                subscription.waiting.put_nowait(None)
            elif self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live-news", daemon=True)
                self._thread.start()
        try:
            yield subscription
        finally:
            with self._guard:
                self._subscriptions.discard(subscription)

    def stop(self) -> None:
        """End every stream and the poller; from any thread, and before the server waits for open connections."""
        self._stopped.set()
        self._end_streams()
        with self._guard:
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=10)

    def _run(self) -> None:
        """Look until stopped, or until nobody has listened for a round."""
        reader: _Reader | None = None
        while not self._stopped.wait(self._every if reader else 0):
            with self._guard:
                listening = tuple(self._subscriptions)
                if not listening:
                    self._thread = None
                    return
            try:
                with self._store.read() as uow:
                    reader = reader or _Reader(uow)
                    self._look(reader, listening, uow)
                self.rounds += 1
            except CaseworkError as error:
                _log.warning("cannot look for news", action="live.unavailable", error=type(error).__name__)
                self._stopped.wait(self._every)

        self._end_streams()

    def _end_streams(self) -> None:
        with self._guard:
            subscriptions = tuple(self._subscriptions)
        for subscription in subscriptions:
            subscription.tell(None)

    def _look(self, reader: _Reader, listening: tuple[Subscription, ...], uow: UnitOfWork) -> None:
        for news in reader.fresh(uow):
            for subscription in listening:
                subscription.tell(news)
        for subscription in listening:
            if subscription.thread_id is None or subscription.case_id is None:
                continue
            number = uow.threads.get(subscription.thread_id).last_number
            if subscription.last_number not in (None, number):
                subscription.tell(News(subscription.case_id))
            subscription.last_number = number


class _Reader:
    """Reads the events of all cases from where they stood when it was made."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._highest = highest_event(uow.cases)
        self._seen = {row[0] for row in uow.cases.all_events(after=self._floor(), limit=2 * _LATE_BY)}
        self._set_aside = _count_set_aside(uow)

    def fresh(self, uow: UnitOfWork) -> list[News]:
        """What happened since the last look, in the order of the ids."""
        found: list[News] = []
        after = self._floor()
        while rows := uow.cases.all_events(after=after, limit=_AT_ONCE):
            for number, case_id, event in rows:
                if number not in self._seen:
                    self._seen.add(number)
                    found.append(News(case_id, event.name, event.actor, uow.cases.get(case_id)))
            after = rows[-1][0]
        before, self._set_aside = self._set_aside, _count_set_aside(uow)
        if self._set_aside > before:
            found.append(News())
        self._highest = max(after, self._highest)
        self._seen = {number for number in self._seen if number > self._floor()}
        return found

    def _floor(self) -> int:
        return max(0, self._highest - _LATE_BY)


def _count_set_aside(uow: UnitOfWork) -> int:
    return uow.inbox.count(InboxState.HELD) + uow.inbox.count(InboxState.SHUNTED)


def highest_event(cases: Cases) -> int:
    """The highest id of an event, found in about forty short looks instead of reading the whole ledger."""
    low, high = 0, 1
    while cases.all_events(after=high, limit=1):
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        if cases.all_events(after=middle, limit=1):
            low = middle + 1
        else:
            high = middle
    return low
