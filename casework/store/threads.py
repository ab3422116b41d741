"""Threads and their numbered messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

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
    Reply,
    StaffId,
    ThreadId,
)
from casework.party import Address, ChannelName, Language, PartyId
from casework.store.case_words import CaseWords
from casework.store.encoding import encode_reply
from casework.store.inserting import insert_or_skip
from casework.store.messages import MessageQueries
from casework.store.tables import attachments as attachments_table
from casework.store.tables import messages, threads
from casework.thread import Audience, Thread

_BY_CHAT = select(threads).where(threads.c.chat_key == bindparam("chat_key"))
_BY_ID = select(threads).where(threads.c.id == bindparam("thread_id"))
_BY_CHAT_LOCKED = _BY_CHAT.with_for_update()
_BY_ID_LOCKED = _BY_ID.with_for_update()
_OPEN = insert(threads).returning(threads)
_CHANGE = update(threads).where(threads.c.id == bindparam("thread"))
_CHANGE_MESSAGE = update(messages).where(messages.c.id == bindparam("message"))
_NEXT_NUMBER = (
    update(threads)
    .where(threads.c.id == bindparam("thread"))
    .values(last_number=threads.c.last_number + 1)
    .returning(threads.c.last_number)
)
_WORDS = select(messages.c.case_id, messages.c.text).where(messages.c.id == bindparam("of_message"))
_ADD_MESSAGE = insert(messages).returning(messages.c.id)


class SqlThreads(MessageQueries):
    """`casework.ports.Threads` over SQL; how messages are read lies in `MessageQueries`."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        super().__init__(connection)
        self._connection = connection

    def ensure_chat(self, address: Address, party_id: PartyId, *, language: Language, now: datetime) -> Thread:
        """The one thread of a chat address, made when it is new, locked for this unit of work."""
        key = {"chat_key": _chat_key(address)}
        row = self._connection.execute(_BY_CHAT_LOCKED, key).first()
        if row is None:
            new = _thread_row(Audience.CITIZEN, language, now, party_id, address, "", None)
            insert_or_skip(self._connection, threads, {**new, **key}, ("chat_key",))
            row = self._connection.execute(_BY_CHAT_LOCKED, key).one()
        return _thread(row)

    def open(
        self,
        audience: Audience,
        *,
        language: Language,
        now: datetime,
        party_id: PartyId | None = None,
        address: Address | None = None,
        subject: str = "",
        case_id: CaseId | None = None,
    ) -> Thread:
        """A new thread."""
        row = _thread_row(audience, language, now, party_id, address, subject, case_id)
        return _thread(self._connection.execute(_OPEN, row).one())

    def find_chat(self, address: Address, *, lock: bool = False) -> Thread | None:
        """The thread of a chat address; with `lock` nobody else speaks in it until this unit of work ends."""
        query = _BY_CHAT_LOCKED if lock else _BY_CHAT
        row = self._connection.execute(query, {"chat_key": _chat_key(address)}).first()
        return _thread(row) if row else None

    def get(self, thread_id: ThreadId, *, lock: bool = False) -> Thread:
        """The thread; CaseworkNotFound."""
        query = _BY_ID_LOCKED if lock else _BY_ID
        row = self._connection.execute(query, {"thread_id": thread_id}).first()
        if row is None:
            raise CaseworkNotFound(f"there is no thread {thread_id}")
        return _thread(row)

    def last_numbers(self, thread_ids: Sequence[ThreadId]) -> Mapping[ThreadId, int]:
        """The number of the latest message of each of these threads; what does not exist is left out."""
        query = select(threads.c.id, threads.c.last_number).where(threads.c.id.in_(thread_ids))
        return {ThreadId(row.id): row.last_number for row in self._connection.execute(query)}

    def of_party(self, party_id: PartyId, *, since: datetime, limit: int) -> Sequence[Thread]:
        """The correspondence with a party that began since then, latest first."""
        query = (
            select(threads)
            .where(threads.c.party_id == party_id, threads.c.opened_at >= since)
            .order_by(threads.c.id.desc())
            .limit(limit)
        )
        return [_thread(row) for row in self._connection.execute(query)]

    def internal_of(self, case_id: CaseId) -> Thread | None:
        """The internal thread of a case."""
        query = select(threads).where(threads.c.case_id == case_id, threads.c.audience == Audience.INTERNAL.value)
        row = self._connection.execute(query).first()
        return _thread(row) if row else None

    def set_case(self, thread_id: ThreadId, case_id: CaseId) -> None:
        """Join a mail thread to a case."""
        self._connection.execute(_CHANGE, {"thread": thread_id, "case_id": case_id})

    def set_taken_over(self, thread_id: ThreadId, staff_id: StaffId | None, now: datetime) -> None:
        """Record that a person speaks here now, or with None that the assistant may again."""
        values = {"taken_over_by": staff_id, "taken_over_at": now if staff_id is not None else None}
        self._connection.execute(_CHANGE, {"thread": thread_id, **values})

    def add_message(
        self,
        thread_id: ThreadId,
        direction: Direction,
        author: Author,
        text: str,
        *,
        now: datetime,
        reply: Reply | None = None,
        case_id: CaseId | None = None,
        staff_id: StaffId | None = None,
        inbox_id: InboxId | None = None,
        attachments: Sequence[Attachment] = (),
        mail: MailFacts | None = None,
        edit_of: MessageId | None = None,
    ) -> Message:
        """Append a message under the next number of its thread."""
        kept = {name: value for name, value in encode_reply(reply).items() if name != "text"} if reply else {}
        message = Message(
            id=MessageId(0),
            thread_id=thread_id,
            number=self._connection.execute(_NEXT_NUMBER, {"thread": thread_id}).scalar_one(),
            direction=direction,
            author=author,
            text=text,
            created_at=now,
            case_id=case_id,
            staff_id=staff_id,
            reply=kept,
            attachments=tuple(attachments),
            mail=mail,
            edit_of=edit_of,
        )
        message_id = self._connection.execute(_ADD_MESSAGE, _message_row(message, inbox_id)).scalar_one()
        self._attach(MessageId(message_id), attachments)
        if case_id is not None:
            CaseWords(self._connection).add(case_id, text)
        return replace(message, id=MessageId(message_id))

    def set_message_case(self, message_id: MessageId, case_id: CaseId) -> None:
        """Record that a message belongs to a case."""
        before = self._connection.execute(_WORDS, {"of_message": message_id}).one()
        self._connection.execute(_CHANGE_MESSAGE, {"message": message_id, "case_id": case_id})
        words = CaseWords(self._connection)
        if before.case_id not in {None, case_id}:
            words.renew(before.case_id)
        words.add(case_id, before.text)

    def set_mail_facts(self, message_id: MessageId, mail: MailFacts) -> None:
        """Record under which Message-ID an outbound message left."""
        values = {
            "mail_message_id": mail.message_id,
            "mail_references": list(mail.references),
            "mail_subject": mail.subject,
        }
        self._connection.execute(_CHANGE_MESSAGE, {"message": message_id, **values})

    def find_by_mail_ids(self, message_ids: Iterable[str]) -> Sequence[Thread]:
        """Threads that hold a mail, ours or theirs, with one of these Message-IDs, most recent first."""
        wanted = list(message_ids)
        if not wanted:
            return []
        held = select(messages.c.thread_id).where(messages.c.mail_message_id.in_(wanted))
        query = select(threads).where(threads.c.id.in_(held)).order_by(threads.c.id.desc())
        return [_thread(row) for row in self._connection.execute(query)]

    def _attach(self, message_id: MessageId, given: Sequence[Attachment]) -> None:
        if given:
            rows = [
                {
                    "message_id": message_id,
                    "name": attachment.name.replace("\x00", ""),
                    "content_type": attachment.content_type,
                    "size": attachment.size,
                    "sha256": attachment.sha256,
                    "inline": attachment.inline,
                }
                for attachment in given
            ]
            self._connection.execute(insert(attachments_table), rows)


