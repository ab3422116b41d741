"""Opening the store: SQLite that survives power cuts, or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

from psycopg.abc import Buffer
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from casework.errors import CaseworkUnavailable
from casework.ports import UnitOfWork
from casework.store.shared_commits import SharedCommits
from casework.store.tables import metadata
from casework.store.units_of_work import SqlUnitOfWork

T = TypeVar("T")
READS = "sunwindow_reads"
"""Execution option of a connection that only reads, which on SQLite locks nobody out."""
BUSY_MILLISECONDS = 15_000
"""How long SQLite waits for another process that is writing."""


class SqlStore:
    """`casework.ports.Store` over one database; every write goes through `SharedCommits`."""

    def __init__(self, engine: Engine, *, commits: SharedCommits) -> None:
        """Use `open_store`."""
        self.engine = engine
        self._commits = commits
        self._reading: dict[str, Any] = {READS: True}
        if engine.dialect.name == "postgresql":
            # SQLite's readers see one moment anyway.
            self._reading["isolation_level"] = "REPEATABLE READ"

    @contextmanager
    def read(self) -> Iterator[SqlUnitOfWork]:
        """A consistent view for reading; what is written through it is rolled back."""
        try:
            with self.engine.connect().execution_options(**self._reading) as connection:
                yield SqlUnitOfWork(connection)
                connection.rollback()
        except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
            raise CaseworkUnavailable from error

    def submit(self, work: Callable[[SqlUnitOfWork], T]) -> Future[T]:
        """Run `work` under a savepoint of its own in a transaction that waiting callers share."""
        return self._commits.submit(work)

    def write(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        """`submit`, and wait for the commit."""
        return self.submit(work).result()

    @staticmethod
    def connection_of(uow: UnitOfWork) -> Connection:
        """The connection of a unit of work of this store, which stores of other floors may share."""
        if not isinstance(uow, SqlUnitOfWork):
            raise TypeError("this unit of work is not of an SQL store")
        return uow.connection

    def create_tables(self) -> None:
        """Make the tables of casework, for tests and throw-away stores; real ones are migrated."""
        metadata.create_all(self.engine)

    def close(self) -> None:
        """Finish what was submitted, then let go of the database."""
        self._commits.close()
        self.engine.dispose()


def open_store(url: str, *, writers: int = 6) -> SqlStore:
    """The store at an SQLAlchemy URL: `sqlite:////path/file` or `postgresql+psycopg://…`.

    SQLite has one writer (WAL, synchronous=FULL, foreign keys on); PostgreSQL has `writers`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            parsed, poolclass=QueuePool, pool_size=8, max_overflow=32, connect_args=_SQLITE, hide_parameters=True
        )
        _prepare_sqlite(engine)
        return SqlStore(engine, commits=SharedCommits(engine, writers=1))
    if parsed.get_backend_name() != "postgresql":
        raise ValueError(f"the store is SQLite or PostgreSQL, not {parsed.get_backend_name()}")
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=12,
        max_overflow=16,
        pool_pre_ping=True,
        # Error messages would otherwise carry citizens' words.
        hide_parameters=True,
        connect_args={"connect_timeout": 10, "options": "-c statement_timeout=60000 -c timezone=UTC"},
    )
    _prepare_postgresql(engine)
    return SqlStore(engine, commits=SharedCommits(engine, writers=writers, together=1))


class _WithoutNul(StrDumperUnknown):
    """Text as PostgreSQL can keep it. Nobody reads a NUL, and no letter may be lost for one."""

    def dump(self, obj: str) -> Buffer | None:
        """The bytes of `obj` without NUL."""
        return super().dump(obj.replace("\x00", ""))


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _adapt(raw: Any, _record: Any) -> None:
        raw.adapters.register_dumper(str, _WithoutNul)


_SQLITE = {"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000, "isolation_level": None}


def _prepare_sqlite(engine: Engine) -> None:
    """The driver's own transaction handling is off; writers lock at BEGIN, so that none fails half way."""

    @event.listens_for(engine, "connect")
    def _pragmas(raw: Any, _record: Any) -> None:
        cursor = raw.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MILLISECONDS}",
            "cache_size=-16000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(raw: PoolProxiedConnection) -> None:
        raw.cursor().execute("BEGIN" if raw.info.get(READS) else "BEGIN IMMEDIATE")

    def note_options(connection: Connection, options: Mapping[str, Any]) -> None:
        if READS in options:
            connection.info[READS] = options[READS]
        noted_by_dialect(connection, options)

    # An event of the engine would do the same, and make every statement ask for listeners: a seventh of its cost.
    noted_by_dialect = engine.dialect.set_connection_execution_options
    engine.dialect.do_begin = begin  # type: ignore[assignment, method-assign]
    engine.dialect.set_connection_execution_options = note_options  # type: ignore[assignment, method-assign]

    @event.listens_for(engine, "checkin")
    def _forget(_raw: Any, record: ConnectionPoolEntry) -> None:
        record.info.pop(READS, None)
