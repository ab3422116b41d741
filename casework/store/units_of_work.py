"""One transaction over everything that casework keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from casework.store.accounts import SqlAccounts
from casework.store.cases import SqlCases
from casework.store.doors import SqlDoors
from casework.store.enquiries import SqlEnquiries
from casework.store.erasing import SqlErasures
from casework.store.figures import SqlFigures
from casework.store.handling import SqlDeadlines, SqlLetters, SqlLinks, SqlResults
from casework.store.inbox import SqlInbox
from casework.store.ledgers import SqlLedgers
from casework.store.outbox import SqlOutbox
from casework.store.parties import SqlParties
from casework.store.reports import SqlReports
from casework.store.threads import SqlThreads


class SqlUnitOfWork:
    """`casework.ports.UnitOfWork` over one connection, which stores of other floors may share."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction that is open on `connection`; commits nothing itself."""
        self.connection = connection
        self.parties = SqlParties(connection)
        self.threads = SqlThreads(connection)
        self.cases = SqlCases(connection)
        self.deadlines = SqlDeadlines(connection)
        self.letters = SqlLetters(connection)
        self.links = SqlLinks(connection)
        self.results = SqlResults(connection)
        self.figures = SqlFigures(connection)
        self.reports = SqlReports(connection)
        self.inbox = SqlInbox(connection)
        self.outbox = SqlOutbox(connection)
        self.enquiries = SqlEnquiries(connection)
        self.accounts = SqlAccounts(connection)
        self.doors = SqlDoors(connection)
        self.ledgers = SqlLedgers(connection)
        self.erasures = SqlErasures(connection)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone alone when it raises."""
        with self.connection.begin_nested():
            yield
