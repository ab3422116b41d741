"""Taking a step of a case from its page: the form as it was sent, and why a step is refused, in the clerk's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from admin_api.console.case_actions import Sent, carry_out
from admin_api.console.finding import find_case, signed_in
from admin_api.pages import Visit
from admin_api.taking_steps import FIELDS, Given, take_step
from admin_api.visits import own_form, staff_visit
from casework.actions.stepping import Walker
from casework.case import Case
from casework.errors import CaseworkNotFound
from casework.ports import UnitOfWork
from casework.steps import Step

router = APIRouter(prefix="/cases/{reference}/steps", dependencies=[Depends(own_form)])
LONGEST = 20_000
_NUMBERS = frozenset({"days", "count"})


@router.post("/{step}")
async def take(
    visit: Annotated[Visit, Depends(staff_visit)],
    request: Request,
    reference: str,
    step: Step,
    version: Annotated[int, Form()],
) -> Response:
    """Take one step, with the facts that its form asks for."""
    form = await request.form()
    typed = {name: str(form.get(name, ""))[: LONGEST + 1] for name in FIELDS[step]}
    return await run_in_threadpool(_take, visit, reference, step, version, typed)


def _take(visit: Visit, reference: str, step: Step, version: int, typed: Mapping[str, str]) -> Response:
    context = visit.context
    given, fault = read_given(typed)
    staff, now = signed_in(visit), context.clock()

    def work(case: Case, uow: UnitOfWork) -> None:
        def find(other: str) -> Case | None:
            try:
                return find_case(other, uow, visit=visit)
            except CaseworkNotFound:
                return None

        take_step(step, case, given, Walker(uow, context.office, staff, now), find=find)

    sent = Sent(visit, reference, f"step_{step.value}", version, typed=typed)
    return carry_out(sent, work, fault=fault, leaves=True, done="step")


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
        elif name != "accused_staff":
            facts[name] = words
    return Given(**facts), ""  # type: ignore[arg-type]
