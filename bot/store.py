"""Conversations in SQL: one row a thread, with a version that makes two turns at once a conflict."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    Table,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.engine import Conversation, compose_state, parse_state
from casework.errors import CaseworkConflict
from casework.message import ThreadId

metadata = MetaData()
conversations = Table(
    "conversations",
    metadata,
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

_LOAD = select(conversations.c.state, conversations.c.version).where(
    conversations.c.thread_id == bindparam("of_thread")
)
_INSERT = insert(conversations)
_UPDATE = (
    update(conversations)
    .where(conversations.c.thread_id == bindparam("of_thread"), conversations.c.version == bindparam("expected"))
    .values(state=bindparam("new_state"), version=bindparam("new_version"), updated_at=bindparam("at"))
)


class SqlConversations:
    """`bot.ports.Conversations` over one connection, which the stores of other floors share."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction that is open on `connection`; commits nothing itself."""
        self._connection = connection

    def load(self, thread_id: ThreadId) -> Conversation:
        """The conversation of a thread; a fresh one of version 0 when there is none."""
        row = self._connection.execute(_LOAD, {"of_thread": thread_id}).first()
        return parse_state(row.state, version=row.version) if row else Conversation()

    def save(self, thread_id: ThreadId, conversation: Conversation, *, now: datetime) -> None:
        """Keep it, one version on; CaseworkConflict when it was saved by somebody else since it was loaded."""
        state = compose_state(conversation)
        if conversation.version == 0:
            self._insert(thread_id, state, now)
            return
        values = {
            "of_thread": thread_id,
            "expected": conversation.version,
            "new_state": state,
            "new_version": conversation.version + 1,
            "at": now,
        }
        if self._connection.execute(_UPDATE, values).rowcount != 1:
            raise _conflict(thread_id)

    def _insert(self, thread_id: ThreadId, state: dict[str, object], now: datetime) -> None:
        row = {"thread_id": thread_id, "state": state, "version": 1, "updated_at": now}
        try:
            self._connection.execute(_INSERT, row)
        except IntegrityError as error:
            raise _conflict(thread_id) from error


def _conflict(thread_id: ThreadId) -> CaseworkConflict:
    return CaseworkConflict(f"conversation {thread_id} has moved on: load it and answer again")
