"""What we promised to send: each entry until it is delivered, failed for good or withheld; a receipt for every try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from casework.message import CaseId, MailFacts, MessageId, Reply, ThreadId
from casework.party import Address, Language

OutboxId = NewType("OutboxId", int)

LEASE_FOR = timedelta(seconds=120)
"""How long a worker may take to deliver what it claimed; after that the entry is sent again, and counted."""
GIVE_UP_AFTER = timedelta(days=5)
"""How long temporary failures are retried (RFC 5321 §4.5.4.1 asks for 4–5 days)."""
_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600))


class OutboxState(StrEnum):
    """How far an entry has come."""

    DUE = "due"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHHELD = "withheld"
    """Not sent because a person took the conversation over before it left."""


class OutboxKind(StrEnum):
    """What an entry is, which decides who may silence it."""

    REPLY = "reply"
    """The assistant's answer: withheld once a person has taken over."""
    RECEIPT = "receipt"
    """Confirms what was received or filed: always sent."""
    STAFF = "staff"
    """A person's words: always sent."""
    NOTICE = "notice"
    """To staff or a unit: new work, an emergency, a failed delivery."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One message to one address, due to be sent."""

    id: OutboxId
    kind: OutboxKind
    to: Address
    reply: Reply
    language: Language
    key: str
    """What makes a repeat recognisable to the other side, the same for every try: a mail's Message-ID holds it."""
    created_at: datetime
    state: OutboxState = OutboxState.DUE
    subject: str = ""
    attempts: int = 0
    repeats: int = 0
    """Tries after one whose answer was lost, so the citizen may have received it twice."""
    next_attempt_at: datetime | None = None
    thread_id: ThreadId | None = None
    message_id: MessageId | None = None
    case_id: CaseId | None = None
    in_reply_to: MailFacts | None = None
    last_error: str = ""

    @property
    def is_automatic(self) -> bool:
        """Whether no person wrote it (RFC 3834 asks to mark such mail)."""
        return self.kind is not OutboxKind.STAFF


class DeliveryOutcome(StrEnum):
    """What became of one try."""

    DELIVERED = "delivered"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"
    """Sent, but the answer was lost: it is sent again under the same key, and counted."""


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What a channel says of one try."""

    outcome: DeliveryOutcome
    detail: str = ""
    """What the other side said, without personal data."""
    external_id: str = ""
    """The channel's own id of what was delivered."""
    retry_after: timedelta | None = None
    """When the other side said how long to wait."""
    address_is_dead: bool = False
    """The address hard-failed or blocked us: stop sending there and tell staff."""


def next_attempt(entry: OutboxEntry, result: DeliveryResult, now: datetime) -> datetime | None:
    """When to try again, or None when it is over; the delay grows to an hour, and ends after five days."""
    if result.outcome is DeliveryOutcome.DELIVERED or result.outcome is DeliveryOutcome.PERMANENT:
        return None
    if now - entry.created_at >= GIVE_UP_AFTER:
        return None
    delay = _DELAYS[min(entry.attempts, len(_DELAYS)) - 1] if entry.attempts else _DELAYS[0]
    return now + max(delay, result.retry_after or timedelta(0))
