"""The job that drains the inbox: claim conversations, handle each one's messages oldest first, commit, give it back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from casework.inbox import LEASE_FOR, InboxEntry, InboxState, Reading, next_attempt
from casework.message import InboxId
from casework.store import SqlStore, SqlUnitOfWork

log = structlog.get_logger()
CONVERSATIONS_AT_ONCE = 16
MESSAGES_AT_ONCE = 20
"""Of one conversation in one transaction; a conversation with more comes round again."""


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
    on_new_work: Callable[[], object]
    """Called after each commit: there may be replies to deliver."""

    def run(self) -> None:
        """Drain until nothing is due."""
        while not self.stopping.is_set() and (conversations := self._claim()):
            waiting = self._pending(conversations)
            prepared = {entry.id: self._prepare(entry) for entries in waiting.values() for entry in entries}
            commits = [
                self.store.submit(partial(self._handle_all, name, entries, prepared))
                for name, entries in waiting.items()
            ]
            for commit in commits:
                commit.result()
            self.on_new_work()

    def _claim(self) -> Sequence[str]:
        now = self.clock()
        return self.store.write(
            lambda uow: uow.inbox.claim(self.worker, now=now, lease=LEASE_FOR, limit=CONVERSATIONS_AT_ONCE)
        )

    def _pending(self, conversations: Sequence[str]) -> dict[str, Sequence[InboxEntry]]:
        now = self.clock()
        with self.store.read() as uow:
            return {name: uow.inbox.pending(name, now=now, limit=MESSAGES_AT_ONCE) for name in conversations}

    def _prepare(self, entry: InboxEntry) -> object:
        try:
            return self.handler.prepare(entry)
        except Exception as error:  # noqa: BLE001 - kept, and judged with the message in its own savepoint
            return error

    def _handle_all(
        self, conversation: str, entries: Sequence[InboxEntry], prepared: Mapping[InboxId, object], uow: SqlUnitOfWork
    ) -> None:
        for entry in entries:
            if not self._handle(entry, prepared[entry.id], uow):
                break
        uow.inbox.release(self.worker, conversation)

    def _handle(self, entry: InboxEntry, prepared: object, uow: SqlUnitOfWork) -> bool:
        """Handle one message; False when it must be tried again, which holds back those after it."""
        now = self.clock()
        try:
            with uow.savepoint():
                self.handler.handle(entry, _unless_failed(prepared), uow, now=now)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is kept and tried again or shunted
            return self._set_aside(entry, error, uow, now=now)
        return True

    def _set_aside(self, entry: InboxEntry, error: Exception, uow: SqlUnitOfWork, *, now: datetime) -> bool:
        again_at = next_attempt(entry, now)
        named = _named(error)
        log.warning(
            "message not handled",
            action="message_not_handled",
            inbox=entry.id,
            channel=entry.channel.value,
            error=named,
            attempts=entry.attempts + 1,
            shunted=again_at is None,
        )
        if again_at is None:
            reading = self.handler.describe(entry)
            uow.inbox.finish(entry.id, InboxState.SHUNTED, now=now, reading=reading, error=named)
            return True
        uow.inbox.postpone(entry.id, until=again_at, error=named)
        return False


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
