"""Editing an entry: the form with every field in both languages, read by the reader of bundles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from admin_api.api.routers.entries import SLUG, NumberPath, SlugPath
from admin_api.console.entry_form import Typed, body_from, places_of, rows_of, typed_from
from admin_api.console.entry_view import editor_of, say_fault
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminConflict, AdminRejected
from admin_api.pages import Visit
from admin_api.publishing import (
    Contents,
    Right,
    RightMissing,
    amend_entry,
    draft_entry,
    faults_of,
    may,
)
from admin_api.visits import own_form, staff_visit
from casework.ports import UnitOfWork
from knowledge.errors import KnowledgeConflict
from knowledge.fields import Fault
from knowledge.procedure import OPTIONAL_FACETS, FacetName, TimeUnit
from knowledge.publication import DisclosureClass, Stage
from knowledge.revisions import Body, Revision, Subject
from knowledge.versions import version_of

router = APIRouter()
StaffVisit = Annotated[Visit, Depends(staff_visit)]
_REFUSALS = (AdminConflict, AdminRejected, KnowledgeConflict, RightMissing)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the form is about."""

    slug: str
    number: int = 0
    """The revision that is edited; 0 for a new entry."""
    edits: int = 0
    amends: bool = False
    """Whether the revision is a draft and is changed itself."""


async def typed_form(request: Request) -> Typed:
    """Every text field of the form, by its name."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


@router.get("/new-entry")
def show_new(visit: StaffVisit) -> HTMLResponse:
    """An empty form."""
    staff, now = signed_in(visit), visit.context.clock()
    today = visit.context.office.bureau.calendar.local_date(now)
    return _show(visit, Sheet(""), typed_from({"unit": staff.unit, "checked_on": today.isoformat()}))


@router.post("/new-entry", dependencies=[Depends(own_form)])
def save_new(visit: StaffVisit, typed: Annotated[Typed, Depends(typed_form)]) -> Response:
    """A new entry, as a draft."""
    slug = typed.get("slug", "").strip()
    return _save(visit, Sheet(slug), typed, base={})


@router.get("/entries/{slug}/{number}/edit")
def show_edit(visit: StaffVisit, slug: SlugPath, number: NumberPath) -> HTMLResponse:
    """The form with what a revision says; a new draft is made of it unless it is one already."""
    revision = _load(visit, slug, number)
    typed = typed_from(revision.body)
    sheet = _sheet(revision)
    if not sheet.amends:
        typed["version"] = ""
    return _show(visit, sheet, {**typed, "note": revision.note if sheet.amends else ""})


@router.post("/entries/{slug}/{number}/edit", dependencies=[Depends(own_form)])
def save_edit(
    visit: StaffVisit, slug: SlugPath, number: NumberPath, typed: Annotated[Typed, Depends(typed_form)]
) -> Response:
    """Amend the draft, or make a new one of the revision."""
    revision = _load(visit, slug, number)
    edits = typed.get("edits", "")
    seen = int(edits) if edits.isascii() and edits.isdigit() else -1
    sheet = Sheet(slug, number, seen, amends=typed.get("amends") == "yes")
    return _save(visit, sheet, typed, base=revision.body)


def _load(visit: Visit, slug: str, number: int) -> Revision:
    with visit.context.store.read() as uow:
        return visit.context.revisions(uow).get(Subject.ENTRY, slug, number)


def _sheet(revision: Revision) -> Sheet:
    is_draft = revision.standing.stage is Stage.DRAFT
    return Sheet(revision.slug, revision.number, revision.edits, amends=is_draft)


def _save(visit: Visit, sheet: Sheet, typed: Typed, *, base: Body) -> Response:
    body = {**body_from(typed, base), "slug": sheet.slug}
    faults = _faults(visit, sheet, body)
    is_whole = not faults
    if not SLUG.fullmatch(sheet.slug) or (not is_whole and not typed.get("incomplete")):
        return _show(visit, sheet, typed, faults=faults, error=AdminRejected())
    contents = Contents(body, typed.get("note", "").strip()[:500])

    def work(uow: UnitOfWork) -> Revision:
        editor = editor_of(visit, uow)
        if sheet.amends:
            return amend_entry(editor, sheet.slug, sheet.number, contents, edits=sheet.edits)
        return draft_entry(editor, sheet.slug, contents, after=sheet.number)

    try:
        saved = visit.context.store.write(work)
    except _REFUSALS as error:
        return _show(visit, sheet, typed, faults=faults, error=error)
    done = "entry_saved" if is_whole else "entry_kept"
    return visit.go(f"/staff/entries/{saved.slug}/{saved.number}?done={done}")


def _faults(visit: Visit, sheet: Sheet, body: Mapping[str, Any]) -> tuple[Fault, ...]:
    # A new version is given when it is saved, if none was typed.
    read = {**body, "version": version_of(body) or "-"}
    faults = faults_of(read, sheet.slug, visit.context.office.bureau)
    if SLUG.fullmatch(sheet.slug):
        return faults
    others = tuple(fault for fault in faults if fault.at != "slug")
    return (Fault("", 1, "a slug has small letters, digits and hyphens", "slug", "slug"), *others)


def _show(
    visit: Visit, sheet: Sheet, typed: Typed, *, faults: Sequence[Fault] = (), error: Exception | None = None
) -> HTMLResponse:
    shown = {**typed_from({}), **typed}
    staff, bureau = signed_in(visit), visit.context.office.bureau
    rows = {"basis": rows_of(shown, "basis")}
    rows |= {name.value: rows_of(shown, f"{name.value}.limits") for name in FacetName}
    placed = places_of(faults, ["slug", *shown])
    return show_page(
        visit,
        "console/entry_form.html",
        room="entries",
        status=problem_of(error).status if error else 200,
        sheet=sheet,
        typed=shown,
        rows=rows,
        facets=[name.value for name in FacetName],
        optional=[name.value for name in OPTIONAL_FACETS],
        time_units=[unit.value for unit in TimeUnit],
        classes=[one.value for one in DisclosureClass],
        units=[unit for unit in bureau.units if may(staff, Right.DRAFT, unit.slug, bureau)],
        faults={field: [say_fault(fault, visit) for fault in found] for field, found in placed.items()},
        refusal=_refusal(error, visit),
        today=_today(visit),
    )


def _refusal(error: Exception | None, visit: Visit) -> str:
    if isinstance(error, RightMissing):
        return visit.say("entries.right_missing", right=visit.say(f"entries.right.{error.right.value}"))
    return visit.say("entries.edit_conflict") if isinstance(error, AdminConflict | KnowledgeConflict) else ""


def _today(visit: Visit) -> date:
    return visit.context.office.bureau.calendar.local_date(visit.context.clock())
