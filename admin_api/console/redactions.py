"""Covering what is not disclosed in a document: choosing it, drawing boxes on its pages, making the redacted one.

Everything works without scripts: words are found and boxes are written as lines. A script lets them be drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.responses import HTMLResponse, Response

from admin_api.console.box_lines import read_lines, write_lines
from admin_api.console.finding import find_case, signed_in
from admin_api.console.frame import show_page
from admin_api.console.redaction_view import compose_redactions, ground_in_words
from admin_api.console.refusals import why_refused
from admin_api.error_handlers import problem_of
from admin_api.files import compose_download, keep_uploads
from admin_api.pages import Visit
from admin_api.redacting import count_pages, make_redacted, note_of_original, note_of_redacted
from admin_api.visits import own_form, staff_visit
from casework.actions.redacting import (
    begin_redaction,
    draw_boxes,
    file_of,
    files_of,
    find_redaction,
    grounds_of,
    keep_redacted,
    require_redacting,
)
from casework.actions.stepping import Walker
from casework.case import Case
from casework.errors import CaseworkConflict, CaseworkRejected
from casework.message import Attachment
from casework.papers.document_pages import find_words, picture_page, sizes_of_pages
from casework.ports import UnitOfWork
from casework.redaction import WHOLE, Box, Redaction, redactions_of
from casework.regime import Ground

router = APIRouter(prefix="/cases/{reference}/redactions")
StaffVisit = Annotated[Visit, Depends(staff_visit)]
T = TypeVar("T")
COVERABLE = frozenset({"application/pdf", "image/png", "image/jpeg"})


@dataclass(frozen=True, slots=True)
class Drawing:
    """The page on which boxes are drawn, as it was sent or as it is shown first."""

    lines: str
    seen: int
    """The event of the boxes that it was made from."""
    ground: str = ""
    word: str = ""
    fault: str = ""
    is_stale: bool = False
    found: int = 0
    """How many places were found and added, when words were looked for."""


@dataclass(frozen=True, slots=True)
class Room:
    """A document that is being covered, with what its page and its making need."""

    case: Case
    redaction: Redaction
    original: Attachment
    grounds: Mapping[str, Ground]


@router.get("")
def show_documents(visit: StaffVisit, reference: str) -> HTMLResponse:
    """The documents that were begun, and where another one comes from."""
    return _show_documents(visit, reference)


@router.post("/add", dependencies=[Depends(own_form)])
def add(visit: StaffVisit, reference: str, file: Annotated[UploadFile | None, File()] = None) -> Response:
    """Lay out a document that is uploaded."""

    def choose(_case: Case, _walker: Walker) -> Attachment:
        kept = keep_uploads([file] if file is not None else (), visit.context.blobs)
        if not kept:
            raise CaseworkRejected("no file was chosen")
        return kept[0]

    return _begin(visit, reference, choose)


@router.post("/take", dependencies=[Depends(own_form)])
def take(visit: StaffVisit, reference: str, sha256: Annotated[str, Form()]) -> Response:
    """Lay out a file of the case."""

    def choose(case: Case, walker: Walker) -> Attachment:
        return file_of(case, sha256, walker)

    return _begin(visit, reference, choose)


@router.get("/{document}")
def show_drawing(visit: StaffVisit, reference: str, document: str) -> HTMLResponse:
    """The pages of a document, with the boxes that were saved last."""
    room = _enter(visit, reference, document)
    return _show_drawing(visit, room, Drawing(write_lines(room.redaction.boxes), room.redaction.drawn_in))


@router.get("/{document}/pages/{page}.jpg")
def show_picture(visit: StaffVisit, reference: str, document: str, page: int) -> Response:
    """A page as it is seen, and as it is given out where nothing covers it."""
    room = _enter(visit, reference, document)
    picture = picture_page(visit.context.blobs.get(room.original.sha256), page)
    response = compose_download(f"{page}.jpg", "image/jpeg", picture)
    response.headers["content-disposition"] = "inline"
    return response


@router.post("/{document}", dependencies=[Depends(own_form)])
def draw(
    visit: StaffVisit,
    reference: str,
    document: str,
    do: Annotated[Literal["find", "save", "make"], Form()],
    seen: Annotated[int, Form()],
    lines: Annotated[str, Form(max_length=200_000)] = "",
    ground: Annotated[str, Form(max_length=100)] = "",
    word: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Cover words wherever they stand, save the boxes as a draft, or make the redacted document of them."""
    room = _enter(visit, reference, document)
    drawing = Drawing(lines, seen, ground, word)
    try:
        boxes = read_lines(lines)
        if do == "find":
            found = find_words(visit.context.blobs.get(document), word, ground)
            more = [box for box in dict.fromkeys(found) if box not in boxes]
            drawn = Drawing(write_lines(sorted([*boxes, *more])), seen, ground, found=len(found))
            return _show_drawing(visit, room, drawn)
        _keep(visit, room, boxes, seen=seen, make=do == "make")
    except (CaseworkRejected, CaseworkConflict) as error:
        return _show_drawing(visit, room, _at_fault(drawing, error, visit), status=problem_of(error).status)
    visit.context.wake()
    if do == "save":
        return visit.go(f"/staff/cases/{room.case.reference}/redactions/{document}?done=redaction_saved")
    return visit.go(f"/staff/cases/{room.case.reference}/redactions?done=redaction_made")


