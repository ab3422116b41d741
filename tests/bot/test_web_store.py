"""What the web chat keeps of its own, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import bot.web_store
from bot.web_store import SqlWebConversations
from casework.message import Attachment
from casework.store import SqlStore, SqlUnitOfWork, open_store

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PHOTO = Attachment("照片.png", "image/png", 68, "a" * 64)


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    opened = open_store(store_url)
    opened.create_tables()
    bot.web_store.metadata.create_all(opened.engine)
    yield opened
    opened.close()


def kept(uow: SqlUnitOfWork) -> SqlWebConversations:
    return SqlWebConversations(uow.connection)


def test_a_conversation_is_known_by_the_hash_of_its_token(store: SqlStore) -> None:
    store.write(lambda uow: kept(uow).add("one", "hash", language="zh", now=NOW))
    with store.read() as uow:
        assert kept(uow).find_token_hash("one") == "hash"
        assert kept(uow).find_token_hash("two") is None


def test_a_file_that_was_sent_ahead_is_found_in_its_own_conversation_alone(store: SqlStore) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        kept(uow).add("one", "hash", language="zh", now=NOW)
        kept(uow).add("two", "hash", language="en", now=NOW)
        kept(uow).add_upload("photo", "one", PHOTO, now=NOW)

    store.write(work)
    with store.read() as uow:
        assert kept(uow).find_uploads("one", ("photo", "nothing")) == {"photo": PHOTO}
        assert kept(uow).find_uploads("two", ("photo",)) == {}
