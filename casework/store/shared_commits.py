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
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, exc

from casework.errors import CaseworkConflict, CaseworkUnavailable
from casework.store.units_of_work import SqlUnitOfWork

T = TypeVar("T")
MOST_TOGETHER = 64
LONGEST_SECONDS = 0.02
"""After this long no further work joins a transaction, so that the first caller is not kept waiting."""
TRIES = 5
_TRY_AGAIN = frozenset({"40001", "40P01", "55P03"})
"""SQLSTATEs of PostgreSQL that ask for the transaction to be run again: serialization, deadlock, lock not available."""


@dataclass(slots=True)
class _Submitted:
    """One caller's work and where the answer goes."""

    work: Callable[[SqlUnitOfWork], Any]
    future: Future[Any] = field(default_factory=Future)
    started: bool = False
    result: Any = None

    def may_start(self) -> bool:
        """Whether the caller still waits for it."""
        if not self.started:
            self.started = self.future.set_running_or_notify_cancel()
        return self.started


class SharedCommits:
    """Threads that each run submitted work in shared transactions.

    SQLite has one writer that shares generously. PostgreSQL has several that share nothing: it groups commits itself,
    and a transaction that locks several conversations could deadlock with another.
    """

    def __init__(self, engine: Engine, *, writers: int, together: int = MOST_TOGETHER) -> None:
        """Start the writers; `close` ends them."""
        self._engine = engine
        self._together = together
        self._waiting: queue.SimpleQueue[_Submitted | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"commits-{number}", daemon=True) for number in range(writers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[SqlUnitOfWork], T]) -> Future[T]:
        """Queue `work`; the future is done after its commit, with its result or its error."""
        item = _Submitted(work)
        with self._closing:
            if self._closed:
                item.future.set_exception(CaseworkUnavailable("the store is closing: try again shortly"))
            else:
                self._waiting.put(item)
        return item.future

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
            for tries in range(1, TRIES + 1):
                taken: list[_Submitted] = []
                try:
                    self._commit_together(first, taken)
                except Exception as error:  # noqa: BLE001 - every caller is told; the thread must live on
                    if tries < TRIES and len(taken) == 1 and _asks_again(error):
                        continue
                    self._tell(first, taken, error)
                break

    def _commit_together(self, first: _Submitted, taken: list[_Submitted]) -> None:
        done: list[_Submitted] = []
        with self._engine.begin() as connection:
            started = time.monotonic()
            taken.append(first)
            if first.may_start():
                # No savepoint for the first: when it fails, the transaction holds nothing else that must stay.
                first.result = first.work(SqlUnitOfWork(connection))
                done.append(first)
            while (item := self._next(len(taken), started)) is not None:
                taken.append(item)
                if item.may_start() and self._attempt(connection, item):
                    done.append(item)
        for item in done:
            item.future.set_result(item.result)

    def _tell(self, first: _Submitted, taken: list[_Submitted], error: Exception) -> None:
        """An error of the first caller's own work is its own; any other: nothing was committed for anybody."""
        if len(taken) == 1 and not isinstance(error, exc.OperationalError | exc.InterfaceError):
            if first.may_start():
                first.future.set_exception(error)
            return
        _fail(taken or [first, *self._all_waiting()], error)

    def _next(self, taken: int, started: float) -> _Submitted | None:
        if taken >= self._together or time.monotonic() - started > LONGEST_SECONDS:
            return None
        try:
            item = self._waiting.get_nowait()
        except queue.Empty:
            return None
        if item is None:
            # The word to end is for the outer loop.
            self._waiting.put(None)
        return item

    def _all_waiting(self) -> list[_Submitted]:
        """Who waited while no transaction could even begin: all hear of it now, and not one after the other."""
        waiting: list[_Submitted] = []
        while (item := self._next(0, time.monotonic())) is not None:
            waiting.append(item)
        return waiting

    def _attempt(self, connection: Connection, item: _Submitted) -> bool:
        """Run one caller's work; False when it failed alone, of which the caller is told."""
        for tries in range(1, TRIES + 1):
            try:
                with connection.begin_nested():
                    item.result = item.work(SqlUnitOfWork(connection))
            except CaseworkConflict as conflict:
                if tries == TRIES:
                    item.future.set_exception(conflict)
            except (exc.OperationalError, exc.InterfaceError):
                # The transaction as a whole is in doubt: nobody in it may be told of success.
                raise
            except Exception as error:  # noqa: BLE001 - it belongs to the caller, who gets it from the future
                item.future.set_exception(error)
                return False
            else:
                return True
        return False


def _asks_again(error: Exception) -> bool:
    """Whether the work may succeed when it is run anew: the state had moved, or the database says so."""
    if isinstance(error, CaseworkConflict):
        return True
    return isinstance(error, exc.DBAPIError) and getattr(error.orig, "sqlstate", None) in _TRY_AGAIN


def _fail(items: list[_Submitted], error: Exception) -> None:
    for item in items:
        if not item.future.done() and item.may_start():
            unavailable = CaseworkUnavailable(
                f"the store could not commit ({type(error).__name__}): nothing was changed, try again later"
            )
            unavailable.__cause__ = error
            item.future.set_exception(unavailable)
