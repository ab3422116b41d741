"""Entries by stage, the history of each, and what is done next with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from admin_api.api.routers.entries import NumberPath, SlugPath
from admin_api.console.entry_effect import can_be_tried, effect_facts
from admin_api.console.entry_view import (
    editor_of,
    may_draft,
    moves_of,
    names_in,
    revision_in,
    sentences_of,
    steps_of,
    suggested_review,
)
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.console.revision_list import Asked, list_revisions, show_comparison
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminConflict, AdminError, AdminNotFound
from admin_api.files import compose_download
from admin_api.foreseeing import DropNotAccepted
from admin_api.pages import Visit
from admin_api.publishing import EntryFaulty, MoveRefused, RightMissing, faults_of, move_entry, try_ahead
from admin_api.visits import desk_visit, own_form, staff_visit
from casework.ports import UnitOfWork
from knowledge.comparing import compare
from knowledge.errors import KnowledgeConflict, KnowledgeNotFound
from knowledge.publication import Move, Stage
from knowledge.revisions import Revision, Subject

router = APIRouter(prefix="/entries")
StaffVisit = Annotated[Visit, Depends(staff_visit)]
DeskVisit = Annotated[Visit, Depends(desk_visit)]

_MOVES: Final = {move.value.replace("_", "-"): move for move in Move}


@router.get("")
def show_entries(visit: StaffVisit, asked: Annotated[Asked, Depends()]) -> HTMLResponse:
    """The revisions at one stage, newest first."""
    facts = list_revisions(visit, Subject.ENTRY, asked)
    return show_page(visit, "console/entries.html", room="entries", stale_since=visit.context.stale_since(), **facts)


@router.get("/bundle.zip")
def download_bundle(visit: DeskVisit) -> Response:
    """The bundle as it stands, to be saved: what is published, and every revision of it."""
    return compose_download("bundle.zip", "application/zip", visit.context.compose_bundle())


@router.get("/{slug}")
def show_latest(visit: StaffVisit, slug: SlugPath) -> Response:
    """On to the newest revision of an entry."""
    with visit.context.store.read() as uow:
        found = visit.context.revisions(uow).history(Subject.ENTRY, slug)
    if not found:
        raise KnowledgeNotFound(f"there is no entry {slug!r}")
    return visit.go(f"/staff/entries/{slug}/{found[0].number}")


@router.get("/{slug}/compare")
def compare_entry(visit: StaffVisit, slug: SlugPath, old: int = 0, new: int = 0) -> HTMLResponse:
    """What differs between any two revisions of an entry; KnowledgeNotFound."""
    return show_comparison(visit, Subject.ENTRY, slug, old, new)


@router.get("/{slug}/{number}")
def show_entry(visit: StaffVisit, slug: SlugPath, number: NumberPath) -> HTMLResponse:
    """One revision: what it says, through whose hands it went, and what may be done next."""
    return _show(visit, slug, number)


@router.post("/{slug}/{number}/{step}", dependencies=[Depends(own_form)])
def take_step(
    visit: StaffVisit,
    slug: SlugPath,
    number: NumberPath,
    step: str,
    edits: Annotated[int, Form()] = -1,
    reason: Annotated[str, Form()] = "",
    review_due_on: Annotated[str, Form()] = "",
    accept_drop: Annotated[str, Form()] = "",
) -> Response:
    """Review, send back, publish, confirm or withdraw; a refusal is told on the page of the revision."""
    move = _MOVES.get(step)
    if move is None:
        raise AdminNotFound

    def work(uow: UnitOfWork) -> Revision:
        return move_entry(
            editor_of(visit, uow),
            slug,
            number,
            move,
            edits=edits,
            reason=reason[:500],
            review_due_on=_day(review_due_on),
            accept_drop=bool(accept_drop),
        )

    if move is Move.PUBLISH:
        try_ahead(signed_in(visit), visit.context, slug, number)
    try:
        visit.context.store.write(work)
    except (AdminError, KnowledgeConflict) as error:
        return _show(visit, slug, number, error=error, typed={"reason": reason, "review_due_on": review_due_on})
    return visit.go(f"/staff/entries/{slug}/{number}?done=entry_{move.value}")


def _show(
    visit: Visit, slug: str, number: int, *, error: Exception | None = None, typed: dict[str, str] | None = None
) -> HTMLResponse:
    with visit.context.store.read() as uow:
        history = visit.context.revisions(uow).history(Subject.ENTRY, slug)
        names = names_in(uow, visit)
    revision = revision_in(history, slug, number)
    bureau = visit.context.office.bureau
    today = bureau.calendar.local_date(visit.context.clock())
    published = next((one for one in history if one.standing.stage is Stage.PUBLISHED), None)
    return show_page(
        visit,
        "console/entry.html",
        room="entries",
        status=problem_of(error).status if error else 200,
        revision=revision,
        history=history,
        steps=steps_of(revision, names),
        moves=moves_of(revision, visit),
        may_draft=may_draft(revision, visit),
        names=names,
        units={unit.slug: unit.name.in_(visit.language) for unit in bureau.units},
        faults=sentences_of(faults_of(revision.body, slug, bureau), (), visit),
        refusal=_refusal(error, visit),
        typed={"review_due_on": suggested_review(revision, today).isoformat(), **(typed or {})},
        changes=compare(published.body, revision.body) if published and published.number != revision.number else None,
        published=published,
        today=today,
        can_be_tried=can_be_tried(revision, visit),
        **effect_facts(error.effect if isinstance(error, DropNotAccepted) else None),
    )


def _refusal(error: Exception | None, visit: Visit) -> Sequence[str]:
    """Why a step was refused, in the reader's language."""
    if error is None:
        return ()
    if isinstance(error, RightMissing):
        return (visit.say("entries.right_missing", right=visit.say(f"entries.right.{error.right.value}")),)
    if isinstance(error, MoveRefused):
        return (visit.say(f"entries.obstacle.{error.obstacle.value}"),)
    if isinstance(error, DropNotAccepted):
        return (visit.say("effect.drop_refused"),)
    if isinstance(error, EntryFaulty):
        return (visit.say("entries.faulty"), *sentences_of(error.faults, error.claims, visit))
    if isinstance(error, AdminConflict | KnowledgeConflict):
        return (visit.say("entries.conflict"),)
    return (visit.say("entries.refused", reason=str(error)),)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
