"""Handling by the law over the API: where a case stands, and taking its next step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import CasesErrand, CasesReader
from admin_api.api.schemas.cases import CaseSummary
from admin_api.api.schemas.fields import ReferencePath
from admin_api.api.schemas.handling import DeadlineView, Handling, HandlingAsked, IssuedLetter, StepGiven
from admin_api.api.sight import get_case, get_case_to_change
from admin_api.step_letters import open_letter_desk
from admin_api.taking_steps import take_step
from casework.actions.deriving import derive_deadlines
from casework.actions.drafting import lacks_redacted
from casework.actions.lettering import SetLetter, with_number
from casework.actions.stepping import Walker
from casework.case import Case
from casework.errors import CaseworkNotFound, Refusal
from casework.ports import UnitOfWork
from casework.standing import standing_of
from casework.steps import Step, open_steps

router = APIRouter(prefix="/cases/{reference}", route_class=BoundedRoute)


@router.get("/handling", operation_id="getHandling", tags=["handling"])
def show_handling(reference: ReferencePath, asked: Annotated[HandlingAsked, Query()], caller: CasesReader) -> Handling:
    """Deadlines with their derivations, letters, and the steps that the account of this key may take now."""
    office, now = caller.context.office, caller.now
    with caller.context.store.read() as uow:
        case = get_case(uow, reference, caller)
        ledger = uow.cases.events(case.id)
        standing = standing_of(ledger)
        derived = derive_deadlines(case, ledger, office=office, now=now, language=asked.language)
        return Handling(
            reference=case.reference,
            regime=case.regime,
            received_on=case.received_on,
            marks=sorted(mark.value for mark in standing.marks),
            steps=list(open_steps(case, standing, caller.staff, caller.bureau)),
            deadlines=[DeadlineView.of(one) for one in derived],
            letters=[IssuedLetter.of(letter) for letter in uow.letters.of_case(case.id)],
            warnings=["no_redacted_document"] if lacks_redacted(standing.draft) else [],
        )


@router.post("/steps/{step}", operation_id="takeStep", tags=["handling"], response_model=CaseSummary)
def take(
    reference: ReferencePath,
    step: Annotated[Step, Path(description="The step, of those that `handling` lists.")],
    wanted: StepGiven,
    errand: CasesErrand,
) -> Response:
    """Take one step of the law; 403 names the right that is missing, 409 what stands in the way."""
    caller = errand.caller
    context, now = caller.context, caller.now
    given = wanted.given()
    with context.store.read() as reading:
        case = get_case(reading, reference, caller)
        desk = open_letter_desk(case, reading, step=step, press=context.press, now=now)
    if step is Step.DRAFT:
        given = replace(given, words=desk.draft(given))

    def taking(letter: SetLetter | None) -> Callable[[UnitOfWork], CaseSummary]:
        def work(uow: UnitOfWork) -> CaseSummary:
            def find(other: str) -> Case | None:
                try:
                    return get_case(uow, other, caller)
                except CaseworkNotFound:
                    return None

            locked = get_case_to_change(uow, reference, errand, version=wanted.version)
            walker = Walker(uow, context.office, caller.staff, now)
            return CaseSummary.of(take_step(step, locked, given, walker, find=find, letter=letter), caller.today)

        return work

    text = desk.compose(step, given)
    if text is None or not text.is_complete:
        return errand.once(taking(None))
    return with_number(context.store, context.press, case, text, lambda letter: errand.once(taking(letter)))


@router.post(
    "/steps/{step}/preview",
    operation_id="previewStep",
    tags=["handling"],
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"example": "the bytes of the file"}}}},
)
def preview(
    reference: ReferencePath,
    step: Annotated[Step, Path(description="The step, of those that `handling` lists.")],
    wanted: StepGiven,
    errand: CasesErrand,
) -> Response:
    """The letter of a step as it would go out today, without its number; nothing is kept. 422 while it has a blank."""
    caller = errand.caller
    press = caller.context.press
    with caller.context.store.read() as reading:
        case = get_case(reading, reference, caller)
        Walker(reading, caller.context.office, caller.staff, caller.now).require(step, case)
        desk = open_letter_desk(case, reading, step=step, press=press, now=caller.now)
    text = desk.foresee(step, wanted.given())
    if text is None:
        raise Refusal("letter_blank", "the step has no letter, or it still has a blank: fill it in")
    return Response(press.show_pdf(text, case), media_type="application/pdf")
