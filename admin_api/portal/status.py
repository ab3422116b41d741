"""Where a case stands, for whoever holds its reference and its query code. Wrong tries are slowed down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse

from admin_api.deadline import Deadline, deadline_of
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminNotFound, TooManyTries
from admin_api.pages import Visit, client_address
from admin_api.visits import newcomers_form, visitor
from casework.case import Case
from casework.message import Direction, Message
from casework.ports import UnitOfWork
from casework.query_tries import WINDOW, count_wrong, may_try
from casework.references import hash_query_code, is_query_code, parse_reference

router = APIRouter()
Visitor = Annotated[Visit, Depends(visitor)]


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """What a citizen is shown of a case."""

    case: Case
    deadline: Deadline
    letters: Sequence[Message]
    """What the bureau wrote to the citizen, latest first."""


@router.get("/status")
def ask_for_status(visit: Visitor) -> HTMLResponse:
    """The form."""
    return visit.show("portal/status.html", reference="", fault="", standing=None)


@router.post("/status", dependencies=[Depends(newcomers_form)])
def show_status(
    visit: Visitor, reference: Annotated[str, Form()] = "", code: Annotated[str, Form()] = ""
) -> HTMLResponse:
    """The standing of a case; one answer for an unknown reference and a wrong code, and none at all after too many."""
    reference, code = reference.strip()[:60], code.strip()[:40]
    office, now = visit.context.office, visit.context.clock()
    canonical = parse_reference(reference, office.bureau.reference_prefix)
    named, source = canonical or reference.upper(), f"address {client_address(visit.request)}"
    with visit.context.store.read() as uow:
        if not may_try(uow.doors, named, source, now=now):
            return _slow_down(visit, reference)
        standing = _find_standing(canonical, code, uow, visit=visit)
    if standing is not None:
        return visit.show("portal/status.html", reference=reference, fault="", standing=standing)

    visit.context.store.write(lambda writing: count_wrong(writing.doors, named, source, now=now))
    status = problem_of(AdminNotFound()).status
    return visit.show("portal/status.html", status=status, reference=reference, fault="wrong", standing=None)


def _slow_down(visit: Visit, reference: str) -> HTMLResponse:
    problem = problem_of(TooManyTries(retry_after=WINDOW))
    page = visit.show("portal/status.html", status=problem.status, reference=reference, fault="slow", standing=None)
    page.headers.update(problem.headers)
    return page


def _find_standing(reference: str | None, code: str, uow: UnitOfWork, *, visit: Visit) -> CaseStanding | None:
    office = visit.context.office
    case = uow.cases.find(reference) if reference else None
    # An unknown reference is compared too, so that it takes as long as a wrong code.
    stored = uow.cases.query_code_hash(case.id) if case else hash_query_code("", office.secret)
    if not is_query_code(code, stored, office.secret) or case is None:
        return None
    letters = [message for message in uow.threads.messages_of_case(case.id) if message.direction is Direction.OUTBOUND]
    today = office.bureau.calendar.local_date(visit.context.clock())
    return CaseStanding(case, deadline_of(case, today), letters[::-1])
