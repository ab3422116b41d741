"""Items of the disclosure catalogue by stage, the history of each, and what is done next with it; as with entries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from admin_api.api.routers.entries import NumberPath, SlugPath
from admin_api.console.entry_view import (
    editor_of,
    may_draft,
    moves_of,
    names_in,
    revision_in,
    steps_of,
    suggested_review,
)
from admin_api.console.frame import show_page
from admin_api.console.revision_list import Asked, list_revisions, show_comparison
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminConflict, AdminError, AdminNotFound
from admin_api.files import compose_download
from admin_api.item_publishing import ItemFileLost, export_items, move_item
from admin_api.pages import Visit
from admin_api.publishing import MoveRefused, RightMissing
from admin_api.visits import own_form, staff_visit
from casework.ports import UnitOfWork
from knowledge.catalogue.item import item_of
from knowledge.comparing import compare
from knowledge.errors import KnowledgeConflict, KnowledgeNotFound
from knowledge.publication import Move, Stage
from knowledge.revisions import Revision, Subject

router = APIRouter()
StaffVisit = Annotated[Visit, Depends(staff_visit)]

MOVES: Final = {move.value.replace("_", "-"): move for move in Move}
"""The moves as addresses spell them."""


@router.get("/items")
def show_items(visit: StaffVisit, asked: Annotated[Asked, Depends()]) -> HTMLResponse:
    """The revisions at one stage, newest first."""
    facts = list_revisions(visit, Subject.ITEM, asked)
    return show_page(visit, "console/items.html", room="items", **facts)


@router.get("/catalogue.csv")
def download_catalogue(visit: StaffVisit) -> Response:
    """Everything that is published, of every class, as a table that can be imported again."""
    context, language = visit.context, visit.language

    def lines() -> Iterator[str]:
        with context.store.read() as uow:
            yield from export_items(context.revisions(uow).published(Subject.ITEM), language)

    headers = {**compose_download("catalogue.csv", "text/csv", b"").headers}
    del headers["content-length"]
    return StreamingResponse(lines(), headers=headers)


@router.get("/items/{slug}")
def show_latest(visit: StaffVisit, slug: SlugPath) -> Response:
    """On to the newest revision of an item."""
    with visit.context.store.read() as uow:
        found = visit.context.revisions(uow).history(Subject.ITEM, slug)
    if not found:
        raise KnowledgeNotFound(f"there is no item {slug!r}")
    return visit.go(f"/staff/items/{slug}/{found[0].number}")


@router.get("/items/{slug}/compare")
def compare_item(visit: StaffVisit, slug: SlugPath, old: int = 0, new: int = 0) -> HTMLResponse:
    """What differs between any two revisions of an item; KnowledgeNotFound."""
    return show_comparison(visit, Subject.ITEM, slug, old, new)


@router.get("/items/{slug}/{number}")
def show_item(visit: StaffVisit, slug: SlugPath, number: NumberPath) -> HTMLResponse:
    """One revision: what it says, through whose hands it went, and what may be done next."""
    return _show(visit, slug, number)


@router.get("/items/{slug}/{number}/file")
def send_file(visit: StaffVisit, slug: SlugPath, number: NumberPath) -> Response:
    """The file of a revision, for saving; KnowledgeNotFound when it has none."""
    with visit.context.store.read() as uow:
        file = item_of(visit.context.revisions(uow).get(Subject.ITEM, slug, number)).file
    if file is None:
        raise KnowledgeNotFound(f"revision {number} of {slug!r} has no file")
    return compose_download(file.name, file.content_type, visit.context.blobs.get(file.sha256))


@router.post("/items/{slug}/{number}/{step}", dependencies=[Depends(own_form)])
def take_step(
    visit: StaffVisit,
    slug: SlugPath,
    number: NumberPath,
    step: str,
    edits: Annotated[int, Form()] = -1,
    reason: Annotated[str, Form()] = "",
    review_due_on: Annotated[str, Form()] = "",
) -> Response:
    """Review, send back, publish, confirm or withdraw; a refusal is told on the page of the revision."""
    move = MOVES.get(step)
    if move is None:
        raise AdminNotFound

    def work(uow: UnitOfWork) -> Revision:
        due = read_day(review_due_on)
        return move_item(editor_of(visit, uow), slug, number, move, edits=edits, reason=reason[:500], review_due_on=due)

    try:
        visit.context.store.write(work)
    except (AdminError, KnowledgeConflict) as error:
        return _show(visit, slug, number, error=error, typed={"reason": reason, "review_due_on": review_due_on})
    return visit.go(f"/staff/items/{slug}/{number}?done=item_{move.value}")


def read_day(text: str) -> date | None:
    """A day as a form sends it; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def say_refusal(error: Exception | None, visit: Visit) -> str:
    """Why a step was refused, in the reader's language."""
    if error is None:
        return ""
    if isinstance(error, RightMissing):
        return visit.say("entries.right_missing", right=visit.say(f"entries.right.{error.right.value}"))
    if isinstance(error, MoveRefused):
        return visit.say(f"entries.obstacle.{error.obstacle.value}")
    if isinstance(error, ItemFileLost):
        return visit.say("item_fault.file_unknown")
    if isinstance(error, AdminConflict | KnowledgeConflict):
        return visit.say("entries.conflict")
    return visit.say("entries.refused", reason=str(error))


def _show(
    visit: Visit, slug: str, number: int, *, error: Exception | None = None, typed: dict[str, str] | None = None
) -> HTMLResponse:
    with visit.context.store.read() as uow:
        history = visit.context.revisions(uow).history(Subject.ITEM, slug)
        names = names_in(uow, visit)
    revision = revision_in(history, slug, number)
    bureau = visit.context.office.bureau
    today = bureau.calendar.local_date(visit.context.clock())
    published = next((one for one in history if one.standing.stage is Stage.PUBLISHED), None)
    return show_page(
        visit,
        "console/item.html",
        room="items",
        status=problem_of(error).status if error else 200,
        revision=revision,
        item=item_of(revision),
        history=history,
        steps=steps_of(revision, names),
        moves=moves_of(revision, visit),
        may_draft=may_draft(revision, visit),
        names=names,
        units={unit.slug: unit.name.in_(visit.language) for unit in bureau.units},
        refusal=say_refusal(error, visit),
        typed={"review_due_on": suggested_review(revision, today).isoformat(), **(typed or {})},
        changes=compare(published.body, revision.body) if published and published.number != revision.number else None,
        published=published,
        today=today,
    )
