"""What is said: a citizen's message on its way in, our reply on its way out, and the lasting record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from casework.kinds import CaseKind
from casework.party import Address, Language

MessageId = NewType("MessageId", int)
ThreadId = NewType("ThreadId", int)
CaseId = NewType("CaseId", int)
InboxId = NewType("InboxId", int)
StaffId = NewType("StaffId", int)

MAX_CHAT_CHARACTERS = 4000
"""A chat message longer than this is kept whole; the engine reads this much of it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message or goes with a reply; its bytes lie in the blob store."""

    name: str
    content_type: str
    """The type found in the bytes, or `application/octet-stream` when not recognised."""
    size: int
    sha256: str
    """Hexadecimal digest of the bytes, which is also their address in the blob store."""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What a mail brings that later mails of the same thread must quote (RFC 5322 §3.6.4)."""

    message_id: str
    references: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class LetterPart:
    """One of the matters into which a clerk split a letter, in the citizen's own words."""

    text: str
    number: int
    """Its place among the parts, from 1."""
    count: int
    """How many parts there are."""
    kind: CaseKind | None = None
    """What the clerk says that it is; None leaves it to the assistant."""
    case_id: CaseId | None = None
    """The case that the clerk says it belongs to."""
    title: str = ""
    """Its first words, in place of the subject, which is that of the whole letter."""

    def __repr__(self) -> str:
        """Keep the words out of logs."""
        return f"LetterPart({self.number} of {self.count})"


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message from a citizen, as its door understood it."""

    sender: Address
    external_id: str
    """The channel's own id of this message; unique within the channel, so a repeat changes nothing."""
    text: str
    received_at: datetime
    sender_name: str | None = None
    choice: str | None = None
    """The value of the button that was pressed, when one was."""
    attachments: tuple[Attachment, ...] = ()
    mail: MailFacts | None = None
    thread_id: ThreadId | None = None
    """The thread that the door matched on evidence; otherwise the sender's own (chat) or a new one (mail)."""
    case_id: CaseId | None = None
    """The case that the door matched on evidence."""
    edit_of: str | None = None
    """External id of the message that this one corrects."""
    language: Language | None = None
    """Set when the channel knows the citizen's language; otherwise it is read from the words."""
    part: LetterPart | None = None
    """Set when a clerk split the letter, and this is one part of it."""

    def __post_init__(self) -> None:
        """Refuse a naive time and an empty id."""
        if self.received_at.tzinfo is None:
            raise ValueError("received_at must be an aware datetime")
        if not self.external_id:
            raise ValueError("external_id cannot be empty: it is what makes a repeat harmless")

    def __repr__(self) -> str:
        """Keep the citizen's words out of logs and tracebacks."""
        return f"InboundMessage({self.sender.channel.value}, {self.external_id!r}, …)"


@dataclass(frozen=True, slots=True)
class Source:
    """The published entry that an answer rests on."""

    procedure: str
    """Slug of the procedure."""
    title: str
    version: str
    basis: tuple[str, ...]
    """Each a law's title, article and date; never a mirror's address."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One button under a reply."""

    value: str
    """At most 60 bytes in UTF-8, since Telegram allows 64 for callback data."""
    label: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to a citizen, in words."""

    text: str
    choices: tuple[Choice, ...] = ()
    sources: tuple[Source, ...] = ()
    case: str | None = None
    """Reference of the case that the reply is about."""
    key: str = ""
    """The key of the text, so that a reply can be traced to its wording; empty when staff wrote it."""
    thumbs: tuple[Choice, ...] = ()
    """Two small buttons under an answer: it helped, it did not. They ask nothing and stay when other choices go."""
    attachments: tuple[Attachment, ...] = ()


class Direction(StrEnum):
    """Which way a message went."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"


class Author(StrEnum):
    """Who wrote a message."""

    CITIZEN = "citizen"
    DESK = "desk"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a thread, as it is kept."""

    id: MessageId
    thread_id: ThreadId
    number: int
    """Its place within the thread, from 1, without gaps; what a web chat resumes from."""
    direction: Direction
    author: Author
    text: str
    created_at: datetime
    case_id: CaseId | None = None
    staff_id: StaffId | None = None
    reply: Mapping[str, object] = field(default_factory=dict)
    """For outbound messages: choices, sources, case and key, as JSON."""
    attachments: tuple[Attachment, ...] = ()
    mail: MailFacts | None = None
    edit_of: MessageId | None = None

    def __repr__(self) -> str:
        """Keep the words out of logs and tracebacks."""
        return f"Message(id={self.id}, thread_id={self.thread_id}, number={self.number}, …)"
