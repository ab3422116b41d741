"""What all cases share: a status that follows from events, an assignment, a deadline, the moves allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from casework.disposition import Disposition
from casework.events import CaseEvent, EventName
from casework.kinds import CaseKind, PetitionClass
from casework.message import CaseId, StaffId, ThreadId
from casework.party import ChannelName, Language, PartyId
from casework.reply_kinds import ApplicantKind, ReplyKind


class CaseStatus(StrEnum):
    """Where a case stands; always derived from its events."""

    NEW = "new"
    """Opened or reopened, and nobody has it yet."""
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    """We have replied; the citizen may write back, or a clerk may close it."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Case:
    """One matter of one citizen, from opening to closing."""

    id: CaseId
    reference: str
    kind: CaseKind
    status: CaseStatus
    subject: str
    party_id: PartyId
    thread_id: ThreadId
    """Where replies to the citizen go."""
    channel: ChannelName
    language: Language
    opened_at: datetime
    unit: str
    """Slug of the unit in charge."""
    assignee: StaffId | None = None
    due_on: date | None = None
    urgent: bool = False
    anonymous: bool = False
    """The citizen wishes to stay unnamed: the name is not shown to units."""
    disposition: Disposition | None = None
    closed_at: datetime | None = None
    updated_at: datetime | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    """What the citizen stated, by slot: personal text."""
    regime: str = ""
    """The law that the case is handled under, with the version that was law when it opened; empty under none."""
    received_on: date | None = None
    """The day of receipt that the law counts from; None while it is not settled."""
    applicant: ApplicantKind = ApplicantKind.NATURAL_PERSON
    """What kind of person applies: a column of the annual report."""
    reply_kind: ReplyKind | None = None
    """How an application was decided: a row of the annual report."""
    petition_class: PetitionClass | None = None
    """What a complaint amounts to, once somebody has said so."""
    accused_unit: str | None = None
    """Slug of the unit that the case accuses; neither it nor those below it see the case."""
    accused_staff: StaffId | None = None
    """The member of staff whom the case accuses."""
    merged_into: CaseId | None = None
    """The case in which the same matter is handled."""
    rating: int | None = None
    """How content the citizen was, from 1 to 5."""
    published_at: datetime | None = None
    """When the result, names removed, was made public."""
    held: bool = False
    """Nothing of it may be erased: a review or a court wants it whole."""
    erased_at: datetime | None = None
    """When its personal text was erased, because the time for which it is kept was over."""
    version: int = 0
    """Rises with every change; what a form was made from must still be so when it comes back."""

    def __repr__(self) -> str:
        """Keep names and words out of logs."""
        return f"Case({self.reference}, {self.kind.value}, {self.status.value})"


_NEXT: Mapping[EventName, CaseStatus] = {
    EventName.OPENED: CaseStatus.NEW,
    EventName.ASSIGNED: CaseStatus.IN_PROGRESS,
    EventName.TRANSFERRED: CaseStatus.NEW,
    EventName.REPLY_SENT: CaseStatus.WAITING,
    EventName.CLOSED: CaseStatus.CLOSED,
    EventName.REOPENED: CaseStatus.NEW,
    EventName.SUPPLEMENT_ASKED: CaseStatus.WAITING,
    EventName.SUPPLEMENT_CAME: CaseStatus.IN_PROGRESS,
    EventName.THIRD_PARTY_ASKED: CaseStatus.IN_PROGRESS,
    EventName.ORGAN_ASKED: CaseStatus.IN_PROGRESS,
    EventName.ACCEPTED: CaseStatus.IN_PROGRESS,
    EventName.DRAFTED: CaseStatus.IN_PROGRESS,
}
_STAY_CLOSED = frozenset({EventName.REPLY_SENT, EventName.REVIEW_ASKED, EventName.REVIEW_DECIDED})


def status_after(status: CaseStatus | None, event: EventName) -> CaseStatus:
    """The status that follows when `event` happens to a case that stands at `status`."""
    if event is EventName.MESSAGE_RECEIVED and status is CaseStatus.WAITING:
        return CaseStatus.IN_PROGRESS
    if status is CaseStatus.CLOSED and event in _STAY_CLOSED:
        return CaseStatus.CLOSED
    return _NEXT.get(event, status or CaseStatus.NEW)


def derive_status(events: Iterable[CaseEvent]) -> CaseStatus:
    """The status that the whole ledger says."""
    status: CaseStatus | None = None
    for event in events:
        status = status_after(status, event.name)
    return status or CaseStatus.NEW


def days_left(case: Case, today: date) -> int | None:
    """Calendar days until the deadline, negative when it has passed; None without one or when closed."""
    if case.due_on is None or case.status is CaseStatus.CLOSED:
        return None
    return (case.due_on - today).days
