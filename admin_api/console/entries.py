"""Entries by stage, the history of each, and what is done next with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from admin_api.api.routers.entries import NumberPath, SlugPath
from admin_api.console.entry_view import (
    editor_of,
    may_draft,
    moves_of,
    names_in,
    sentences_of,
    steps_of,
    suggested_review,
)
from admin_api.console.frame import show_page
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminConflict, AdminError, AdminNotFound
from admin_api.files import compose_download
from admin_api.pages import Visit
from admin_api.publishing import EntryFaulty, MoveRefused, RightMissing, faults_of, move_entry
from admin_api.visits import desk_visit, own_form, staff_visit
from casework.ports import UnitOfWork
from knowledge.comparing import compare
from knowledge.errors import KnowledgeConflict, KnowledgeNotFound
from knowledge.publication import Move, Stage
from knowledge.revisions import Revision, Revisions, Subject

router = APIRouter(prefix="/entries")
StaffVisit = Annotated[Visit, Depends(staff_visit)]
DeskVisit = Annotated[Visit, Depends(desk_visit)]

PAGE_SIZE: Final = 25
LAST_PAGE: Final = 4000
_TABS: Final = {
    "draft": frozenset({Stage.DRAFT}),
    "reviewed": frozenset({Stage.REVIEWED}),
    "published": frozenset({Stage.PUBLISHED}),
    "due": frozenset({Stage.PUBLISHED}),
    "withdrawn": frozenset({Stage.WITHDRAWN}),
}
_MOVES: Final = {move.value.replace("_", "-"): move for move in Move}


@dataclass(frozen=True, slots=True)
class EntriesWish:
    """What the list is asked for."""

    tab: str = "draft"
    words: str = ""
    page: int = 1

    def href(self, **changes: str | int) -> str:
        """The address of the list with some of it changed; the page starts anew unless it is given."""
        wish = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type] # names of fields, as above
        query = {"stage": wish.tab, "q": wish.words, "page": str(wish.page) if wish.page > 1 else ""}
        return f"/staff/entries?{urlencode({name: value for name, value in query.items() if value})}"


@dataclass(frozen=True, slots=True)
class EntriesTab:
    """One stage and how much is at it."""

    name: str
    count: int
    href: str
    current: bool


@router.get("")
def show_entries(visit: StaffVisit, stage: str = "", q: str = "", page: int = 1) -> HTMLResponse:
    """The revisions at one stage, newest first; without a wish, the first stage at which something waits."""
    today = visit.context.office.bureau.calendar.local_date(visit.context.clock())
    with visit.context.store.read() as uow:
        kept = visit.context.revisions(uow)
        words = q.strip()[:100]
        counts = {name: _count(kept, name, words, today) for name in _TABS}
        waiting = next((name for name in ("draft", "reviewed", "due") if counts[name]), "published")
        wish = EntriesWish(stage if stage in _TABS else waiting, words, min(max(page, 1), LAST_PAGE))
        due_by = today if wish.tab == "due" else None
        skipped = (wish.page - 1) * PAGE_SIZE
        found = kept.page(
            Subject.ENTRY, stages=_TABS[wish.tab], due_by=due_by, words=words, after=skipped, limit=PAGE_SIZE
        )
        names = names_in(uow, visit)
    tabs = [EntriesTab(name, counts[name], wish.href(tab=name), name == wish.tab) for name in _TABS]
    return show_page(
        visit,
        "console/entries.html",
        room="entries",
        found=found,
        tabs=tabs,
        wish=wish,
        count=counts[wish.tab],
        last=max(1, -(-counts[wish.tab] // PAGE_SIZE)),
        names=names,
        today=today,
        units={unit.slug: unit.name.in_(visit.language) for unit in visit.context.office.bureau.units},
        stale_since=visit.context.stale_since(),
    )


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
def show_comparison(visit: StaffVisit, slug: SlugPath, old: int = 0, new: int = 0) -> HTMLResponse:
    """What differs between any two revisions of an entry; KnowledgeNotFound."""
    with visit.context.store.read() as uow:
        kept = visit.context.revisions(uow)
        history = kept.history(Subject.ENTRY, slug)
        before, after = kept.get(Subject.ENTRY, slug, old), kept.get(Subject.ENTRY, slug, new)
    return show_page(
        visit,
        "console/entry_compare.html",
        room="entries",
        slug=slug,
        history=history,
        before=before,
        after=after,
        changes=compare(before.body, after.body),
    )


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
        )

    try:
        visit.context.store.write(work)
    except (AdminError, KnowledgeConflict) as error:
        return _show(visit, slug, number, error=error, typed={"reason": reason, "review_due_on": review_due_on})
    return visit.go(f"/staff/entries/{slug}/{number}?done=entry_{move.value}")


def _show(
    visit: Visit, slug: str, number: int, *, error: Exception | None = None, typed: dict[str, str] | None = None
) -> HTMLResponse:
    with visit.context.store.read() as uow:
        kept = visit.context.revisions(uow)
        history = kept.history(Subject.ENTRY, slug)
        revision = next((one for one in history if one.number == number), None)
        names = names_in(uow, visit)
    if revision is None:
        raise KnowledgeNotFound(f"there is no revision {number} of {slug!r}: look at its history")
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
        changes=compare(published.body, revision.body) if published and published is not revision else None,
        published=published,
        today=today,
    )


def _refusal(error: Exception | None, visit: Visit) -> Sequence[str]:
    """Why a step was refused, in the reader's language."""
    if error is None:
        return ()
    if isinstance(error, RightMissing):
        return (visit.say("entries.right_missing", right=visit.say(f"entries.right.{error.right.value}")),)
    if isinstance(error, MoveRefused):
        return (visit.say(f"entries.obstacle.{error.obstacle.value}"),)
    if isinstance(error, EntryFaulty):
        return (visit.say("entries.faulty"), *sentences_of(error.faults, error.claims, visit))
    if isinstance(error, AdminConflict | KnowledgeConflict):
        return (visit.say("entries.conflict"),)
    return (visit.say("entries.refused", reason=str(error)),)


def _count(kept: Revisions, tab: str, words: str, today: date) -> int:
    return kept.count(Subject.ENTRY, stages=_TABS[tab], due_by=today if tab == "due" else None, words=words)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
