"""A question that the assistant dealt with itself: it has a reference and no case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from casework.message import MessageId, StaffId, ThreadId
from casework.party import Language

EnquiryId = NewType("EnquiryId", int)


@dataclass(frozen=True, slots=True)
class Enquiry:
    """One question, what was decided about it, and which entry the answer rests on."""

    id: EnquiryId
    thread_id: ThreadId
    message_id: MessageId
    asked_at: datetime
    decision: str
    procedure: str | None
    version: str | None
    confidence: float

    def reference(self, prefix: str) -> str:
        """What the citizen may quote, e.g. `ZMD-Q-2026-000045`; it opens nothing."""
        return f"{prefix}-Q-{self.asked_at.year:04d}-{self.id:06d}"


class Shortfall(StrEnum):
    """In what way a question was not well answered."""

    UNANSWERED = "unanswered"
    """Nothing published answers it, and a person was offered."""
    ASKED_BACK = "asked_back"
    """Several entries fitted, and the citizen was asked which."""
    DECLINED = "declined"
    """Several entries were offered, and the citizen said that it is none of them."""
    NOT_HELPFUL = "not_helpful"
    """It was answered, and the citizen said that the answer did not help."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A citizen's question that was not well answered and that nobody has dealt with yet."""

    enquiry: EnquiryId
    thread_id: ThreadId
    number: int
    """Of the message within its thread."""
    text: str
    asked_at: datetime
    language: Language
    shortfall: Shortfall
    procedure: str | None
    """Slug of the entry that was shown, when one was."""
    confidence: float
    unit: str | None
    """Whose case the message belongs to; None when it belongs to no case, and then it is the desk's."""

    def __repr__(self) -> str:
        """Keep the citizen's words out of logs."""
        return f"OpenQuestion(enquiry={self.enquiry}, …)"


class Settled(StrEnum):
    """What staff made of a question."""

    DISMISSED = "dismissed"
    """Nothing is to be published for it; the reason is kept."""
    PHRASING = "phrasing"
    """An entry is to answer it: one of the wordings was proposed as a phrasing."""
    ENTRY = "entry"
    """A new entry was drafted for it."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """A decision of staff about open questions."""

    outcome: Settled
    by: StaffId
    at: datetime
    procedure: str | None = None
    """Slug of the entry that is to answer."""
    because: str = ""
    """The reason of a dismissal, or the phrasing that was proposed."""

    def __post_init__(self) -> None:
        """Refuse to dismiss without a reason, and to settle on no entry."""
        if self.outcome is Settled.DISMISSED and not self.because.strip():
            raise ValueError("say why the questions are dismissed")
        if self.outcome is not Settled.DISMISSED and not self.procedure:
            raise ValueError("name the entry that is to answer")
