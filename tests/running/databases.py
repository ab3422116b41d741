"""PostgreSQL databases that outlive a test, for a product that several tests share."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import URL


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database on a server, dropped afterwards."""
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
