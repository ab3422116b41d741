"""Splitting a waiting letter: its paragraphs are numbered, the parts looked at once more, then handed to the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from admin_api.api.schemas.fields import IdPath
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.console.waiting import Waiting, compose_waiting
from admin_api.error_handlers import problem_of
from admin_api.pages import Visit
from admin_api.visits import desk_visit, own_form
from casework.actions.splitting import MOST_PARTS, PartWish, guess_marks, parts_of, pieces_of, split, words_of
from casework.errors import CaseworkConflict, CaseworkNotFound, CaseworkRejected
from casework.inbox import WAITING
from casework.kinds import CaseKind
from casework.message import InboxId, LetterPart
from casework.references import parse_reference

router = APIRouter(prefix="/triage")
DeskVisit = Annotated[Visit, Depends(desk_visit)]
BY: Final = ("paragraph", "sentence")


async def form_of(request: Request) -> FormData:
    """The fields of a form whose number depends on the letter."""
    return await request.form()


@router.get("/{inbox_id}/split")
def show_pieces(visit: DeskVisit, inbox_id: IdPath, by: str = "paragraph") -> HTMLResponse:
    """The letter's paragraphs or sentences, each with a first idea of the matter that it belongs to."""
    row, pieces = _read(visit, inbox_id, by)
    return _show_pieces(visit, row, pieces, guess_marks(pieces), by)


@router.post("/{inbox_id}/split", dependencies=[Depends(own_form)])
def split_letter(visit: DeskVisit, inbox_id: IdPath, form: Annotated[FormData, Depends(form_of)]) -> Response:
    """Show the parts that the numbers make; with `confirmed` split the letter, `again` goes back to the numbers."""
    by = str(form.get("by", ""))
    row, pieces = _read(visit, inbox_id, by)
    marks = [_number(form.get(f"mark-{place}")) for place in range(len(pieces))]
    if form.get("again"):
        return _show_pieces(visit, row, pieces, marks, by)
    if row.entry.state not in WAITING:
        return _show_parts(visit, row, (), marks, by, fault="conflict", error=CaseworkConflict())
    try:
        parts = parts_of(pieces, marks)
    except CaseworkRejected as error:
        return _show_pieces(visit, row, pieces, marks, by, fault="parts", error=error)
    if not form.get("confirmed"):
        return _show_parts(visit, row, parts, marks, by)
    return _carry_out(visit, row, parts, marks, by, form)


def _carry_out(
    visit: Visit, row: Waiting, parts: Sequence[LetterPart], marks: Sequence[int], by: str, form: FormData
) -> Response:
    context = visit.context
    try:
        wishes = {part.number: _wish(part.number, form, visit) for part in parts}
        context.store.write(
            lambda uow: split(
                row.entry.id,
                marks,
                wishes,
                uow,
                staff=signed_in(visit),
                now=context.clock(),
                by_sentence=by == "sentence",
            )
        )
    except CaseworkConflict as error:
        return _show_parts(visit, row, parts, marks, by, fault="conflict", error=error)
    except CaseworkRejected as error:
        return _show_parts(visit, row, parts, marks, by, fault="split", error=error, form=form)
    context.wake()
    return visit.go("/staff/triage?done=split")


def _wish(number: int, form: FormData, visit: Visit) -> PartWish:
    kind, typed = str(form.get(f"kind-{number}", "")), str(form.get(f"reference-{number}", "")).strip()
    reference = parse_reference(typed, visit.context.office.bureau.reference_prefix) if typed else None
    if typed and reference is None:
        raise CaseworkRejected(f"part {number} names a case that does not exist: check the reference")
    return PartWish(CaseKind(kind) if kind in list(CaseKind) else None, reference)


def _read(visit: Visit, inbox_id: int, by: str) -> tuple[Waiting, Sequence[str]]:
    with visit.context.store.read() as uow:
        row = compose_waiting(uow.inbox.get(InboxId(inbox_id)), uow, visit)
    if not row.entry.is_mail or not row.text:
        raise CaseworkNotFound(f"message {inbox_id} is no letter that could be split")
    return row, pieces_of(words_of(row.entry), by_sentence=by == "sentence")


def _number(typed: object) -> int:
    return int(typed) if isinstance(typed, str) and typed in {str(one) for one in range(MOST_PARTS + 1)} else 0


def _show_pieces(
    visit: Visit,
    row: Waiting,
    pieces: Sequence[str],
    marks: Sequence[int],
    by: str,
    *,
    fault: str = "",
    error: Exception | None = None,
) -> HTMLResponse:
    return show_page(
        visit,
        "console/split_pieces.html",
        room="triage",
        status=problem_of(error).status if error else 200,
        row=row,
        pieces=list(zip(pieces, marks, strict=True)),
        by=by if by in BY else BY[0],
        most=MOST_PARTS,
        fault=fault,
    )


def _show_parts(
    visit: Visit,
    row: Waiting,
    parts: Sequence[LetterPart],
    marks: Sequence[int],
    by: str,
    *,
    fault: str = "",
    error: Exception | None = None,
    form: Mapping[str, object] | None = None,
) -> HTMLResponse:
    return show_page(
        visit,
        "console/split_parts.html",
        room="triage",
        status=problem_of(error).status if error else 200,
        row=row,
        parts=parts,
        marks=marks,
        by=by if by in BY else BY[0],
        kinds=[kind.value for kind in CaseKind],
        typed=form or {},
        fault=fault,
    )
