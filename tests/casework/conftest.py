"""A store that is empty, on SQLite and on PostgreSQL, and the demo bureau's office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from casework.store import SqlStore, open_store

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday, ten in the morning in Zhumadian."""


@pytest.fixture
def now() -> datetime:
    """A working Monday morning."""
    return NOW


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An empty store on each database."""
    opened = open_store(store_url)
    opened.create_tables()
    yield opened
    opened.close()
