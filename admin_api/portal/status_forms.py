"""What the holder of a case does on its page: add, confirm, withdraw, ask for a review, rate, let it be published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.responses import Response

from admin_api.error_handlers import problem_of
from admin_api.errors import AdminConflict, TooManyTries
from admin_api.files import keep_uploads
from admin_api.pages import Visit
from admin_api.portal.case_key import find_own_case, tell_next
from admin_api.portal.status import Visitor, ask_again, show_own_case
from admin_api.visits import newcomers_form
from casework.actions.finishing import rate, withdraw_as_citizen
from casework.actions.own_case import (
    add_facts,
    ask_review_as_citizen,
    confirm_as_citizen,
    decide_publication,
)
from casework.case import Case, CaseStatus
from casework.errors import CaseworkConflict, CaseworkRejected, Refusal
from casework.ports import StoredResponse, UnitOfWork

router = APIRouter(prefix="/status/{reference}", dependencies=[Depends(newcomers_form)])
Text = Annotated[str, Form()]
Work = Callable[[Case, UnitOfWork], None]

MOST_SENT: Final = 20
"""Forms that one case takes within `SENT_WITHIN`."""
SENT_WITHIN: Final = timedelta(hours=1)
_LONGEST_WORDS: Final = 4_000


@router.post("/add")
def add(
    visit: Visitor,
    reference: str,
    text: Text = "",
    once: Text = "",
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Add words and files; the same form sent twice adds them once."""
    with visit.context.store.read() as uow:
        if find_own_case(reference, uow, visit=visit) is None:
            return ask_again(visit, reference)
    attachments = keep_uploads(files or (), visit.context.blobs)
    office, now = visit.context.office, visit.context.clock()

    def work(case: Case, uow: UnitOfWork) -> None:
        if once and uow.doors.find_response(_sender(case), once[:60]):
            return
        add_facts(case, text, uow, office=office, now=now, attachments=attachments)
        if once:
            uow.doors.keep_response(_sender(case), once[:60], StoredResponse("", 303, ""), now=now)

    return _carry_out(visit, reference, work, told="added", typed={"text": text})


@router.post("/confirm")
def confirm(visit: Visitor, reference: str) -> Response:
    """Confirm the receipt."""
    office, now = visit.context.office, visit.context.clock()
    return _carry_out(
        visit,
        reference,
        lambda case, uow: _done(confirm_as_citizen(case, uow, office=office, now=now)),
        told="confirmed",
    )


@router.post("/withdraw")
def withdraw(visit: Visitor, reference: str, text: Text = "") -> Response:
    """Take the matter back; its form stands on a page of its own that asks whether it is meant."""
    office, now, words = visit.context.office, visit.context.clock(), text[:_LONGEST_WORDS]
    return _carry_out(
        visit,
        reference,
        lambda case, uow: _done(withdraw_as_citizen(case, words, uow, office=office, now=now)),
        told="withdrawn",
    )


@router.post("/review")
def ask_for_review(visit: Visitor, reference: str, text: Text = "") -> Response:
    """Ask for a review of the opinion, or after it for a re-review."""
    office, now, words = visit.context.office, visit.context.clock(), text[:_LONGEST_WORDS]
    return _carry_out(
        visit,
        reference,
        lambda case, uow: _done(ask_review_as_citizen(case, words, uow, office=office, now=now)),
        told="review_asked",
        typed={"review": text},
    )


@router.post("/rate")
def give_grade(visit: Visitor, reference: str, grade: Text = "", text: Text = "", publish: Text = "") -> Response:
    """Say how content one is, and perhaps that the result may be made public."""
    office, now, words = visit.context.office, visit.context.clock(), text[:_LONGEST_WORDS]

    def work(case: Case, uow: UnitOfWork) -> None:
        given = int(grade) if len(grade) == 1 and grade.isascii() and grade.isdigit() else 0
        rated = rate(case, given, words, uow, office=office, now=now)
        if publish and rated.status is CaseStatus.CLOSED:
            decide_publication(rated, uow, office=office, given=True, now=now)

    return _carry_out(visit, reference, work, told="rated", typed={"rating": text, "grade": grade})


@router.post("/publication")
def decide(visit: Visitor, reference: str, publish: Text = "") -> Response:
    """Consent to the result being made public without names, or take that back."""
    office, now = visit.context.office, visit.context.clock()
    return _carry_out(
        visit,
        reference,
        lambda case, uow: _done(decide_publication(case, uow, office=office, given=bool(publish), now=now)),
        told="consented" if publish else "consent_taken_back",
    )


def _carry_out(
    visit: Visit, reference: str, work: Work, *, told: str, typed: Mapping[str, str] | None = None
) -> Response:
    """Do `work` on the case under its lock, if the browser holds its key, and go back to its page."""
    now = visit.context.clock()

    def attempt(uow: UnitOfWork) -> Case | None:
        case = find_own_case(reference, uow, visit=visit, lock=True)
        if case is None:
            return None
        if uow.doors.hit(_sender(case), now=now, window=SENT_WITHIN) > MOST_SENT:
            raise TooManyTries(retry_after=SENT_WITHIN)
        work(case, uow)
        return case

    try:
        case = visit.context.store.write(attempt)
    except Refusal as error:
        return _refuse(visit, reference, error.key, error, typed)
    except (CaseworkRejected, CaseworkConflict) as error:
        return _refuse(visit, reference, "other", error, typed)
    if case is None:
        return ask_again(visit, reference)
    visit.context.wake()
    onward = visit.go(f"/status/{case.reference}")
    tell_next(onward, told, visit.request)
    return onward


def _refuse(visit: Visit, reference: str, key: str, error: Exception, typed: Mapping[str, str] | None) -> Response:
    """The page again with what stood in the way and everything that was typed."""
    status = problem_of(AdminConflict() if isinstance(error, CaseworkConflict) else error).status
    return show_own_case(visit, reference, status=status, fault=key, typed=typed)


def _sender(case: Case) -> str:
    return f"status:{case.id}"


def _done(_case: Case) -> None:
    """Work gives nothing back."""
