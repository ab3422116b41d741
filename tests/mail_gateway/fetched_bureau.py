"""A bureau whose mailbox is fetched from a real server, visit by visit."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from casework.inbox import InboxEntry, InboxState
from casework.store import SqlStore
from mail_gateway.fetching import Fetched, Fetcher
from mail_gateway.imap_session import MailboxAccess
from mail_gateway.mailbox_walk import FetchRules, Place
from mail_gateway.understanding import MailRoom
from tests.mail_gateway.letters import a_mail
from tests.running.imap_server import ImapServer

NOW = datetime.now(UTC)
RULES = FetchRules(max_bytes=100_000)


@dataclass
class Bureau:
    """A store, and a mailbox that is fetched into it."""

    store: SqlStore
    room: MailRoom
    server: ImapServer
    rules: FetchRules = RULES
    access: MailboxAccess = field(init=False)

    def __post_init__(self) -> None:
        self.access = self.server.access
        self.restart()

    def restart(self) -> None:
        """As after a start of the process: nothing is remembered but what is in the store."""
        self.fetcher = Fetcher(self.access, self.rules, self.room, self.store, threading.Event())

    def fetch(self, after: timedelta = timedelta()) -> Fetched:
        return self.fetcher.fetch(NOW + after)

    def entries(self, *states: InboxState) -> list[InboxEntry]:
        with self.store.read() as uow:
            return [uow.inbox.get(entry.id) for entry in uow.inbox.list(states or tuple(InboxState), limit=5000)]

    def subjects(self) -> list[str]:
        raws = [entry.raw_mail.data.decode("utf-8", "replace") for entry in reversed(self.entries()) if entry.raw_mail]
        return [raw.partition("Subject: ")[2].partition("\r\n")[0] for raw in raws]

    def place(self) -> Place | None:
        with self.store.read() as uow:
            return Place.read(uow.doors.get_position(self.fetcher.key))


def mail(number: int, text: str = "words", **headers: str) -> bytes:
    return a_mail(text, subject=f"s{number}", message_id=f"<{number}@mail.example>", **headers)
