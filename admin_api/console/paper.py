"""Entering what came on paper: one page of twelve fields, by keyboard alone, and the receipt to hand over."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from admin_api.console.attachments import seal, unseal
from admin_api.console.finding import find_case, signed_in
from admin_api.console.frame import show_page
from admin_api.console.refusals import why_refused
from admin_api.error_handlers import problem_of
from admin_api.files import keep_uploads
from admin_api.pages import Visit
from admin_api.visits import NotAllowed, own_form, staff_visit
from casework.actions.intake import OpenedCase
from casework.actions.paper import Paper, add_paper, enter_paper, may_add_paper, paper_address
from casework.actions.stepping import Walker
from casework.case import Case
from casework.errors import CaseworkConflict, CaseworkRejected
from casework.kept_deadline import KeptDeadline
from casework.kinds import CaseKind
from casework.likely import LikelyCase, Matter, likely_same
from casework.message import Attachment
from casework.naming import name_applicant
from casework.papers.receipt import Receipt, receipt_pdf
from casework.party import ON_PAPER, ChannelName
from casework.ports import UnitOfWork
from casework.reply_kinds import ApplicantKind
from casework.rights import Right, has_anywhere, may_know_writer
from knowledge.likeness import alike

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
_ANOTHER: Final = "another"


@dataclass(frozen=True, slots=True)
class Compared:
    """A case with which the clerk compares the paper."""

    likely: LikelyCase
    writer: str | None
    """None when the account may not see who wrote."""
    may_add: bool


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
    kept: Annotated[list[str] | None, Form()] = None,
    compared: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Open the case, and show what to hand over; a faulty form comes back as it was typed.

    A matter that may be here already is shown first, and nothing is entered before the clerk has compared: `compared`
    is then `another`, or the reference of the case to which the paper is added.
    """
    form = await request.form()
    typed = {name: str(form.get(name, ""))[: LONGEST + 1] for name in FIELDS}
    return await run_in_threadpool(_enter, visit, typed, nonce, files or [], kept or [], compared)


def _enter(
    visit: Visit,
    typed: Mapping[str, str],
    nonce: str,
    files: Sequence[UploadFile],
    kept: Sequence[str],
    compared: str,
) -> Response:
    context = visit.context
    fault = _fault(typed)
    if fault:
        return _page(visit, typed, nonce=nonce, fault=visit.say(f"refusal.{fault}"), status=422)
    scans = unseal(kept, context.office.secret) + keep_uploads(files, context.blobs)
    paper = _paper(typed, scans)
    if not compared and (likely := _likely(paper, nonce, visit)):
        return _page(visit, typed, nonce=nonce, likely=likely, scans=scans)

    def work(uow: UnitOfWork) -> OpenedCase | Case:
        walker = Walker(uow, context.office, signed_in(visit), context.clock())
        if compared in {"", _ANOTHER}:
            return enter_paper(paper, nonce, walker)
        return add_paper(find_case(compared, uow, visit=visit), paper, nonce, walker)

    try:
        opened = context.store.write(work)
    except (CaseworkRejected, CaseworkConflict) as error:
        said = why_refused(error, visit) or visit.say("paper.sent_before")
        return _page(visit, typed, nonce=nonce, fault=said, status=problem_of(error).status, scans=scans)
    context.wake()
    if isinstance(opened, Case):
        return visit.go(f"/staff/cases/{opened.reference}?done=added")
    return _done(opened, visit)


def _likely(paper: Paper, nonce: str, visit: Visit) -> list[Compared]:
    """Cases that may be of the same matter, as far as this account may see them; none for a form sent before."""
    staff, bureau = signed_in(visit), visit.context.office.bureau
    matter = Matter(paper.words, paper.kind)
    with visit.context.store.read() as uow:
        if uow.parties.find(paper_address(paper, nonce)) is not None:
            return []
        found = likely_same(matter, uow, likeness=alike, staff=staff, bureau=bureau, now=visit.context.clock())
        return [
            Compared(
                one,
                (uow.parties.get(one.case.party_id).name or "") if may_know_writer(staff, one.case, bureau) else None,
                may_add_paper(one.case, staff, bureau),
            )
            for one in found
        ]


def _done(opened: OpenedCase, visit: Visit) -> Response:
    context = visit.context
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


def _page(
    visit: Visit,
    typed: Mapping[str, str],
    *,
    nonce: str,
    fault: str = "",
    status: int = 200,
    likely: Sequence[Compared] = (),
    scans: Sequence[Attachment] = (),
) -> HTMLResponse:
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
        likely=likely,
        another=_ANOTHER,
        kept=[(seal(scan, visit.context.office.secret), scan.name) for scan in scans],
        channels=[name.value for name in ChannelName if name in ON_PAPER],
        kinds=list(CaseKind),
        units=bureau.units,
        applicants=[(one.value, name_applicant(one, visit.language)) for one in ApplicantKind],
    )


def _today(visit: Visit) -> date:
    return visit.context.office.bureau.calendar.local_date(visit.context.clock())
