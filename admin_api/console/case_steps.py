"""Taking a step of a case from its page: the form as it was sent, and why a step is refused, in the clerk's words."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from admin_api.console.case_actions import Sent, carry_out, give_back_form
from admin_api.console.finding import find_case, signed_in
from admin_api.console.frame import show_page
from admin_api.errors import AdminRejected
from admin_api.pages import Visit
from admin_api.step_letters import open_letter_desk
from admin_api.taking_steps import FIELDS, Given, take_step
from admin_api.visits import own_form, staff_visit
from casework.actions.lettering import SetLetter, issue_with
from casework.actions.stepping import Walker
from casework.case import Case
from casework.errors import CaseworkConflict, CaseworkNotFound, CaseworkRejected, Refusal
from casework.ports import UnitOfWork
from casework.steps import Step

router = APIRouter(prefix="/cases/{reference}/steps", dependencies=[Depends(own_form)])
LONGEST = 20_000
_NUMBERS = frozenset({"days", "count"})


async def read_form(
    visit: Annotated[Visit, Depends(staff_visit)],
    request: Request,
    reference: str,
    step: Step,
    version: Annotated[int, Form()],
) -> Sent:
    """The form of a step as it was sent, with the facts that the step asks for."""
    form = await request.form()
    typed = {name: " ".join(map(str, form.getlist(name)))[: LONGEST + 1] for name in FIELDS[step]}
    return Sent(visit, reference, f"step_{step.value}", version, typed=typed)


StepForm = Annotated[Sent, Depends(read_form)]


@router.post("/{step}/preview")
def preview(sent: StepForm, step: Step) -> Response:
    """The pages of the letter that the step would send, with the facts in its form; nothing is kept."""
    visit, context = sent.visit, sent.visit.context
    given, fault = read_given(sent.typed)
    staff, now = signed_in(visit), context.clock()
    if fault:
        return give_back_form(sent, fault, AdminRejected())
    try:
        with context.store.read() as reading:
            case = find_case(sent.reference, reading, visit=visit)
            Walker(reading, context.office, staff, now).require(step, case)
            desk = open_letter_desk(case, reading, step=step, press=context.press, now=now)
        text = desk.foresee(step, given)
        if text is None:
            raise Refusal("letter_blank", "the letter still has a blank: fill it in")
    except CaseworkRejected as error:
        return give_back_form(sent, "rejected", error)
    except CaseworkConflict as error:
        return give_back_form(sent, "conflict", error)
    pages = [base64.b64encode(page).decode() for page in context.press.show_pages(text, case)]
    return show_page(
        visit, "console/letter_preview.html", room="queue", case=case, step=step, title=text.title, pages=pages
    )


@router.post("/{step}")
def take(sent: StepForm, step: Step) -> Response:
    """Take one step, with the facts that its form asks for."""
    visit, context = sent.visit, sent.visit.context
    given, fault = read_given(sent.typed)
    staff, now = signed_in(visit), context.clock()
    issued: list[SetLetter] = []

    def work(case: Case, uow: UnitOfWork) -> None:
        def find(other: str) -> Case | None:
            try:
                return find_case(other, uow, visit=visit)
            except CaseworkNotFound:
                return None

        walker = Walker(uow, context.office, staff, now)
        take_step(step, case, given, walker, find=find, letter=issued[-1] if issued else None)

    with context.store.read() as reading:
        case = find_case(sent.reference, reading, visit=visit)
        desk = open_letter_desk(case, reading, step=step, press=context.press, now=now)
    if step is Step.DRAFT and not fault:
        given = replace(given, words=desk.draft(given))
    text = None if fault else desk.compose(step, given)
    if text is None or not text.is_complete:
        return carry_out(sent, work, fault=fault, leaves=True, done="step")

    def run(attempt: Callable[[UnitOfWork], Case | None]) -> Case | None:
        def with_letter(uow: UnitOfWork, letter: SetLetter) -> Case | None:
            issued.append(letter)
            return attempt(uow)

        return issue_with(context.store, context.press, case, text, with_letter)

    return carry_out(sent, work, leaves=True, done="step", run=run)


def read_given(typed: Mapping[str, str]) -> tuple[Given, str]:
    """What was typed, and the fault that it has: `date`, `number` or `long`; empty when there is none."""
    facts: dict[str, object] = {}
    for name, words in typed.items():
        value = words.strip()
        if len(words) > LONGEST:
            return Given(), "long"
        if name == "on":
            try:
                facts[name] = date.fromisoformat(value) if value else None
            except ValueError:
                return Given(), "date"
        elif name in _NUMBERS or (name == "accused_staff" and value):
            if not (value.isascii() and value.isdigit() and len(value) < 10):
                return Given(), "number"
            facts[name] = int(value)
        elif name == "upheld":
            facts[name] = value == "yes"
        elif name == "redacted":
            facts[name] = tuple(value.split())
        elif name != "accused_staff":
            facts[name] = words
    return Given(**facts), ""  # type: ignore[arg-type]
