"""Many callers, one commit: writes that wait at the same time are committed together.

Each caller's work runs under a savepoint of its own, so that an error undoes that part alone. A caller learns of its
success only after the commit. Measured, this makes saving a mail before its 250 as quick as not saving it at all.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, exc

from casework.errors import CaseworkConflict, CaseworkUnavailable
from casework.store.units_of_work import SqlUnitOfWork

T = TypeVar("T")
MOST_TOGETHER = 64
LONGEST_SECONDS = 0.02
"""After this long no further work joins a transaction, so that the first caller is not kept waiting."""
TRIES = 3

Work = Callable[[SqlUnitOfWork], Any]


class SharedCommits:
    """Threads that each run submitted work in shared transactions: one on SQLite, some on PostgreSQL."""

    def __init__(self, engine: Engine, *, writers: int) -> None:
        """Start the writers; `close` ends them."""
        self._engine = engine
        self._waiting: queue.SimpleQueue[tuple[Work, Future[Any]] | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"commits-{number}", daemon=True) for number in range(writers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[SqlUnitOfWork], T]) -> Future[T]:
        """Queue `work`; the future is done after its commit, with its result or its error."""
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                future.set_exception(CaseworkUnavailable("the store is closing: try again shortly"))
                return future
            self._waiting.put((work, future))
        return future

    def close(self) -> None:
        """Carry out what was submitted, then end."""
        with self._closing:
            already, self._closed = self._closed, True
        if not already:
            for _ in self._threads:
                self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            try:
                self._commit_together(first)
            except exc.SQLAlchemyError:
                # Every caller was told already; the next batch gets a fresh connection.
                time.sleep(0.01)

    def _commit_together(self, first: tuple[Work, Future[Any]]) -> None:
        taken: list[Future[Any]] = [first[1]]
        done: list[tuple[Future[Any], Any]] = []
        try:
            with self._engine.begin() as connection:
                started = time.monotonic()
                item: tuple[Work, Future[Any]] | None = first
                while item is not None:
                    self._attempt(connection, item, done)
                    item = self._next(len(taken), started)
                    if item is not None:
                        taken.append(item[1])
        except BaseException as error:
            # Nothing of this transaction stands: every caller that was not told of its own error learns so.
            _fail(taken, error)
            raise
        for future, result in done:
            future.set_result(result)

    def _next(self, taken: int, started: float) -> tuple[Work, Future[Any]] | None:
        if taken >= MOST_TOGETHER or time.monotonic() - started > LONGEST_SECONDS:
            return None
        try:
            item = self._waiting.get_nowait()
        except queue.Empty:
            return None
        if item is None:
            # The word to end is for the outer loop.
            self._waiting.put(None)
        return item

    def _attempt(
        self, connection: Connection, item: tuple[Work, Future[Any]], done: list[tuple[Future[Any], Any]]
    ) -> None:
        work, future = item
        if not future.set_running_or_notify_cancel():
            return
        for tries in range(1, TRIES + 1):
            try:
                with connection.begin_nested():
                    result = work(SqlUnitOfWork(connection))
            except CaseworkConflict as conflict:
                if tries == TRIES:
                    future.set_exception(conflict)
            except (exc.OperationalError, exc.InterfaceError) as error:
                if connection.invalidated or isinstance(error, exc.InterfaceError):
                    raise
                future.set_exception(CaseworkUnavailable(_named(error)))
                return
            except Exception as error:  # noqa: BLE001 - it belongs to the caller, who gets it from the future
                future.set_exception(error)
                return
            else:
                done.append((future, result))
                return


def _fail(futures: list[Future[Any]], error: BaseException) -> None:
    for future in futures:
        if not future.done():
            unavailable = CaseworkUnavailable(_named(error))
            unavailable.__cause__ = error
            future.set_exception(unavailable)


def _named(error: BaseException) -> str:
    """What is said of a database error: its kind, never the values it was about."""
    return f"the store could not commit ({type(error).__name__}): try again later"
