"""Reading messages: of a thread, of a case, of an arrival."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select

from casework.errors import CaseworkNotFound
from casework.message import (
    Attachment,
    Author,
    CaseId,
    Direction,
    InboxId,
    MailFacts,
    Message,
    MessageId,
    ThreadId,
)
from casework.party import ChannelName
from casework.store.tables import attachments, inbox, messages

_OF_THREAD = (
    select(messages)
    .where(messages.c.thread_id == bindparam("thread_id"), messages.c.number > bindparam("after"))
    .order_by(messages.c.number)
    .limit(bindparam("most"))
)
_OF_ARRIVAL = select(messages).where(messages.c.inbox_id == bindparam("inbox_id")).order_by(messages.c.number)


class MessageQueries:
    """What can be asked about messages."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._reader = connection

    def messages(self, thread_id: ThreadId, *, after: int = 0, limit: int = 200) -> Sequence[Message]:
        """Messages of a thread in order, numbers above `after`."""
        values = {"thread_id": thread_id, "after": after, "most": limit}
        return self._messages(self._reader.execute(_OF_THREAD, values).all())

    def messages_of_case(self, case_id: CaseId) -> Sequence[Message]:
        """Everything said about a case, notes included, oldest first."""
        query = select(messages).where(messages.c.case_id == case_id).order_by(messages.c.created_at, messages.c.id)
        return self._messages(self._reader.execute(query).all())

    def messages_of_arrival(self, inbox_id: InboxId) -> Sequence[Message]:
        """The inbound message of an inbox entry and the replies made to it, in order."""
        return self._messages(self._reader.execute(_OF_ARRIVAL, {"inbox_id": inbox_id}).all())

    def get_message(self, message_id: MessageId) -> Message:
        """The message; CaseworkNotFound."""
        rows = self._reader.execute(select(messages).where(messages.c.id == message_id)).all()
        if not rows:
            raise CaseworkNotFound(f"there is no message {message_id}")
        return self._messages(rows)[0]

    def find_by_external_id(self, channel: ChannelName, external_id: str) -> Message | None:
        """The inbound message that came in under this id."""
        query = (
            select(messages)
            .join(inbox, messages.c.inbox_id == inbox.c.id)
            .where(
                inbox.c.channel == channel.value,
                inbox.c.external_id == external_id,
                messages.c.direction == Direction.INBOUND.value,
            )
        )
        rows = self._reader.execute(query).all()
        return self._messages(rows)[0] if rows else None

    def last_mail(self, thread_id: ThreadId) -> MailFacts | None:
        """The mail facts of the citizen's latest mail in a thread, for threading headers."""
        query = (
            select(messages)
            .where(
                messages.c.thread_id == thread_id,
                messages.c.direction == Direction.INBOUND.value,
                messages.c.mail_message_id.is_not(None),
            )
            .order_by(messages.c.number.desc())
            .limit(1)
        )
        row = self._reader.execute(query).first()
        return _mail(row) if row else None

    def get_attachment(self, message_id: MessageId, sha256: str) -> Attachment:
        """An attachment of a message; CaseworkNotFound."""
        for attachment in self._attachments([message_id]).get(message_id, ()):
            if attachment.sha256 == sha256:
                return attachment
        raise CaseworkNotFound(f"message {message_id} has no such attachment")

    def _messages(self, rows: Sequence[Any]) -> list[Message]:
        with_files = [row.id for row in rows if row.attached]
        attached = self._attachments(with_files) if with_files else {}
        return [_message(row, attached.get(row.id, ())) for row in rows]

    def _attachments(self, message_ids: Sequence[int]) -> dict[int, tuple[Attachment, ...]]:
        query = select(attachments).where(attachments.c.message_id.in_(message_ids)).order_by(attachments.c.id)
        found: dict[int, tuple[Attachment, ...]] = {}
        for row in self._reader.execute(query):
            value = Attachment(row.name, row.content_type, row.size, row.sha256, row.inline)
            found[row.message_id] = (*found.get(row.message_id, ()), value)
        return found


def _mail(row: Any) -> MailFacts | None:
    if row.mail_message_id is None:
        return None
    return MailFacts(row.mail_message_id, tuple(row.mail_references or ()), row.mail_subject or "")


def _message(row: Any, attached: tuple[Attachment, ...]) -> Message:
    return Message(
        id=MessageId(row.id),
        thread_id=ThreadId(row.thread_id),
        number=row.number,
        direction=Direction(row.direction),
        author=Author(row.author),
        text=row.text,
        created_at=row.created_at,
        case_id=row.case_id,
        staff_id=row.staff_id,
        reply=row.reply or {},
        attachments=attached,
        mail=_mail(row),
        edit_of=row.edit_of,
    )
