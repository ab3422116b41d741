"""The job that drains the inbox: claim conversations, handle each one's messages oldest first, commit, give it back."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy import exc

from casework.errors import CaseworkConflict, CaseworkUnavailable
from casework.inbox import LEASE_FOR, MOST_BYTES, InboxEntry, InboxState, Reading, next_attempt
from casework.message import InboxId
from casework.party import ChannelName
from casework.store import SqlStore, SqlUnitOfWork
from runtime.jobs import delivering

log = structlog.get_logger()
CONVERSATIONS_AT_ONCE = 48
"""Of which the oldest are found by looking at all that wait; it costs as much for few as for many."""
AHEAD = 8
"""Conversations that wait for their commit at the same time: whoever else writes, a chat for one, waits behind them."""
MESSAGES_AT_ONCE = 20
"""Of one conversation in one transaction; a conversation with more comes round again."""
CONFLICTS = 5
"""How often a message is answered again when its conversation moved on meanwhile."""


class Handler(Protocol):
    """Turns saved messages of one channel into turns, cases and replies."""

    def prepare(self, entry: InboxEntry) -> object:
        """What can be worked out before the transaction, e.g. a parsed mail. Pure and slow; never touches the store."""
        ...

    def handle(self, entry: InboxEntry, prepared: object, uow: SqlUnitOfWork, *, now: datetime) -> None:
        """Do everything that the message asks for and finish its inbox entry."""
        ...

    def describe(self, entry: InboxEntry) -> Reading:
        """What a clerk is shown of a message that we failed on; must not fail itself."""
        ...


@dataclass(frozen=True, slots=True)
class Drain:
    """Handles what was received, on all channels."""

    store: SqlStore
    handler: Handler
    clock: Callable[[], datetime]
    worker: str
    stopping: threading.Event
    wake: Callable[..., object]
    """Called after the commits of a round with the jobs that now have something to deliver."""

    def run(self) -> None:
        """Drain until nothing is due; what waits for something of ours that is away is left for the next run."""
        # Two runs are never the same worker, so that one whose lease ran out cannot take another's for its own.
        worker = f"{self.worker}:{uuid.uuid4().hex[:8]}"
        put_off: list[str] = []
        try:
            while not self.stopping.is_set() and (conversations := self._claim(worker)):
                promised: set[ChannelName] = set()
                put_off += self._go_round(worker, conversations, promised)
                if promised:
                    self.wake(*map(delivering, promised))
        finally:
            self._give_back(worker, put_off)

    def _claim(self, worker: str) -> Sequence[str]:
        now = self.clock()
        return self.store.write(
            lambda uow: uow.inbox.claim(worker, now=now, lease=LEASE_FOR, limit=CONVERSATIONS_AT_ONCE)
        )

    def _go_round(self, worker: str, conversations: Sequence[str], promised: set[ChannelName]) -> list[str]:
        """Handle what waits in these conversations, each in a commit of its own; those that could not be finished.

        Channels on which something was promised are added to `promised`.
        """
        rest, put_off = list(conversations), []
        while rest:
            waiting = self._read_some(rest)
            under_way: deque[tuple[str, Future[bool]]] = deque()
            for name, entries in waiting.items():
                prepared = {entry.id: self._prepare(entry) for entry in entries}
                if len(under_way) == AHEAD:
                    put_off += self._settle(*under_way.popleft(), waiting)
                work = partial(self._handle_all, worker, name, entries, prepared, promised)
                under_way.append((name, self.store.submit(work)))
            for name, commit in under_way:
                put_off += self._settle(name, commit, waiting)
        return put_off

    def _settle(self, name: str, commit: Future[bool], waiting: Mapping[str, Sequence[InboxEntry]]) -> list[str]:
        """Wait for one conversation; its name when it could not be finished."""
        return [] if self._went_well(commit, waiting[name]) else [name]

    def _read_some(self, rest: list[str]) -> dict[str, Sequence[InboxEntry]]:
        """What waits in the first conversations of `rest`, which leave it; no more than fits into memory at once."""
        now, left = self.clock(), MOST_BYTES
        read: dict[str, Sequence[InboxEntry]] = {}
        with self.store.read() as uow:
            while rest and left > 0:
                name = rest.pop(0)
                read[name] = uow.inbox.pending(name, now=now, limit=MESSAGES_AT_ONCE, most_bytes=left)
                left -= sum(len(entry.raw_mail.data) for entry in read[name] if entry.raw_mail)
        return read

    def _prepare(self, entry: InboxEntry) -> object:
        try:
            return self.handler.prepare(entry)
        except Exception as error:  # noqa: BLE001 - kept, and judged with the message in its own savepoint
            return error

    def _went_well(self, commit: Future[bool], entries: Sequence[InboxEntry]) -> bool:
        """Wait for one conversation; its trouble leaves the others alone."""
        error = commit.exception()
        if error is None:
            return commit.result()
        ids = [entry.id for entry in entries]
        log.warning(
            "conversation put off", action="conversation_put_off", inbox=ids, error=type(error).__name__, exc_info=error
        )
        return False

    def _give_back(self, worker: str, conversations: Sequence[str]) -> None:
        """Let go of what was put off; when even that fails, the lease ends by itself."""
        if not conversations:
            return

        def release(uow: SqlUnitOfWork) -> None:
            for name in conversations:
                uow.inbox.release(worker, name)

        with contextlib.suppress(CaseworkUnavailable):
            self.store.write(release)

    def _handle_all(
        self,
        worker: str,
        conversation: str,
        entries: Sequence[InboxEntry],
        prepared: Mapping[InboxId, object],
        promised: set[ChannelName],
        uow: SqlUnitOfWork,
    ) -> bool:
        """Handle a conversation's messages and give it back; False, without giving it back, when it must wait."""
        if not uow.inbox.holds(worker, conversation):
            # Reading took longer than the lease, and another worker has gone on.
            return True
        for entry in entries:
            try:
                if not self._handle(entry, prepared[entry.id], uow):
                    break
            except CaseworkUnavailable as error:
                self._log_failure(entry, error, attempts=entry.attempts, shunted=False)
                return False
        uow.inbox.release(worker, conversation)
        # What another try of this work promised is woken for nothing, which harms nobody.
        promised |= uow.outbox.promised
        return True

    def _handle(self, entry: InboxEntry, prepared: object, uow: SqlUnitOfWork) -> bool:
        """Handle one message; False when it must be tried again, which holds back those after it.

        What is no fault of the message is raised and not counted against it: a store or a peer that is away.
        """
        now = self.clock()
        try:
            self._answer(entry, prepared, uow, now)
        except (CaseworkUnavailable, exc.OperationalError, exc.InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is kept and tried again or shunted
            return self._set_aside(entry, error, uow, now=now)
        return True

    def _answer(self, entry: InboxEntry, prepared: object, uow: SqlUnitOfWork, now: datetime) -> None:
        for tries in range(1, CONFLICTS + 1):
            try:
                with uow.savepoint():
                    self.handler.handle(entry, _unless_failed(prepared), uow, now=now)
            except CaseworkConflict:
                if tries == CONFLICTS:
                    raise
            else:
                return

    def _set_aside(self, entry: InboxEntry, error: Exception, uow: SqlUnitOfWork, *, now: datetime) -> bool:
        again_at = next_attempt(entry, now)
        named = _named(error)
        self._log_failure(entry, error, attempts=entry.attempts + 1, shunted=again_at is None)
        if again_at is None:
            uow.inbox.finish(entry.id, InboxState.SHUNTED, now=now, reading=self._describe(entry), error=named)
            return True
        uow.inbox.postpone(entry.id, until=again_at, error=named)
        return False

    def _describe(self, entry: InboxEntry) -> Reading:
        try:
            return self.handler.describe(entry)
        except Exception:  # noqa: BLE001 - a message that cannot even be described must still be set aside
            return Reading(sender=entry.conversation)

    def _log_failure(self, entry: InboxEntry, error: Exception, *, attempts: int, shunted: bool) -> None:
        log.warning(
            "message not handled",
            action="message_not_handled",
            inbox=entry.id,
            channel=entry.channel.value,
            error=_named(error),
            attempts=attempts,
            shunted=shunted,
        )


def _unless_failed(prepared: object) -> object:
    if isinstance(prepared, Exception):
        raise prepared
    return prepared


def _named(error: Exception) -> str:
    """Class and place of an error, never its message, which may hold a citizen's words."""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    if where is None:
        return type(error).__name__
    return f"{type(error).__name__} in {where.tb_frame.f_globals.get('__name__', '?')}:{where.tb_lineno}"
