"""What comes at the end and after it: withdrawing, rating, pressing for what is late, making a result public."""

from __future__ import annotations

from datetime import date, datetime

from casework.actions.announcing import announce
from casework.actions.closure import end
from casework.actions.office import Office
from casework.actions.reckoning import reckon
from casework.actions.stepping import Walker, day_of, said
from casework.case import Case, CaseStatus
from casework.disposition import Disposition
from casework.errors import CaseworkConflict, Refusal
from casework.events import EventName
from casework.ports import UnitOfWork
from casework.steps import Step

GRADES = range(1, 6)
"""Five grades, as the evaluation of government services has them; 1 and 2 are poor."""
POOR = 2


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
    """The citizen says how content they are; a poor grade opens the case again, where the bureau's rule says so."""
    if case.status is not CaseStatus.CLOSED:
        raise CaseworkConflict("a case is rated when it is closed")
    if grade not in GRADES:
        raise Refusal("grade", f"{grade} is no grade: give 1 (very poor) to 5 (very good)")
    if case.rating is not None:
        raise CaseworkConflict("this case was rated already")
    actor = f"citizen:{case.party_id}"
    rated = uow.cases.append(
        case.id,
        EventName.RATED,
        at=now,
        actor=actor,
        facts={"grade": grade},
        text=words.strip() or None,
        changes={"rating": grade},
    )
    if grade > POOR or not office.bureau.redoes_poor:
        return rated
    redone = uow.cases.append(
        case.id,
        EventName.REOPENED,
        at=now,
        actor="system",
        facts={"because": "poor_rating"},
        changes={"disposition": None, "closed_at": None, "closed_on": None},
    )
    announce("poor_rating", uow, bureau=office.bureau, notices=office.notices, case=redone, now=now)
    return reckon(redone, uow, office=office, now=now)


def supervise(case: Case, words: str, walker: Walker) -> Case:
    """Press for a case that is late or goes wrong: its unit is told, and the ledger keeps it."""
    walker.require(Step.SUPERVISE, case)
    pressed = walker.note(case, EventName.SUPERVISED, text=said(words, "words"))
    announce(
        "supervised", walker.uow, bureau=walker.office.bureau, notices=walker.office.notices, case=case, now=walker.now
    )
    return pressed


def publish_result(case: Case, title: str, matter: str, answer: str, walker: Walker) -> Case:
    """Make the result public in words without names, which the clerk wrote for it."""
    walker.require(Step.PUBLISH_RESULT, case)
    result = walker.uow.results.publish(
        case.id,
        language=case.language,
        title=said(title, "title"),
        matter=said(matter, "matter"),
        answer=said(answer, "words"),
        unit=case.unit,
        by=walker.staff.id,
        now=walker.now,
    )
    return walker.note(case, EventName.RESULT_PUBLISHED, {"result": result.id}, changes={"published_at": walker.now})


def withdraw_result(case: Case, reason: str, walker: Walker) -> Case:
    """Take a public result back."""
    why = said(reason, "reason")
    walker.uow.results.withdraw(case.id, now=walker.now)
    return walker.note(case, EventName.RESULT_WITHDRAWN, text=why, changes={"published_at": None})
