"""What figures are counted from: one row a case, and what a row becomes in the report and in the rates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from casework.annual.entries import ComplaintEntry, LedgerEntry, Level, RemedyEntry, RemedyOutcome, Route
from casework.bureau import Bureau
from casework.disposition import Disposition
from casework.events import EventName
from casework.kinds import CaseKind
from casework.rates import Outcome
from casework.reply_kinds import ApplicantKind, ReplyKind

SATISFIED = 4
"""From this grade on a citizen is satisfied."""
RESOLVED = 3
"""From this grade on the matter counts as resolved."""
NOT_OURS = frozenset({Disposition.REFERRED, Disposition.DUPLICATE, Disposition.WITHDRAWN})
"""Endings of what the bureau did not take up."""
LOWER_KINDS = frozenset({"police_station"})
"""Kinds of unit that are below the bureau's own level."""


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One application."""

    reference: str
    applicant: ApplicantKind
    received_on: date
    closed_on: date | None
    reply_kind: ReplyKind | None
    disposition: Disposition | None
    channel: str
    fee_fen: int

    def entry(self) -> LedgerEntry:
        """As the report counts it: what ended without a reply of its own is under `other`."""
        reply = self.reply_kind
        if reply is None and self.closed_on is not None:
            reply = ReplyKind.REPEATED if self.disposition is Disposition.DUPLICATE else ReplyKind.OTHER
        return LedgerEntry(
            self.reference,
            self.applicant,
            self.received_on,
            self.closed_on,
            reply if self.closed_on is not None else None,
            self.channel,
            self.fee_fen,
        )


@dataclass(frozen=True, slots=True)
class RemedyRow:
    """One thing that happened to a review or a suit against a reply."""

    reference: str
    name: EventName
    facts: Mapping[str, object]


def remedies_in(rows: Iterable[RemedyRow]) -> Iterator[RemedyEntry]:
    """Every review and suit, of what happened to them in order; one that goes on has no end."""
    open_: dict[tuple[str, Route], RemedyEntry] = {}
    for row in rows:
        key = row.reference, Route(str(row.facts["route"]))
        on = date.fromisoformat(str(row.facts["on"]))
        if row.name is EventName.REMEDY_FILED:
            open_[key] = RemedyEntry(*key, on)
        else:
            yield replace(open_.pop(key), ended_on=on, outcome=RemedyOutcome(str(row.facts["outcome"])))
    yield from open_.values()


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """One complaint."""

    reference: str
    received_on: date
    unit: str

    def entry(self, bureau: Bureau) -> ComplaintEntry:
        """As the report counts it, by the level of the unit that has it."""
        return ComplaintEntry(self.reference, self.received_on, level_of(self.unit, bureau))


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What became of one case."""

    reference: str
    unit: str
    channel: str
    kind: CaseKind
    received_on: date
    due_on: date | None
    closed_on: date | None
    rating: int | None
    contacted_at: datetime | None
    disposition: Disposition | None = None

    def outcome(self, bureau: Bureau) -> Outcome:
        """As the rates count it: a rating is what the citizen says when called back."""
        calendar = bureau.calendar
        contacted = calendar.local_date(self.contacted_at) if self.contacted_at is not None else None
        limit = self.due_on or calendar.shift(self.received_on, 1)
        return Outcome(
            self.reference,
            self.unit,
            self.channel,
            self.kind,
            self.received_on,
            self.due_on,
            self.closed_on,
            is_contacted_in_time=contacted is not None and contacted <= limit,
            is_called_back=self.rating is not None,
            is_resolved=self.rating is not None and self.rating >= RESOLVED,
            is_satisfied=self.rating is not None and self.rating >= SATISFIED,
            rating=self.rating,
            is_ours=self.disposition not in NOT_OURS,
            is_lower=level_of(self.unit, bureau) is Level.LOWER,
        )


def level_of(unit: str, bureau: Bureau) -> Level:
    """Whether a unit is of the bureau's own level or below it."""
    found = next((one for one in bureau.units if one.slug == unit), None)
    return Level.LOWER if found is not None and found.kind in LOWER_KINDS else Level.OWN
