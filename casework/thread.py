"""The lasting correspondence: numbered messages with one citizen over one channel, or notes among staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casework.message import CaseId, StaffId, ThreadId
from casework.party import Address, Language, PartyId


class Audience(StrEnum):
    """Who may read a thread."""

    CITIZEN = "citizen"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Thread:
    """One correspondence. A chat conversation is one thread; so is each subject of a mail exchange."""

    id: ThreadId
    audience: Audience
    language: Language
    last_number: int
    party_id: PartyId | None = None
    """None for the internal thread of a case."""
    address: Address | None = None
    subject: str = ""
    case_id: CaseId | None = None
    """For an internal thread the case it belongs to; for a citizen's mail thread the case that it was joined to."""
    taken_over_by: StaffId | None = None
    """The member of staff who speaks here now; the assistant is silent meanwhile."""
    taken_over_at: datetime | None = None
    opened_at: datetime | None = None

    def __repr__(self) -> str:
        """Keep the address out of logs."""
        return f"Thread(id={self.id}, {self.audience.value}, …)"
