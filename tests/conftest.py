"""What every room's tests share: a closed network, and real databases made fresh for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.closed_network import close_network
from tests.running.databases import fresh_database, own_server
from tests.running.indexes import INDEXES


def pytest_configure() -> None:
    """Close the network before any test is imported, and keep the indexes that many tests would build again."""
    close_network()
    os.environ.setdefault("SUNWINDOW_INDEX_DIR", str(INDEXES))


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio alone, as the product does."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server of this session's own, or of the one that SUNWINDOW_TEST_POSTGRES names."""
    if given := os.environ.get("SUNWINDOW_TEST_POSTGRES"):
        yield given
        return
    with own_server() as server:
        yield server.get_uri()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database that lives as long as the test."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The SQLAlchemy URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'sunwindow.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database: every test that asks for it runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url
