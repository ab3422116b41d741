"""A question that the assistant dealt with itself: it has a reference and no case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from casework.message import MessageId, ThreadId

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
