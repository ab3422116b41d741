"""A store, a mail room and a desk, for tests that bring letters."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from casework.inbox import InboxEntry, InboxState
from casework.message import ThreadId
from casework.store import SqlStore
from mail_gateway.acceptance import accept_into
from mail_gateway.envelope import Envelope
from mail_gateway.receiving import Outcome, receive
from mail_gateway.understanding import MailRoom, understand
from tests.mail_gateway.a_desk import Desk
from tests.mail_gateway.letters import OURS

LI, ZHANG = "li@mail.example", "zhang@elsewhere.example"


@dataclass
class House:
    """A store, a mail room and a desk, and the ways a mail takes through them."""

    store: SqlStore
    room: MailRoom
    now: datetime
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.now)

    def save(self, raw: bytes, *, mail_from: str = LI, rcpt_to: str = OURS.main, peer: str = "") -> None:
        """Accept a mail as the server does."""
        accept = accept_into(self.store)

        async def wait() -> None:
            await accept(raw, Envelope(mail_from, (rcpt_to,), self.now, peer))

        asyncio.run(wait())

    def entries(self, *states: InboxState) -> list[InboxEntry]:
        with self.store.read() as uow:
            return [uow.inbox.get(entry.id) for entry in uow.inbox.list(states or tuple(InboxState), limit=50)]

    def work(self) -> list[Outcome]:
        """Handle everything that waits, as the worker does."""
        return [self.handle(entry) for entry in reversed(self.entries(InboxState.RECEIVED))]

    def handle(self, entry: InboxEntry) -> Outcome:
        understood = understand(entry, self.room)
        return self.store.write(lambda uow: receive(understood, uow, room=self.room, desk=self.desk, now=self.now))

    def bring(self, raw: bytes, *, mail_from: str = LI, rcpt_to: str = OURS.main, peer: str = "") -> Outcome:
        """Save a mail and handle it."""
        self.save(raw, mail_from=mail_from, rcpt_to=rcpt_to, peer=peer)
        (outcome,) = self.work()
        return outcome

    def reference(self) -> str:
        return self.desk.cases[0].reference

    def first_thread(self) -> ThreadId:
        return self.desk.cases[0].thread_id
