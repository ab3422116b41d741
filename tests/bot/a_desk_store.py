"""A desk over a real store: say something, and look at what was kept."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from bot.desk import Desk, Handled
from bot.store import SqlConversations, metadata
from casework.inbox import Arrival, InboxState
from casework.message import InboundMessage
from casework.party import Address, ChannelName
from casework.store import SqlStore, SqlUnitOfWork, open_store
from tests.bot.demo_desk import a_desk

MONDAY_MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@dataclass
class Counter:
    """One desk, its store, and citizens who write to it."""

    store: SqlStore
    desk: Desk = field(default_factory=a_desk)
    now: datetime = MONDAY_MORNING
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def say(self, text: str, *, who: str = "citizen-1", channel: str = "web_chat", **more: Any) -> Handled:
        """One message, handled as the worker or the web chat does."""
        in_request = more.pop("answered_in_request", False)
        address = Address(ChannelName(channel), who)
        message = InboundMessage(address, f"{channel}-{next(self.ids)}", text, self.now, **more)

        def work(uow: SqlUnitOfWork) -> Handled:
            arrival = Arrival(address.channel, message.external_id, who, self.now, message)
            inbox_id, _ = uow.inbox.add(arrival, state=InboxState.HANDLED)
            conversations = SqlConversations(uow.connection)
            return self.desk.handle(message, inbox_id, uow, conversations, now=self.now, answered_in_request=in_request)

        return self.store.write(work)

    def texts(self, *said: str, **more: Any) -> str:
        """What was answered to the last of several messages."""
        handled = [self.say(text, **more) for text in said][-1]
        return "\n".join(numbered.reply.text for numbered in handled.replies)

    def wait(self, time: timedelta) -> None:
        """Let time pass."""
        self.now += time

    @contextmanager
    def counted_statements(self) -> Iterator[list[str]]:
        """Every SQL statement that runs inside."""
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(self.store.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(self.store.engine, "before_cursor_execute", note)


@contextmanager
def a_counter(url: str) -> Iterator[Counter]:
    """A desk over the empty database at `url`."""
    store = open_store(url)
    store.create_tables()
    metadata.create_all(store.engine)
    yield Counter(store)
    store.close()
