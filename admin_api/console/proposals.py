"""A staff answer as the beginnings of an entry: the question and the words that a colleague found become a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, Response

from admin_api.access import may_see
from admin_api.api.paging import MAX_ID
from admin_api.api.schemas.fields import IdPath
from admin_api.closing_gaps import Answer, Closer
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.console.queue import units_to_choose
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminRejected
from admin_api.gaps import PERIODS, USUAL_PERIOD, Gap, get_gap, is_answer_for
from admin_api.pages import Visit
from admin_api.publishing import RightMissing
from admin_api.visits import own_form, staff_visit
from casework.errors import CaseworkNotFound
from casework.message import Direction, Message, MessageId
from casework.party import LANGUAGES, Language
from casework.ports import UnitOfWork
from knowledge.errors import KnowledgeConflict, KnowledgeRejected
from knowledge.masking import masked, without_personal
from knowledge.proposing import LONGEST_PHRASING

router = APIRouter(prefix="/proposals")
StaffVisit = Annotated[Visit, Depends(staff_visit)]
Text = Annotated[str, Form()]

_LOOK_BACK: Final = 40
"""Messages before an answer among which its question is looked for."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft entry as its form shows it."""

    slug: str
    unit: str
    question: str
    answer: str
    language: str
    gap: int = 0
    """Enquiry of the gap that it closes; 0 when it closes none."""
    seen: int = 0
    days: int = USUAL_PERIOD


@router.get("/{message_id}")
def show_proposal(
    visit: StaffVisit,
    message_id: IdPath,
    gap: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
    seen: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
    days: int = USUAL_PERIOD,
) -> HTMLResponse:
    """The form, filled with what was asked and answered; CaseworkNotFound when it is no answer of staff."""
    with visit.context.store.read() as uow:
        message = _answer(uow, visit, message_id)
        thread = uow.threads.get(message.thread_id)
        units = [unit.slug for unit in units_to_choose(visit)]
        case = uow.cases.get(message.case_id) if message.case_id is not None else None
        unit = case.unit if case and may_see(signed_in(visit), case, visit.context.office.bureau) else units[0]
        proposal = Proposal(
            slug=f"answer-{message.id}",
            unit=unit,
            question=_question(uow, visit, message, gap, days),
            answer=masked(message.text),
            language=thread.language,
            gap=gap,
            seen=seen,
            days=days,
        )
    return _show(visit, message_id, proposal)


@router.post("/{message_id}", dependencies=[Depends(own_form)])
def make_draft(
    visit: StaffVisit,
    message_id: IdPath,
    slug: Text = "",
    unit: Text = "",
    question: Text = "",
    answer: Text = "",
    language: Text = "zh",
    gap: Annotated[int, Form(ge=0, le=MAX_ID)] = 0,
    seen: Annotated[int, Form(ge=0, le=MAX_ID)] = 0,
    days: Annotated[int, Form()] = USUAL_PERIOD,
) -> Response:
    """Keep the draft; the gap from which one came is settled with it."""
    context, staff = visit.context, signed_in(visit)
    proposal = Proposal(slug.strip(), unit, question, answer, language, gap, seen, days)
    if unit not in [one.slug for one in units_to_choose(visit)]:
        return _show(visit, message_id, proposal, fault="unit", error=AdminRejected())
    spoken: Language = "en" if language == "en" else "zh"

    def work(uow: UnitOfWork) -> None:
        _answer(uow, visit, message_id)
        closes = _gap_or_none(uow, visit, gap, days)
        written = Answer(proposal.slug, unit, question, answer, spoken)
        Closer(uow, context, staff).draft_entry(written, gap=closes, up_to=seen or None)

    try:
        context.store.write(work)
    except KnowledgeConflict as error:
        return _show(visit, message_id, proposal, fault="taken", error=error)
    except KnowledgeRejected as error:
        return _show(visit, message_id, proposal, fault="refused", error=error)
    except RightMissing as error:
        return _show(visit, message_id, proposal, fault="unit", error=error)
    return visit.go("/staff/gaps?done=entry_proposed")


def _answer(uow: UnitOfWork, visit: Visit, message_id: int) -> Message:
    message = uow.threads.get_message(MessageId(message_id))
    if not is_answer_for(message, uow, visit.context, signed_in(visit)):
        raise CaseworkNotFound(f"message {message_id} is no answer that this account can see")
    return message


def _question(uow: UnitOfWork, visit: Visit, message: Message, gap: int, days: int) -> str:
    """Of the gap, when one came from there; else what the citizen wrote last before the answer."""
    if gap and (found := _gap_or_none(uow, visit, gap, days)):
        return found.proposal
    before = uow.threads.messages(message.thread_id, after=max(0, message.number - _LOOK_BACK), limit=_LOOK_BACK)
    asked = [one.text for one in before if one.number < message.number and one.direction is Direction.INBOUND]
    return without_personal(asked[-1])[:LONGEST_PHRASING] if asked else ""


def _gap_or_none(uow: UnitOfWork, visit: Visit, gap: int, days: int) -> Gap | None:
    try:
        return get_gap(uow, visit.context, signed_in(visit), gap, days=days) if gap else None
    except CaseworkNotFound:
        return None


def _show(
    visit: Visit, message_id: int, proposal: Proposal, *, fault: str = "", error: Exception | None = None
) -> HTMLResponse:
    return show_page(
        visit,
        "console/proposal.html",
        room="gaps",
        status=problem_of(error).status if error else 200,
        message_id=message_id,
        proposal=proposal,
        fault=fault,
        units=units_to_choose(visit),
        languages=LANGUAGES,
        periods=PERIODS,
    )
