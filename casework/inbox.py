"""What came in and was saved: each message once, until it is handled, held, shunted or refused with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from casework.message import Attachment, CaseId, InboundMessage, InboxId, LetterPart, StaffId
from casework.party import ChannelName

MAX_ATTEMPTS = 3
"""A message that fails us this often is shunted: set aside whole, for a person."""
FIRST_DELAY = timedelta(seconds=2)
MOST_BYTES = 64 * 1024 * 1024
"""So much raw mail is read at one time, so that a flood of large letters does not fill the memory."""
NOT_FETCHED = "not-fetched "
"""With this begins the external id of a letter of which only the header is here."""
ARCHIVED = "reason.archived"
"""The reason of what was old when it came."""
LEASE_FOR = timedelta(seconds=60)
"""How long a worker may hold a conversation before another may take it over."""


class InboxState(StrEnum):
    """How far a saved message has come."""

    RECEIVED = "received"
    HANDLED = "handled"
    HELD = "held"
    """Waits for a clerk's decision."""
    SHUNTED = "shunted"
    """Set aside because *we* failed; replayed by one command."""
    REFUSED = "refused"
    """Ended on purpose without an answer; the reason is kept."""


WAITING = (InboxState.HELD, InboxState.SHUNTED)
DECIDABLE = (*WAITING, InboxState.REFUSED)
"""What a clerk may decide on; a refused message is heard after all."""


@dataclass(frozen=True, slots=True)
class RawMail:
    """One SMTP transaction as it was received: envelope and bytes, never parsed before it is saved."""

    mail_from: str
    """Reverse path of the envelope; empty for machines (RFC 5321 §4.5.5)."""
    rcpt_tos: tuple[str, ...]
    data: bytes
    peer: str = ""

    def __repr__(self) -> str:
        """Keep addresses and words out of logs."""
        return f"RawMail({len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a door hands in to be saved: a chat message that is understood, or a mail that is not yet read."""

    channel: ChannelName
    external_id: str
    conversation: str
    """What is handled in order: chat id, web conversation id, or the envelope sender of a mail."""
    received_at: datetime
    message: InboundMessage | None = None
    raw_mail: RawMail | None = None

    def __post_init__(self) -> None:
        """Refuse an arrival that is both or neither."""
        if (self.message is None) == (self.raw_mail is None):
            raise ValueError("an arrival is either a chat message or a raw mail")


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of a held, shunted or refused message, as a clerk sees it.

    The doors stay strangers through it.
    """

    sender: str = ""
    """Who says that they wrote it: an address where it is a letter."""
    subject: str = ""
    text: str = ""
    safe_html: str = ""
    """HTML after sanitising; empty when there is none."""
    attachment_names: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """Keys of the reasons why it is held or was refused, or the error that shunted it."""
    guess: CaseId | None = None
    """The case that it probably belongs to."""
    answers_to: str = ""
    """Where answers are asked for, when that is another address than the sender's."""
    words: str = ""
    """The new words of a letter; empty when it has none, as a forwarded mail may."""
    quoted: str = ""
    """What was folded: quoted and forwarded mail."""
    signature: str = ""
    quoted_author: str = ""
    """Who wrote the quoted or forwarded words, as the letter says."""
    sender_name: str = ""
    is_forwarded: bool = False
    """Whether the folded mail was passed on rather than answered."""
    attachments: tuple[Attachment, ...] = ()
    pictures: Mapping[str, str] = field(default_factory=dict)
    """Digests of the pictures that the HTML shows from the letter itself, by their content id."""
    pictures_left_out: int = 0
    """How many pictures the HTML wanted from elsewhere, or that do not come with the letter."""

    def __repr__(self) -> str:
        """Keep the words out of logs."""
        return f"Reading(reasons={self.reasons})"


class ClerkDecision(StrEnum):
    """What a clerk says of a held, shunted or refused message."""

    ACCEPT = "accept"
    """Treat it as a new letter from a person."""
    JOIN = "join"
    """It belongs to the case that the clerk names."""
    SPLIT = "split"
    """It holds several matters, each of which is handled as a letter of its own."""
    REFUSE = "refuse"
    BLOCK = "block"
    """Refuse it and block its sender."""
    REPLAY = "replay"
    """Try again, as it came."""


@dataclass(frozen=True, slots=True)
class LeftIn:
    """The mailbox in which a letter was left when it was fetched."""

    host: str = ""
    user: str = ""
    folder: str = ""

    def __str__(self) -> str:
        """As a clerk looks for it; empty when it is not known."""
        return " · ".join(part for part in (self.user, self.host, self.folder) if part)


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A saved message and how far it has come."""

    id: InboxId
    channel: ChannelName
    external_id: str
    conversation: str
    state: InboxState
    received_at: datetime
    attempts: int = 0
    next_attempt_at: datetime | None = None
    message: InboundMessage | None = None
    raw_mail: RawMail | None = None
    reading: Reading | None = None
    decision: ClerkDecision | None = None
    decided_case_id: CaseId | None = None
    decided_by: StaffId | None = None
    """Whose word `decision` is."""
    parts: tuple[LetterPart, ...] = ()
    """Into what the clerk split it."""
    error: str = ""
    """Class and place of our failure, never the citizen's words."""
    handled_at: datetime | None = None
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_mail(self) -> bool:
        """Whether it came by mail."""
        return self.channel is ChannelName.EMAIL and self.message is None

    @property
    def is_archived(self) -> bool:
        """Whether it was old when it came, so that it is no work of today."""
        return ARCHIVED in self.reasons

    @property
    def left_in(self) -> LeftIn | None:
        """Where the letter itself is, when nothing but its header could be fetched."""
        if not self.external_id.startswith(NOT_FETCHED):
            return None
        # What was decided on it since lies above what was noted first.
        facts: Mapping[str, object] = self.facts
        while "left_in" not in facts and isinstance(before := facts.get("before"), dict):
            facts = before
        noted = facts.get("left_in")
        return LeftIn(**noted) if isinstance(noted, dict) else LeftIn()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Keys of the reasons why it waits or was refused: as a clerk reads them, else from the facts."""
        if self.reading is not None and self.reading.reasons:
            return self.reading.reasons
        because = self.facts.get("because")
        kept = because if isinstance(because, list) else []
        return tuple(f"reason.{str(reason).partition(':')[0]}" for reason in kept)


def next_attempt(entry: InboxEntry, now: datetime) -> datetime | None:
    """When to try again after a failure, or None when it is to be shunted; delays grow fourfold."""
    attempts = entry.attempts + 1
    return None if attempts >= MAX_ATTEMPTS else now + FIRST_DELAY * 4 ** (attempts - 1)


def files_of(entry: InboxEntry) -> tuple[Attachment, ...]:
    """The files that came with a message."""
    if entry.reading is not None and entry.reading.attachments:
        return entry.reading.attachments
    return entry.message.attachments if entry.message is not None else ()
