"""Ending a case with a disposition, and opening it again."""

from __future__ import annotations

from datetime import datetime

from casework.actions.asking_rating import ask_for_rating
from casework.actions.office import Office
from casework.actions.reckoning import reckon
from casework.case import Case, CaseStatus
from casework.disposition import Disposition, is_allowed
from casework.errors import CaseworkConflict, CaseworkRejected
from casework.events import EventName
from casework.ports import UnitOfWork
from casework.staff import Staff


def close(
    case: Case,
    disposition: Disposition,
    uow: UnitOfWork,
    *,
    office: Office,
    staff: Staff,
    now: datetime,
    reason: str = "",
) -> Case:
    """Close a case and ask how content the citizen is; the conversation goes back to the assistant."""
    if case.status is CaseStatus.CLOSED:
        raise CaseworkConflict(f"case {case.reference} is already closed")
    if not is_allowed(case.kind, disposition):
        raise CaseworkRejected(f"a {case.kind.value} cannot end as {disposition.value}; see the endings it allows")
    uow.threads.set_taken_over(case.thread_id, None, now)
    closed = uow.cases.append(
        case.id,
        EventName.CLOSED,
        at=now,
        actor=f"staff:{staff.id}",
        facts={"disposition": disposition.value},
        text=reason.strip() or None,
        changes={
            "disposition": disposition.value,
            "closed_at": now,
            "closed_on": office.bureau.calendar.local_date(now),
        },
    )
    ask_for_rating(closed, uow, office=office, now=now)
    return reckon(closed, uow, office=office, now=now)


def reopen(case: Case, reason: str, uow: UnitOfWork, *, staff: Staff, now: datetime) -> Case:
    """Open a closed case again, with the reason."""
    if case.status is not CaseStatus.CLOSED:
        raise CaseworkConflict(f"case {case.reference} is not closed")
    if not reason.strip():
        raise CaseworkRejected("reopening needs a reason")
    return uow.cases.append(
        case.id,
        EventName.REOPENED,
        at=now,
        actor=f"staff:{staff.id}",
        text=reason.strip(),
        changes={"disposition": None, "closed_at": None, "closed_on": None, "assignee": None},
    )
