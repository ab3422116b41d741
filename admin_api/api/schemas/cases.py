"""Cases as they are listed and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from admin_api.api.paging import MAX_ID
from admin_api.api.schemas.correspondence import MessageView
from admin_api.api.schemas.fields import REFERENCE, PageQuery, Schema, ShortText, example, example_of
from casework.case import Case, CaseStatus, days_left
from casework.disposition import ALLOWED, Disposition
from casework.events import CaseEvent, EventName
from casework.kinds import CaseKind
from casework.likely import Because, LikelyCase
from casework.party import ChannelName, Language, Party

_SUMMARY = {
    "reference": REFERENCE,
    "kind": "complaint",
    "status": "in_progress",
    "subject": "护照窗口没有一次性告知材料",
    "unit": "exit-entry",
    "assignee": 3,
    "channel": "web_chat",
    "language": "zh",
    "opened_at": "2026-11-23T02:15:00Z",
    "updated_at": "2026-11-23T03:40:00Z",
    "due_on": "2027-01-22",
    "days_left": 60,
    "urgent": False,
    "anonymous": False,
    "disposition": None,
    "closed_at": None,
    "version": 4,
}
_EVENT = {
    "number": 3,
    "name": "case.assigned",
    "at": "2026-11-23T03:40:00Z",
    "actor": "staff:1",
    "facts": {"to": 3},
    "text": None,
    "hash": "3b1f0c5d7f6f1f8f7b0a3c1c0b5d1e2f4a6978b5c4d3e2f1a0b9c8d7e6f5a4b3",
}


class CaseFilter(PageQuery):
    """Which cases are wanted; what is left out may be anything. Several values of one filter mean any of them."""

    model_config = example(status=["new"], kind=["complaint"], unassigned=True, q="护照", limit=50)

    status: list[CaseStatus] = Field(default=[], max_length=10, examples=[["new"]])
    kind: list[CaseKind] = Field(default=[], max_length=10, examples=[["complaint"]])
    unit: list[ShortText] = Field(default=[], max_length=100, examples=[["exit-entry"]])
    """Slugs; a unit includes those below it."""
    assignee: int | None = Field(default=None, ge=1, le=MAX_ID, examples=[3])
    unassigned: bool = False
    q: ShortText = Field(default="", examples=["护照"])
    """Words looked for in reference, subject, name and correspondence."""


class CaseSummary(Schema):
    """A case as it stands in a list."""

    model_config = example(**_SUMMARY)

    reference: str
    kind: CaseKind
    status: CaseStatus
    subject: str
    unit: str
    """Slug of the unit in charge."""
    assignee: int | None
    """The account that has it."""
    channel: ChannelName
    language: Language
    opened_at: datetime
    updated_at: datetime | None
    due_on: date | None
    days_left: int | None
    """Calendar days until the deadline, negative when it has passed; null without one or when closed."""
    urgent: bool
    anonymous: bool
    """The citizen wishes to stay unnamed."""
    disposition: Disposition | None
    closed_at: datetime | None
    version: int

    @classmethod
    def of(cls, case: Case, today: date) -> CaseSummary:
        """The shape of a case on a local date."""
        return cls(**summary_members(case, today))


class EventView(Schema):
    """One entry of a case's ledger."""

    model_config = example(**_EVENT)

    number: int
    name: EventName
    at: datetime
    actor: str
    """`citizen:ID`, `staff:ID`, `desk` or `system`; `citizen` alone when who wrote is hidden from you."""
    facts: dict[str, Any]
    text: str | None
    """A reason in words; null when there is none or it was erased."""
    hash: str

    @classmethod
    def of(cls, event: CaseEvent, *, named: bool) -> EventView:
        """The shape of an event; without `named` it does not tell who the citizen is."""
        return cls(
            number=event.number,
            name=event.name,
            at=event.at,
            actor=event.actor if named or not event.actor.startswith("citizen:") else "citizen",
            facts=dict(event.facts),
            text=event.text,
            hash=event.hash,
        )


class DeadlineView(Schema):
    """Until when the case is to be handled, and how that was reckoned."""

    model_config = example(
        due_on="2027-01-22",
        days_left=60,
        start_on="2026-11-23",
        number=60,
        unit="calendar_day",
        basis="《信访工作条例》第三十四条",
    )

    due_on: date
    days_left: int | None
    start_on: date | None = None
    number: int | None = None
    unit: str | None = None
    basis: str | None = None

    @classmethod
    def of(cls, case: Case, events: Sequence[CaseEvent], today: date) -> DeadlineView | None:
        """The deadline in force, from the event that set it last; None when there is none."""
        if case.due_on is None:
            return None
        facts: Mapping[str, Any] = next(
            (event.facts for event in reversed(events) if event.name is EventName.DEADLINE_SET), {}
        )
        reckoned = {name: facts.get(name) for name in ("start_on", "number", "unit", "basis")}
        return cls.model_validate({"due_on": case.due_on, "days_left": days_left(case, today), **reckoned})


class PartyName(Schema):
    """Who the case is from."""

    model_config = example(id=31, name="测试市民甲", language="zh")

    id: int
    name: str | None
    language: Language


class LikelyView(Schema):
    """Another case that is likely of the same matter."""

    model_config = example(reference=REFERENCE, likeness=0.72, because=["alike_words"])

    reference: str
    likeness: Annotated[float, Field(ge=0, le=1)]
    because: list[Because]

    @classmethod
    def of(cls, likely: LikelyCase) -> LikelyView:
        """The case as the API tells it."""
        return cls(reference=likely.case.reference, likeness=round(likely.likeness, 2), because=list(likely.because))


class CaseDetail(CaseSummary):
    """A case with its ledger, its deadline and all that was said about it."""

    model_config = example(
        **_SUMMARY,
        party=example_of(PartyName),
        thread_id=84,
        taken_over_by=None,
        details={"facts": "窗口说材料不全，但没有告诉我缺什么。", "place": "出入境大厅三号窗口"},
        deadline=example_of(DeadlineView),
        allowed_dispositions=["upheld", "not_upheld", "answered", "referred", "withdrawn", "duplicate"],
        events=[_EVENT],
        messages=[example_of(MessageView)],
        likely=[example_of(LikelyView)],
    )

    party: PartyName | None
    """Null when the citizen wishes to stay unnamed and the key is a unit's."""
    thread_id: int | None
    """The correspondence that replies go to; null with `party`."""
    taken_over_by: int | None
    details: dict[str, str] = Field(description="What the citizen stated, by slot.")
    deadline: DeadlineView | None
    allowed_dispositions: list[Disposition]
    events: list[EventView]
    messages: list[MessageView]
    likely: list[LikelyView]
    """Cases that this account sees and that are likely of the same matter; those that are linked are not told again."""


def summary_members(case: Case, today: date) -> dict[str, Any]:
    """The members of CaseSummary."""
    members = {name: getattr(case, name) for name in CaseSummary.model_fields if name != "days_left"}
    return {**members, "days_left": days_left(case, today)}


def party_name(party: Party) -> PartyName:
    """Who a case is from."""
    return PartyName(id=party.id, name=party.name, language=party.language)


def allowed_dispositions(case: Case) -> list[Disposition]:
    """How the case may end."""
    return list(ALLOWED[case.kind])