def _chat_key(address: Address) -> str:
    return f"{address.channel.value}:{address.value}"


def _thread_row(
    audience: Audience,
    language: Language,
    now: datetime,
    party_id: PartyId | None,
    address: Address | None,
    subject: str,
    case_id: CaseId | None,
) -> dict[str, Any]:
    return {
        "audience": audience.value,
        "party_id": party_id,
        "channel": address.channel.value if address else None,
        "address": address.value if address else None,
        "subject": subject.replace("\x00", ""),
        "language": language,
        "case_id": case_id,
        "last_number": 0,
        "opened_at": now,
    }


def _message_row(message: Message, inbox_id: InboxId | None) -> dict[str, Any]:
    mail = message.mail
    return {
        "thread_id": message.thread_id,
        "number": message.number,
        "direction": message.direction.value,
        "author": message.author.value,
        # PostgreSQL cannot keep NUL in text; nobody reads it either.
        "text": message.text.replace("\x00", ""),
        "reply": message.reply or None,
        "case_id": message.case_id,
        "staff_id": message.staff_id,
        "inbox_id": inbox_id,
        "edit_of": message.edit_of,
        "mail_message_id": mail.message_id if mail else None,
        "mail_references": list(mail.references) if mail else None,
        "mail_subject": mail.subject if mail else None,
        "attached": len(message.attachments),
        "created_at": message.created_at,
    }


def _thread(row: Any) -> Thread:
    return Thread(
        id=ThreadId(row.id),
        audience=Audience(row.audience),
        language=row.language,
        last_number=row.last_number,
        party_id=row.party_id,
        address=Address(ChannelName(row.channel), row.address) if row.channel else None,
        subject=row.subject,
        case_id=row.case_id,
        taken_over_by=row.taken_over_by,
        taken_over_at=row.taken_over_at,
        opened_at=row.opened_at,
    )
