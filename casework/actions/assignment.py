"""Who works on a case, and who speaks in its conversation."""

from __future__ import annotations

from datetime import datetime

from casework.actions.announcing import announce
from casework.actions.office import Office
from casework.case import Case, CaseStatus
from casework.errors import CaseworkConflict, CaseworkRejected
from casework.events import EventName
from casework.ports import UnitOfWork
from casework.staff import Staff


def assign(case: Case, to: Staff, uow: UnitOfWork, *, by: Staff, now: datetime) -> Case:
    """Give a case to a member of staff."""
    _must_be_open(case)
    if not to.active:
        raise CaseworkRejected("this account is closed: choose somebody else")
    return uow.cases.append(
        case.id,
        EventName.ASSIGNED,
        at=now,
        actor=f"staff:{by.id}",
        facts={"to": to.id},
        changes={"assignee": to.id},
    )


def transfer(case: Case, unit: str, reason: str, uow: UnitOfWork, *, office: Office, by: Staff, now: datetime) -> Case:
    """Hand a case to another unit, with the reason; the deadline stays as it was."""
    _must_be_open(case)
    if not reason.strip():
        raise CaseworkRejected("a transfer needs a reason, so that the next unit knows why it has the case")
    target = office.bureau.unit(unit)
    if target.slug == case.unit:
        raise CaseworkRejected("the case is already with this unit")
    moved = uow.cases.append(
        case.id,
        EventName.TRANSFERRED,
        at=now,
        actor=f"staff:{by.id}",
        facts={"from": case.unit, "to": target.slug},
        text=reason.strip(),
        changes={"unit": target.slug, "assignee": None},
    )
    announce("transferred", uow, bureau=office.bureau, notices=office.notices, case=moved, now=now)
    return moved


def take_over(case: Case, uow: UnitOfWork, *, staff: Staff, now: datetime) -> None:
    """From now on a person speaks in the case's conversation; what the assistant has not yet sent is withheld."""
    uow.threads.set_taken_over(case.thread_id, staff.id, now)
    uow.cases.append(case.id, EventName.TAKEN_OVER, at=now, actor=f"staff:{staff.id}")


def give_back(case: Case, uow: UnitOfWork, *, staff: Staff, now: datetime) -> None:
    """The assistant may answer in the case's conversation again."""
    uow.threads.set_taken_over(case.thread_id, None, now)
    uow.cases.append(case.id, EventName.GIVEN_BACK, at=now, actor=f"staff:{staff.id}")


def _must_be_open(case: Case) -> None:
    if case.status is CaseStatus.CLOSED:
        raise CaseworkConflict(f"case {case.reference} is closed: reopen it first")
