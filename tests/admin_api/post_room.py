"""The way of real mail behind a front desk: letters come in, the assistant handles them, clerks decide on the rest."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import SMTP
from importlib.resources import files

from bot.store import metadata as tables_of_conversations
from casework.inbox import InboxEntry, InboxState
from casework.message import InboxId
from casework.outbox import OutboxEntry, OutboxState
from casework.wording import Wording, load_wording
from mail_gateway.acceptance import accept_into
from mail_gateway.envelope import Envelope
from mail_gateway.understanding import open_mail_room
from runtime.bundle import load_bundle
from runtime.draining import Drain
from runtime.furnishing import furnish
from runtime.handling import DeskHandler
from tests.admin_api.front_desk import FrontDesk

MAILBOX = "xinxiang@gaj.example"


def reasons() -> Wording:
    """Why letters are held, in words."""
    return load_wording(files("mail_gateway") / "wording")


def a_letter(
    text: str,
    *,
    html: str = "",
    sender: str = "戊某 <wu@mail.example>",
    subject: str = "几件事",
    message_id: str = "<wu-1@mail.example>",
    pictures: tuple[tuple[str, bytes], ...] = (),
    **headers: str,
) -> bytes:
    """The bytes of a letter; `pictures` are content ids and bytes, `headers` are written with underscores."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, MAILBOX, subject, message_id
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
        body = mail.get_payload()[1]  # type: ignore[index]
        for content_id, data in pictures:
            body.add_related(data, "image", "png", cid=f"<{content_id}>", filename=f"{content_id}.png")  # type: ignore[union-attr]
    return mail.as_bytes()


class PostRoom:
    """The mail side of a front desk."""

    def __init__(self, desk: FrontDesk) -> None:
        """Handle mail as the worker of the product does, on the store of `desk`."""
        tables_of_conversations.create_all(desk.store.engine)
        furniture = furnish(load_bundle(), b"secret of a test", desk.context.knowledge)
        room = open_mail_room(furniture.office, desk.context.blobs)
        self.desk = desk
        self._drain = Drain(
            store=desk.store,
            handler=DeskHandler(furniture.desk, room),
            clock=desk.context.clock,
            worker="post-room",
            stopping=threading.Event(),
            wake=lambda *_jobs: None,
        )

    def bring(self, raw: bytes, *, mail_from: str = "wu@mail.example", rcpt_to: str = MAILBOX) -> InboxId:
        """Accept a letter as the server does, and handle it."""
        accept = accept_into(self.desk.store)

        async def wait() -> None:
            await accept(raw, Envelope(mail_from, (rcpt_to,), self.desk.now))

        # In a thread of its own: a test with a browser has a running loop already.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: asyncio.run(wait())).result()
        self.work()
        with self.desk.store.read() as uow:
            return uow.inbox.list(tuple(InboxState), limit=1)[0].id

    def work(self) -> None:
        """Handle everything that waits for the worker."""
        self._drain.run()

    def entry(self, inbox_id: InboxId) -> InboxEntry:
        """A saved mail as it stands."""
        with self.desk.store.read() as uow:
            return uow.inbox.get(inbox_id)

    def sent(self, address: str = "wu@mail.example") -> list[OutboxEntry]:
        """What was promised to an address, oldest first."""
        with self.desk.store.read() as uow:
            found = uow.outbox.list(tuple(OutboxState), limit=50)
        return [entry for entry in reversed(found) if entry.to.value == address]
