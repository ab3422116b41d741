"""Writing an item: its form, its file, and every fault beside the field that has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from admin_api.api.routers.entries import NumberPath, SlugPath
from admin_api.console.entry_view import editor_of
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.console.items import say_refusal
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminConflict, AdminRejected
from admin_api.files import keep_uploads
from admin_api.item_publishing import amend_item, cells_of, draft_item, units_to_draft_for
from admin_api.pages import Visit
from admin_api.publishing import RightMissing
from admin_api.visits import own_form, staff_visit
from casework.ports import UnitOfWork
from knowledge.catalogue.item import Category, Item, ItemFile, item_of
from knowledge.catalogue.rows import FILE_COLUMNS, Column, RowFault, file_cells, read_cells
from knowledge.errors import KnowledgeConflict
from knowledge.publication import DisclosureClass, Stage
from knowledge.revisions import Revision, Subject

router = APIRouter()
StaffVisit = Annotated[Visit, Depends(staff_visit)]
_REFUSALS = (AdminConflict, AdminRejected, KnowledgeConflict, RightMissing)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was sent."""

    words: Mapping[str, str]
    files: Sequence[UploadFile]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the form is about."""

    slug: str = ""
    number: int = 0
    """The revision that is edited; 0 for a new item."""
    edits: int = 0
    amends: bool = False
    """Whether the revision is a draft and is changed itself."""
    file: ItemFile | None = None


async def filled_form(request: Request) -> Filled:
    """Every field of the form, by its name."""
    form = await request.form()
    words = {name: value for name, value in form.items() if isinstance(value, str)}
    return Filled(words, [value for _, value in form.multi_items() if isinstance(value, UploadFile)])


@router.get("/new-item")
def show_new(visit: StaffVisit) -> HTMLResponse:
    """An empty form."""
    staff, now = signed_in(visit), visit.context.clock()
    today = visit.context.office.bureau.calendar.local_date(now)
    typed = {"unit": staff.unit, "date": today.isoformat(), "class": DisclosureClass.PROACTIVE.value}
    return _show(visit, Sheet(), typed)


@router.post("/new-item", dependencies=[Depends(own_form)])
def save_new(visit: StaffVisit, filled: Annotated[Filled, Depends(filled_form)]) -> Response:
    """A new item, as a draft."""
    return _save(visit, Sheet(), filled)


@router.get("/items/{slug}/{number}/edit")
def show_edit(visit: StaffVisit, slug: SlugPath, number: NumberPath) -> HTMLResponse:
    """The form with what a revision says; a new draft is made of it unless it is one already."""
    revision = _load(visit, slug, number)
    item = item_of(revision)
    typed = {column.value: cell for column, cell in cells_of(item).items()}
    typed |= {"category": item.category.value, "class": item.classification.disclosure.value}
    return _show(visit, _sheet(revision), {**typed, "note": revision.note})


@router.post("/items/{slug}/{number}/edit", dependencies=[Depends(own_form)])
def save_edit(
    visit: StaffVisit, slug: SlugPath, number: NumberPath, filled: Annotated[Filled, Depends(filled_form)]
) -> Response:
    """Amend the draft, or make a new one of the revision."""
    sheet = _sheet(_load(visit, slug, number))
    edits = filled.words.get("edits", "")
    seen = int(edits) if edits.isascii() and edits.isdigit() else -1
    return _save(visit, replace(sheet, edits=seen, amends=filled.words.get("amends") == "yes"), filled)


def _load(visit: Visit, slug: str, number: int) -> Revision:
    with visit.context.store.read() as uow:
        return visit.context.revisions(uow).get(Subject.ITEM, slug, number)


def _sheet(revision: Revision) -> Sheet:
    is_draft = revision.standing.stage is Stage.DRAFT
    return Sheet(revision.slug, revision.number, revision.edits, is_draft, item_of(revision).file)


def _save(visit: Visit, sheet: Sheet, filled: Filled) -> Response:
    file = _file(visit, sheet, filled)
    typed = dict(filled.words)
    read = _read(visit, replace(sheet, file=file), typed)
    if not isinstance(read, Item):
        return _show(visit, sheet, typed, faults=read, error=AdminRejected())
    note = typed.get("note", "").strip()[:500]

    def work(uow: UnitOfWork) -> Revision:
        editor = editor_of(visit, uow)
        if sheet.amends:
            return amend_item(editor, read, sheet.number, note=note, edits=sheet.edits)
        return draft_item(editor, read, note=note, after=sheet.number)

    try:
        saved = visit.context.store.write(work)
    except _REFUSALS as error:
        return _show(visit, sheet, typed, error=error)
    return visit.go(f"/staff/items/{saved.slug}/{saved.number}?done=item_saved")


def _file(visit: Visit, sheet: Sheet, filled: Filled) -> ItemFile | None:
    """The file that was uploaded, kept; else the one that the revision has, unless it is to be removed."""
    for kept in keep_uploads(filled.files, visit.context.blobs):
        return ItemFile(kept.sha256, kept.name, kept.content_type, kept.size)
    return None if filled.words.get("remove_file") else sheet.file


def _read(visit: Visit, sheet: Sheet, typed: Mapping[str, str]) -> Item | tuple[RowFault, ...]:
    cells = {column: typed.get(column.value, "") for column in Column if column not in FILE_COLUMNS}
    if sheet.number:
        cells[Column.SLUG] = sheet.slug
    cells |= file_cells(sheet.file)
    today = visit.context.office.bureau.calendar.local_date(visit.context.clock())
    return read_cells(cells, units=units_to_draft_for(signed_in(visit), visit.context), today=today)


def _show(
    visit: Visit,
    sheet: Sheet,
    typed: Mapping[str, str],
    *,
    faults: Sequence[RowFault] = (),
    error: Exception | None = None,
) -> HTMLResponse:
    able = set(units_to_draft_for(signed_in(visit), visit.context).values())
    said: dict[str, list[str]] = {}
    for fault in faults:
        sentence = visit.say(f"item_fault.{fault.fault.value}", earlier=fault.earlier or "")
        said.setdefault(fault.column.value if fault.column else "", []).append(sentence)
    refusal = "" if error is None or faults else say_refusal(error, visit)
    if isinstance(error, AdminConflict | KnowledgeConflict):
        refusal = visit.say("items.edit_conflict") if sheet.number else visit.say("items.slug_taken")
    return show_page(
        visit,
        "console/item_form.html",
        room="items",
        status=problem_of(error).status if error else 200,
        sheet=sheet,
        typed=typed,
        faults=said,
        refusal=refusal,
        categories=list(Category),
        classes=list(DisclosureClass),
        units=[unit for unit in visit.context.office.bureau.units if unit.slug in able],
    )
