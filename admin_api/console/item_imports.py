"""Importing a table of items, the report of what was refused, and reviewing or publishing a whole import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Depends, Form, UploadFile
from fastapi.responses import HTMLResponse, Response

from admin_api.api.schemas.fields import IdPath
from admin_api.console.entry_view import NEXT_REVIEW, names_in
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.console.items import MOVES, read_day, say_refusal
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminError, AdminNotFound, AdminRejected
from admin_api.files import compose_download
from admin_api.item_publishing import compose_row, import_items, move_whole_import
from admin_api.pages import Visit
from admin_api.publishing import MoveRefused
from admin_api.visits import own_form, staff_visit
from casework.attaching import clean_name
from knowledge.catalogue.importing import Moved
from knowledge.catalogue.rows import HEADERS, Column, RowFault, quote
from knowledge.catalogue.table_faults import TableRefused
from knowledge.publication import NEEDS_REASON, Move, Obstacle

router = APIRouter(prefix="/item-imports")
StaffVisit = Annotated[Visit, Depends(staff_visit)]

MOST_ROWS: Final = 5_000
"""Rows that a page imports while somebody waits; the command takes more."""
_MOST_SHOWN: Final = 200
_LATEST: Final = 30
WHOLE_MOVES: Final = (Move.REVIEW, Move.PUBLISH, Move.SEND_BACK, Move.WITHDRAW)
_log = structlog.get_logger()


@router.get("")
def show_imports(visit: StaffVisit) -> HTMLResponse:
    """The form, and earlier imports."""
    return _show_all(visit)


@router.get("/empty.csv")
def download_empty(visit: StaffVisit) -> Response:
    """A table with its headers alone."""
    columns = [column for column in Column if not column.value.startswith("file_")]
    names = [HEADERS[column][0] if visit.language == "zh" else column.value for column in columns]
    return compose_download("catalogue.csv", "text/csv", compose_row(names).encode("utf-8-sig"))


@router.post("", dependencies=[Depends(own_form)])
def take_table(visit: StaffVisit, file: UploadFile | None = None) -> Response:
    """Import a table; what cannot be used at all is told on the page."""
    if file is None or not file.filename:
        return _show_all(visit, fault=visit.say("imports.choose"))
    name, staff = clean_name(file.filename), signed_in(visit)
    try:
        report = import_items(name, file.file, staff=staff, context=visit.context, most_rows=MOST_ROWS)
    except TableRefused as error:
        return _show_all(visit, fault=visit.say(f"table_fault.{error.fault.value}", **error.facts))
    _log.info("items imported", action="items.imported", import_id=report.id, taken=report.taken, by=staff.id)
    return visit.go(f"/staff/item-imports/{report.id}?done=imported")


@router.get("/{import_id}")
def show_import(visit: StaffVisit, import_id: IdPath) -> HTMLResponse:
    """How one import went, and what is done next with all of it; KnowledgeNotFound."""
    return _show(visit, import_id)


@router.get("/{import_id}/report.csv")
def download_report(visit: StaffVisit, import_id: IdPath) -> Response:
    """The refused rows as a table: row, column, what is wrong and what to do, what the cell says."""
    with visit.context.store.read() as uow:
        report = visit.context.imports(uow).get(import_id)
    lines = [compose_row(visit.say(f"imports.{name}") for name in ("row", "column", "fault", "found"))]
    lines += [compose_row(map(quote, (str(fault.row), *_said(fault, visit)))) for fault in report.faults]
    return compose_download(f"import-{import_id}.csv", "text/csv", "".join(lines).encode("utf-8-sig"))


@router.post("/{import_id}/{step}", dependencies=[Depends(own_form)])
def move_all(
    visit: StaffVisit,
    import_id: IdPath,
    step: str,
    reason: Annotated[str, Form()] = "",
    review_due_on: Annotated[str, Form()] = "",
) -> Response:
    """One move on the whole import; what is left as it is, is told with its reason."""
    move = MOVES.get(step)
    if move not in WHOLE_MOVES:
        raise AdminNotFound
    due, staff = read_day(review_due_on), signed_in(visit)
    try:
        if move in NEEDS_REASON and not reason.strip():
            raise MoveRefused(move, Obstacle.REASON_MISSING)
        moved = move_whole_import(
            import_id, move, staff=staff, context=visit.context, reason=reason[:500], review_due_on=due
        )
    except AdminError as error:
        return _show(visit, import_id, error=error)
    _log.info("import moved", action="items.moved", import_id=import_id, move=move.value, moved=moved.moved)
    return _show(visit, import_id, moved=moved)


def _show_all(visit: Visit, *, fault: str = "") -> HTMLResponse:
    with visit.context.store.read() as uow:
        latest = visit.context.imports(uow).latest(limit=_LATEST)
        names = names_in(uow, visit)
    return show_page(
        visit,
        "console/item_imports.html",
        room="items",
        status=problem_of(AdminRejected()).status if fault else 200,
        latest=latest,
        names=names,
        fault=fault,
        most=MOST_ROWS,
    )


def _show(visit: Visit, import_id: int, *, moved: Moved | None = None, error: Exception | None = None) -> HTMLResponse:
    with visit.context.store.read() as uow:
        report = visit.context.imports(uow).get(import_id)
        names = names_in(uow, visit)
    today = visit.context.office.bureau.calendar.local_date(visit.context.clock())
    return show_page(
        visit,
        "console/item_import.html",
        room="items",
        status=problem_of(error).status if error else 200,
        report=report,
        names=names,
        faults=[(fault.row, *_said(fault, visit)) for fault in report.faults[:_MOST_SHOWN]],
        most=_MOST_SHOWN,
        moved=moved,
        left=[] if moved is None else moved.hindered[:_MOST_SHOWN],
        moves=[move.value for move in WHOLE_MOVES],
        due=(today + NEXT_REVIEW).isoformat(),
        refusal=say_refusal(error, visit),
    )


def _said(fault: RowFault, visit: Visit) -> Sequence[str]:
    column = HEADERS[fault.column][0] if fault.column and visit.language == "zh" else fault.column or ""
    return (str(column), visit.say(f"item_fault.{fault.fault.value}", earlier=fault.earlier or ""), fault.found)