def _begin(visit: Visit, reference: str, choose: Callable[[Case, Walker], Attachment]) -> Response:
    context = visit.context
    try:
        file = _read(visit, reference, choose)
        pages = count_pages(file, context)

        def work(uow: UnitOfWork) -> None:
            case = uow.cases.get(find_case(reference, uow, visit=visit).id, lock=True)
            begin_redaction(case, file, _walker(visit, uow), pages=pages, says=note_of_original(visit.language))

        context.store.write(work)
    except CaseworkRejected as error:
        return _show_documents(visit, reference, error=error)
    context.wake()
    return visit.go(f"/staff/cases/{reference}/redactions/{file.sha256}")


def _keep(visit: Visit, room: Room, boxes: Sequence[Box], *, seen: int, make: bool) -> None:
    """Save the boxes, and with `make` the redacted document, which is made before anything is locked."""
    context, document = visit.context, room.redaction.document
    file = make_redacted(document, boxes, room.grounds, context) if make else None

    def work(uow: UnitOfWork) -> None:
        case, walker = uow.cases.get(room.case.id, lock=True), _walker(visit, uow)
        if file is None:
            draw_boxes(case, document, boxes, walker, seen=seen)
        else:
            says = note_of_redacted(boxes, visit.language)
            keep_redacted(case, document, boxes, file, walker, seen=seen, says=says)

    context.store.write(work)


def _enter(visit: Visit, reference: str, document: str) -> Room:
    """The document, for who may cover it now; CaseworkNotFound, RightMissing, StepClosed or Refusal."""

    def look(case: Case, walker: Walker) -> Room:
        redaction = find_redaction(case, document, walker)
        original = walker.uow.threads.get_attachment(redaction.message, document)
        return Room(case, redaction, original, grounds_of(case, walker))

    return _read(visit, reference, look)


def _read(visit: Visit, reference: str, look: Callable[[Case, Walker], T]) -> T:
    with visit.context.store.read() as uow:
        case, walker = find_case(reference, uow, visit=visit), _walker(visit, uow)
        require_redacting(case, walker)
        return look(case, walker)


def _walker(visit: Visit, uow: UnitOfWork) -> Walker:
    return Walker(uow, visit.context.office, signed_in(visit), visit.context.clock())


def _show_documents(visit: Visit, reference: str, *, error: CaseworkRejected | None = None) -> HTMLResponse:
    with visit.context.store.read() as uow:
        case, walker = find_case(reference, uow, visit=visit), _walker(visit, uow)
        require_redacting(case, walker)
        ledger = uow.cases.events(case.id)
        redactions = compose_redactions(case, ledger, uow, visit=visit)
        files = {file.sha256: file for _, file in files_of(case, walker) if file.content_type in COVERABLE}
    begun = redactions_of(ledger)
    made = {one.redacted.sha256 for one in begun.values() if one.redacted}
    return show_page(
        visit,
        "console/redactions.html",
        room="queue",
        status=problem_of(error).status if error else 200,
        case=case,
        redactions=redactions,
        files=[file for digest, file in files.items() if digest not in begun and digest not in made],
        fault=(why_refused(error, visit) or visit.say("case.fault.empty")) if error else "",
    )


def _show_drawing(visit: Visit, room: Room, drawing: Drawing, *, status: int = 200) -> HTMLResponse:
    sizes = sizes_of_pages(visit.context.blobs.get(room.original.sha256))
    try:
        boxes = read_lines(drawing.lines)
    except CaseworkRejected:
        boxes = ()  # the lines are shown as they were written, with what is wrong with them
    return show_page(
        visit,
        "console/redaction.html",
        room="queue",
        status=status,
        case=room.case,
        document=room,
        drawing=drawing,
        sizes=sizes,
        boxes=boxes,
        whole=WHOLE,
        grounds=[(ground.name, ground_in_words(ground, visit)) for ground in room.grounds.values()],
    )


def _at_fault(drawing: Drawing, error: Exception, visit: Visit) -> Drawing:
    why = why_refused(error, visit)
    if not why and isinstance(error, CaseworkConflict):
        return replace(drawing, is_stale=True)
    return replace(drawing, fault=why or visit.say("redaction.fault"))
