"""An empty store, a mail room of the test bureau, and a clock that stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from casework.store import SqlStore, open_store
from casework.store.blobs import DirectoryBlobs
from mail_gateway.understanding import MailRoom, open_mail_room
from tests.mail_gateway.letters import mail_office


@pytest.fixture
def now() -> datetime:
    """A working Monday morning."""
    return datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An empty store on each database."""
    opened = open_store(store_url)
    opened.create_tables()
    yield opened
    opened.close()


@pytest.fixture
def room(tmp_path: Path) -> MailRoom:
    """The mail room of the test bureau, with files in a folder."""
    return open_mail_room(mail_office(), DirectoryBlobs(tmp_path / "blobs"))
