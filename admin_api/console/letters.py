"""Letters of a case at the console: what was issued, to be read and printed, and when what is on paper left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, Response

from admin_api.access import may_see
from admin_api.api.paging import MAX_ID
from admin_api.api.schemas.fields import IdPath
from admin_api.console.finding import find_case, signed_in
from admin_api.console.frame import show_page
from admin_api.console.refusals import why_refused
from admin_api.files import compose_download
from admin_api.pages import Visit
from admin_api.visits import NotAllowed, own_form, staff_visit
from casework.actions.lettering import record_posting
from casework.actions.stepping import Walker
from casework.case import Case
from casework.errors import CaseworkNotFound, CaseworkRejected
from casework.letter import Letter
from casework.ports import UnitOfWork
from casework.rights import Right, has_anywhere

router = APIRouter()
StaffVisit = Annotated[Visit, Depends(staff_visit)]
PAGE_SIZE = 50
_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter that waits to leave, with its case."""

    letter: Letter
    case: Case


@router.get("/cases/{reference}/letters/{letter_id}.{form}")
def read_letter(visit: StaffVisit, reference: str, letter_id: IdPath, form: Literal["pdf", "docx"]) -> Response:
    """The file as it was issued; CaseworkNotFound when the letter belongs to another case."""
    with visit.context.store.read() as uow:
        case = find_case(reference, uow, visit=visit)
        letter = uow.letters.get(letter_id)
    if letter.case_id != case.id:
        raise CaseworkNotFound(f"case {case.reference} has no letter {letter_id}")
    sha256 = letter.pdf_sha256 if form == "pdf" else letter.docx_sha256
    return compose_download(f"{letter.number}.{form}", _TYPES[form], visit.context.blobs.get(sha256))


@router.get("/letters")
def list_to_post(visit: StaffVisit, after: Annotated[int, Query(ge=0, le=MAX_ID)] = 0) -> HTMLResponse:
    """Letters that are printed and have not left yet, oldest first; NotAllowed without a right to issue letters."""
    return _page(visit, after)


@router.post("/letters/{letter_id}/posted", dependencies=[Depends(own_form)])
def post_letter(
    visit: StaffVisit, letter_id: IdPath, how: Annotated[str, Form()] = "", on: Annotated[str, Form()] = ""
) -> Response:
    """Say when and how a printed letter was handed over or posted."""
    context, staff = visit.context, signed_in(visit)
    try:
        day = date.fromisoformat(on.strip()) if on.strip() else None
    except ValueError:
        return _page(visit, 0, fault=visit.say("refusal.date"), status=422)

    def work(uow: UnitOfWork) -> None:
        letter = uow.letters.get(letter_id)
        if not may_see(staff, uow.cases.get(letter.case_id), context.office.bureau):
            raise CaseworkNotFound(f"there is no letter {letter_id} that this account sees")
        record_posting(letter, day, how[:500], Walker(uow, context.office, staff, context.clock()))

    try:
        context.store.write(work)
    except CaseworkRejected as error:
        return _page(visit, 0, fault=why_refused(error, visit) or str(error), status=422)
    return visit.go("/staff/letters?done=posted")


def _page(visit: Visit, after: int, *, fault: str = "", status: int = 200) -> HTMLResponse:
    if not has_anywhere(signed_in(visit), Right.ISSUE_LETTER):
        raise NotAllowed
    with visit.context.store.read() as uow:
        found = uow.letters.to_post(limit=PAGE_SIZE + 1, after=after)
        rows = _seen(found[:PAGE_SIZE], uow, visit)
    later = found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None
    return show_page(visit, "console/letters.html", room="letters", status=status, rows=rows, later=later, fault=fault)


def _seen(letters: Sequence[Letter], uow: UnitOfWork, visit: Visit) -> list[LetterRow]:
    staff, bureau = signed_in(visit), visit.context.office.bureau
    rows = [LetterRow(letter, uow.cases.get(letter.case_id)) for letter in letters]
    return [row for row in rows if may_see(staff, row.case, bureau)]
