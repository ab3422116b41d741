"""Counting the deadlines of open cases anew when a calendar or a rule has changed: looked at, then applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from casework.actions.office import Office
from casework.actions.reckoning import reckon
from casework.case import Case
from casework.case_clock import keep, reckon_deadlines
from casework.message import CaseId
from casework.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class MovedDate:
    """One date that is no longer what is kept."""

    case_id: CaseId
    reference: str
    name: str
    before: date | None
    after: date | None


def find_moved(cases: Sequence[Case], uow: UnitOfWork, *, office: Office, now: datetime) -> tuple[MovedDate, ...]:
    """The dates of these cases that come out otherwise now; nothing is changed."""
    today = office.bureau.calendar.local_date(now)
    found = []
    for case in cases:
        kept = {one.name: one.due_on for one in uow.deadlines.of_case(case.id)}
        events = uow.cases.events(case.id)
        reckoned = reckon_deadlines(case.kind, case.channel, case.regime, events, office.bureau, today=today)
        anew = {one.name: one.due_on for one in keep(reckoned)}
        found += [
            MovedDate(case.id, case.reference, name, kept.get(name), anew.get(name))
            for name in dict.fromkeys([*kept, *anew])
            if kept.get(name) != anew.get(name)
        ]
    return tuple(found)


def apply_moved(moved: Sequence[MovedDate], uow: UnitOfWork, *, office: Office, now: datetime) -> None:
    """Keep the new dates of the cases that were shown; each ledger says that its date moved."""
    for case_id in dict.fromkeys(one.case_id for one in moved):
        reckon(uow.cases.get(case_id), uow, office=office, now=now)
