"""The store as a whole, bytes, and channels that deliver."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from casework.outbox import DeliveryResult, OutboxEntry
from casework.ports.doors import Accounts, Doors
from casework.ports.handling import Deadlines, Figures, Letters, Links, Reports, Results
from casework.ports.ledgers import Erasures, Ledgers
from casework.ports.queues import Inbox, Outbox
from casework.ports.records import Cases, Enquiries, Parties, Threads

T = TypeVar("T")


class BlobStore(Protocol):
    """Bytes under their SHA-256; putting the same bytes twice changes nothing."""

    def put(self, data: bytes) -> str:
        """Keep `data` durably and return its digest; CaseworkUnavailable when it cannot be kept."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes; CaseworkNotFound when there are none under this digest."""
        ...

    def delete(self, sha256: str, *, unless_kept_since: datetime) -> bool:
        """Delete a file unless somebody put it again since then; False when it was left."""
        ...


class Channel(Protocol):
    """Delivers one entry over one channel. Called outside any transaction, from a worker thread."""

    def deliver(self, entry: OutboxEntry) -> DeliveryResult:
        """Try once, within bounded time, and say what became of it; never raises for the other side's trouble."""
        ...


class UnitOfWork(Protocol):
    """One transaction over everything that casework keeps."""

    @property
    def parties(self) -> Parties:
        """Who writes to us."""
        ...

    @property
    def threads(self) -> Threads:
        """Correspondence."""
        ...

    @property
    def cases(self) -> Cases:
        """Cases and their ledgers."""
        ...

    @property
    def deadlines(self) -> Deadlines:
        """Deadlines and reminders."""
        ...

    @property
    def letters(self) -> Letters:
        """Letters as they were issued."""
        ...

    @property
    def links(self) -> Links:
        """How cases are related."""
        ...

    @property
    def figures(self) -> Figures:
        """What figures are counted from."""
        ...

    @property
    def reports(self) -> Reports:
        """Annual reports as they were issued."""
        ...

    @property
    def results(self) -> Results:
        """What was made public."""
        ...

    @property
    def inbox(self) -> Inbox:
        """What came in."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What we promised to send."""
        ...

    @property
    def enquiries(self) -> Enquiries:
        """Questions that the assistant dealt with."""
        ...

    @property
    def accounts(self) -> Accounts:
        """Staff, sessions, keys."""
        ...

    @property
    def doors(self) -> Doors:
        """What the doors must remember."""
        ...

    @property
    def ledgers(self) -> Ledgers:
        """Ledgers as they are kept, and seals over them."""
        ...

    @property
    def erasures(self) -> Erasures:
        """What is erased by rule."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """What happens inside is undone alone when it raises."""
        ...


class Store(Protocol):
    """Where units of work come from. Every write of a process goes through `submit`."""

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """A consistent view for reading; what is written through it is rolled back."""
        ...

    def submit(self, work: Callable[[UnitOfWork], T]) -> Future[T]:
        """Run `work` under a savepoint of its own in a transaction that waiting callers share.

        The future is done only after the commit. An error of `work` undoes its part alone and comes out of the future;
        CaseworkUnavailable when the store cannot be reached. `work` may be run again after a conflict: no side effects.
        """
        ...

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """`submit`, and wait for the commit."""
        ...
