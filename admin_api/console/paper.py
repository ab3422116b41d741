"""Entering what came on paper: one page of twelve fields, by keyboard alone, and the receipt to hand over."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.console.refusals import why_refused
from admin_api.error_handlers import problem_of
from admin_api.files import keep_uploads
from admin_api.pages import Visit
from admin_api.visits import NotAllowed, own_form, staff_visit
from casework.actions.intake import OpenedCase
from casework.actions.paper import Paper, enter_paper
from casework.actions.stepping import Walker
from casework.errors import CaseworkConflict, CaseworkRejected
from casework.kept_deadline import KeptDeadline
from casework.kinds import CaseKind
from casework.message import Attachment
from casework.naming import name_applicant
from casework.papers.receipt import Receipt, receipt_pdf
from casework.party import ON_PAPER, ChannelName
from casework.ports import UnitOfWork
from casework.reply_kinds import ApplicantKind
from casework.rights import Right, has_anywhere

router = APIRouter(prefix="/paper")
StaffVisit = Annotated[Visit, Depends(staff_visit)]
FIELDS: Final = (
    "channel",
    "received_on",
    "kind",
    "words",
    "name",
    "contact",
    "unit",
    "applicant",
    "accused",
    "anonymous",
    "registered_post",
    "confirmed",
)
"""The twelve fields, in the order in which the page asks for them; scans come beside them."""
LONGEST: Final = 20_000


@router.get("")
def show_form(visit: StaffVisit) -> HTMLResponse:
    """The empty page; NotAllowed without the right."""
    empty = dict.fromkeys(FIELDS, "")
    return _page(visit, {**empty, "received_on": _today(visit).isoformat()}, nonce=secrets.token_urlsafe(12))


@router.post("", dependencies=[Depends(own_form)])
async def enter(
    visit: StaffVisit,
    request: Request,
    nonce: Annotated[str, Form(max_length=40)],
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Open the case, and show what to hand over; a faulty form comes back as it was typed."""
    form = await request.form()
    typed = {name: str(form.get(name, ""))[: LONGEST + 1] for name in FIELDS}
    return await run_in_threadpool(_enter, visit, typed, nonce, files or [])


def _enter(visit: Visit, typed: Mapping[str, str], nonce: str, files: list[UploadFile]) -> Response:
    context, staff = visit.context, signed_in(visit)
    fault = _fault(typed)
    if fault:
        return _page(visit, typed, nonce=nonce, fault=visit.say(f"refusal.{fault}"), status=422)
    scans = keep_uploads(files, context.blobs)
    paper = _paper(typed, scans)

    def work(uow: UnitOfWork) -> OpenedCase:
        return enter_paper(paper, nonce, Walker(uow, context.office, staff, context.clock()))

    try:
        opened = context.store.write(work)
    except (CaseworkRejected, CaseworkConflict) as error:
        said = why_refused(error, visit) or visit.say("paper.sent_before")
        return _page(visit, typed, nonce=nonce, fault=said, status=problem_of(error).status)
    context.wake()
    with context.store.read() as uow:
        deadlines = uow.deadlines.of_case(opened.case.id)
    return show_page(
        visit,
        "console/paper_done.html",
        room="paper",
        case=opened.case,
        code=opened.query_code,
        deadlines=deadlines,
        receipt=b64encode(_receipt(opened, deadlines, visit)).decode(),
    )


def _receipt(opened: OpenedCase, deadlines: Sequence[KeptDeadline], visit: Visit) -> bytes:
    """The receipt as PDF: made with the one answer that knows the query code, and kept nowhere."""
    context = visit.context
    site = context.office.site or str(visit.request.base_url)
    receipt = Receipt(
        opened.case,
        opened.query_code,
        f"{site.rstrip('/')}/status",
        opened.case.language,
        _today(visit),
        deadlines,
    )
    return receipt_pdf(receipt, wording=context.press.wording, bureau=context.office.bureau)


def _fault(typed: Mapping[str, str]) -> str:
    """Key of what is wrong with what was typed; empty when nothing is."""
    if typed["channel"] not in {name.value for name in ON_PAPER} or typed["kind"] not in set(CaseKind):
        return "choice"
    if typed["applicant"] and typed["applicant"] not in set(ApplicantKind):
        return "choice"
    try:
        date.fromisoformat(typed["received_on"].strip())
    except ValueError:
        return "date"
    if len(typed["words"]) > LONGEST:
        return "reply_long"
    return "" if typed["words"].strip() else "missing_words"


def _paper(typed: Mapping[str, str], scans: tuple[Attachment, ...]) -> Paper:
    return Paper(
        ChannelName(typed["channel"]),
        date.fromisoformat(typed["received_on"].strip()),
        CaseKind(typed["kind"]),
        typed["words"],
        name=typed["name"][:200],
        contact=typed["contact"][:500],
        unit=typed["unit"],
        applicant=ApplicantKind(typed["applicant"] or ApplicantKind.NATURAL_PERSON),
        accused=typed["accused"],
        anonymous=typed["anonymous"] == "yes",
        registered_post=typed["registered_post"] == "yes",
        confirmed=typed["confirmed"] == "yes",
        attachments=scans,
    )


def _page(visit: Visit, typed: Mapping[str, str], *, nonce: str, fault: str = "", status: int = 200) -> HTMLResponse:
    if not has_anywhere(signed_in(visit), Right.ENTER_PAPER):
        raise NotAllowed
    bureau = visit.context.office.bureau
    return show_page(
        visit,
        "console/paper.html",
        room="paper",
        status=status,
        typed=typed,
        nonce=nonce,
        fault=fault,
        channels=[name.value for name in ChannelName if name in ON_PAPER],
        kinds=list(CaseKind),
        units=bureau.units,
        applicants=[(one.value, name_applicant(one, visit.language)) for one in ApplicantKind],
    )


def _today(visit: Visit) -> date:
    return visit.context.office.bureau.calendar.local_date(visit.context.clock())
