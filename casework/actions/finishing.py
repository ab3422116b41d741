"""What comes at the end and after it: withdrawing, rating, pressing for what is late."""

from __future__ import annotations

from datetime import date, datetime

from casework.actions.announcing import announce
from casework.actions.asking_rating import tell_redone
from casework.actions.closure import end
from casework.actions.office import Office
from casework.actions.reckoning import reckon
from casework.actions.stepping import Walker, day_of, said
from casework.case import Case, CaseStatus
from casework.disposition import Disposition
from casework.errors import CaseworkConflict, Refusal
from casework.events import CaseEvent, EventName
from casework.ports import UnitOfWork
from casework.standing import Mark, standing_of
from casework.steps import Step

GRADES = range(1, 6)
"""Five grades, as the evaluation of government services has them; 1 and 2 are poor."""
POOR = 2
POOR_RATING = "poor_rating"
"""Why a case was opened again, and the notice that its unit gets."""


def withdraw(case: Case, words: str, walker: Walker, *, on: date | None = None) -> Case:
    """Record that the citizen takes the matter back, and end the case."""
    walker.require(Step.WITHDRAW, case)
    day = day_of(on, walker, case)
    taken_back = walker.note(case, EventName.WITHDRAWN, {"on": day.isoformat()}, text=said(words, "words"))
    return end(taken_back, Disposition.WITHDRAWN, walker)


def withdraw_as_citizen(case: Case, words: str, uow: UnitOfWork, *, office: Office, now: datetime) -> Case:
    """The citizen takes the matter back, from the page of the status or in the conversation."""
    if case.status is CaseStatus.CLOSED:
        raise CaseworkConflict(f"case {case.reference} is closed already")
    actor, today = f"citizen:{case.party_id}", office.bureau.calendar.local_date(now)
    facts = {"on": today.isoformat()}
    uow.cases.append(case.id, EventName.WITHDRAWN, at=now, actor=actor, facts=facts, text=words.strip() or None)
    closed = uow.cases.append(
        case.id,
        EventName.CLOSED,
        at=now,
        actor=actor,
        facts={"disposition": Disposition.WITHDRAWN.value},
        changes={"disposition": Disposition.WITHDRAWN.value, "closed_at": now, "closed_on": today},
    )
    announce("withdrawn", uow, bureau=office.bureau, notices=office.notices, case=closed, now=now)
    return reckon(closed, uow, office=office, now=now)


def rate(case: Case, grade: int, words: str, uow: UnitOfWork, *, office: Office, now: datetime) -> Case:
    """The citizen says how content they are; a poor grade opens the case again, where the bureau's rule says so.

    Each ending is rated once. A case that was done again because of a poor grade is not done a third time by itself.
    """
    if case.status is not CaseStatus.CLOSED:
        raise Refusal("rated_early", "a case is rated when it is closed")
    if grade not in GRADES:
        raise Refusal("grade", f"{grade} is no grade: give 1 (very poor) to 5 (very good)")
    events = uow.cases.events(case.id)
    if standing_of(events).has(Mark.RATED):
        raise Refusal("rated", "this ending was rated already")
    rated = uow.cases.append(
        case.id,
        EventName.RATED,
        at=now,
        actor=f"citizen:{case.party_id}",
        facts={"grade": grade, "unit": case.unit},
        text=words.strip() or None,
        changes={"rating": grade},
    )
    if grade > POOR or not office.bureau.redoes_poor or any(_is_redone(event) for event in events):
        return rated
    return _redo(rated, uow, office=office, now=now)


def _redo(case: Case, uow: UnitOfWork, *, office: Office, now: datetime) -> Case:
    redone = uow.cases.append(
        case.id,
        EventName.REOPENED,
        at=now,
        actor="system",
        facts={"because": POOR_RATING},
        changes={"disposition": None, "closed_at": None, "closed_on": None},
    )
    announce(POOR_RATING, uow, bureau=office.bureau, notices=office.notices, case=redone, now=now)
    tell_redone(redone, uow, office=office, now=now)
    return reckon(redone, uow, office=office, now=now)


def _is_redone(event: CaseEvent) -> bool:
    return event.name is EventName.REOPENED and event.facts.get("because") == POOR_RATING


def supervise(case: Case, words: str, walker: Walker) -> Case:
    """Press for a case that is late or goes wrong: its unit is told, and the ledger keeps it."""
    walker.require(Step.SUPERVISE, case)
    pressed = walker.note(case, EventName.SUPERVISED, text=said(words, "words"))
    announce(
        "supervised", walker.uow, bureau=walker.office.bureau, notices=walker.office.notices, case=case, now=walker.now
    )
    return pressed
