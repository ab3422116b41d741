"""Which room handles a saved message: chat goes to the desk as it is, mail through the mail room first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.desk import Desk
from bot.store import SqlConversations
from casework.errors import CaseworkRejected
from casework.inbox import InboxEntry, InboxState, Reading
from casework.message import InboundMessage
from casework.ports import UnitOfWork
from casework.store import SqlUnitOfWork
from mail_gateway.receiving import receive
from mail_gateway.understanding import MailRoom, Understood, reading_of, understand

SHUNTED = "reason.shunted"
UNREADABLE = "reason.unreadable"


class DeskHandler:
    """`runtime.draining.Handler` over the desk, which is one function for all channels."""

    def __init__(self, desk: Desk, mail_room: MailRoom) -> None:
        """Hand everything to `desk` in the end."""
        self._desk = desk
        self._mail_room = mail_room

    def prepare(self, entry: InboxEntry) -> object:
        """A mail read outside the transaction; nothing for a chat message, which its channel understood."""
        return understand(entry, self._mail_room) if entry.raw_mail is not None else None

    def handle(self, entry: InboxEntry, prepared: object, uow: SqlUnitOfWork, *, now: datetime) -> None:
        """Answer the message and finish its inbox entry."""
        answer = partial(self._answer, entry, uow, now)
        if isinstance(prepared, Understood):
            receive(prepared, uow, room=self._mail_room, desk=answer, now=now)
            return
        if entry.message is None:
            raise CaseworkRejected(f"inbox entry {entry.id} holds neither a mail nor a message")
        answer(entry.message, uow)
        uow.inbox.finish(entry.id, InboxState.HANDLED, now=now)

    def describe(self, entry: InboxEntry) -> Reading:
        """What a clerk is shown of a message that we failed on, as far as it can be read."""
        if entry.message is not None:
            message = entry.message
            names = tuple(attachment.name for attachment in message.attachments)
            return Reading(sender=message.sender.value, text=message.text, attachment_names=names, reasons=(SHUNTED,))
        try:
            return replace(reading_of(understand(entry, self._mail_room), ()), reasons=(SHUNTED,))
        except Exception:  # noqa: BLE001 - it is shunted because reading failed; the raw mail is still whole
            return Reading(sender=entry.conversation, reasons=(SHUNTED, UNREADABLE))

    def _answer(
        self, entry: InboxEntry, whole: SqlUnitOfWork, now: datetime, message: InboundMessage, _uow: UnitOfWork
    ) -> object:
        return self._desk.handle(message, entry.id, whole, SqlConversations(whole.connection), now=now)
