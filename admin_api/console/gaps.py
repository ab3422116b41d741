"""Gaps: questions that were not well answered, grouped; what to make of each is one form away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, Response

from admin_api.api.paging import MAX_ID
from admin_api.api.schemas.fields import IdPath
from admin_api.closing_gaps import Closer
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminConflict, AdminRejected
from admin_api.gaps import (
    PERIODS,
    USUAL_PERIOD,
    Gap,
    NearEntry,
    Nearness,
    answers_of_staff,
    find_gaps,
    get_gap,
    look_near,
)
from admin_api.pages import Visit
from admin_api.publishing import RightMissing
from admin_api.visits import own_form, staff_visit
from casework.enquiry import Shortfall
from casework.party import LANGUAGES, Language
from casework.ports import UnitOfWork
from knowledge.errors import KnowledgeConflict, KnowledgeNotFound
from knowledge.normalise import fold
from knowledge.proposing import PhrasingRefused

router = APIRouter(prefix="/gaps")
StaffVisit = Annotated[Visit, Depends(staff_visit)]
Text = Annotated[str, Form()]
Days = Annotated[int, Query(ge=1, le=3650)]

PAGE_SIZE: Final = 20
LAST_PAGE: Final = 1000
_MOST_FOUND: Final = 8
_REFUSALS: Final = (PhrasingRefused, AdminRejected, AdminConflict, KnowledgeNotFound, KnowledgeConflict, RightMissing)


@dataclass(frozen=True, slots=True)
class GapRow:
    """One gap as the list shows it."""

    gap: Gap
    near: Nearness


@dataclass(frozen=True, slots=True)
class GapWish:
    """Which part of the list is wanted."""

    days: int = USUAL_PERIOD
    kind: Shortfall | None = None
    page: int = 1

    def href(self, *, kind: str | None = None, page: int = 1) -> str:
        """The address of the list with another kind or page."""
        named = {"days": self.days, "kind": self.kind or "" if kind is None else kind, "page": page}
        usual = {"days": USUAL_PERIOD, "kind": "", "page": 1}
        query = {name: value for name, value in named.items() if value != usual[name]}
        return "/staff/gaps" + (f"?{urlencode(query)}" if query else "")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a form that was refused, and why it was."""

    fault: str = ""
    phrasing: str = ""
    entry: str = ""
    language: str = ""
    reason: str = ""


def read_wish(days: int = USUAL_PERIOD, kind: str = "", page: int = 1) -> GapWish:
    """The wish in the address; what it does not know is taken as no filter."""
    return GapWish(
        days=days if days in PERIODS else USUAL_PERIOD,
        kind=Shortfall(kind) if kind in list(Shortfall) else None,
        page=min(max(page, 1), LAST_PAGE),
    )


@router.get("")
def show_gaps(visit: StaffVisit, wish: Annotated[GapWish, Depends(read_wish)]) -> HTMLResponse:
    """A page of gaps, the most asked first."""
    context, staff = visit.context, signed_in(visit)
    with context.store.read() as uow:
        every = find_gaps(uow, context, staff, days=wish.days)
    gaps = [gap for gap in every if wish.kind is None or wish.kind in gap.kinds]
    shown = gaps[(wish.page - 1) * PAGE_SIZE : wish.page * PAGE_SIZE]
    return show_page(
        visit,
        "console/gaps.html",
        room="gaps",
        rows=[GapRow(gap, look_near(gap, context, visit.language)) for gap in shown],
        counts={kind: sum(kind in gap.kinds for gap in every) for kind in Shortfall},
        groups=len(gaps),
        all_groups=len(every),
        questions=sum(gap.count for gap in gaps),
        wish=wish,
        last=max(1, -(-len(gaps) // PAGE_SIZE)),
        periods=PERIODS,
    )


@router.get("/{key}")
def show_gap(visit: StaffVisit, key: IdPath, days: Days = USUAL_PERIOD, q: str = "") -> HTMLResponse:
    """One gap: every wording, what comes near, what colleagues answered; CaseworkNotFound."""
    return _show(visit, key, days, words=q.strip()[:100])


@router.post("/{key}/phrasing", dependencies=[Depends(own_form)])
def add_phrasing(
    visit: StaffVisit,
    key: IdPath,
    days: Annotated[int, Form()] = USUAL_PERIOD,
    seen: Annotated[int, Form(ge=0, le=MAX_ID)] = 0,
    entry: Text = "",
    phrasing: Text = "",
    language: Text = "",
) -> Response:
    """Propose the question as a phrasing of an entry."""
    typed = Typed("entry", phrasing, entry, language)
    spoken: Language = "en" if language == "en" else "zh"
    if not entry:
        return _show(visit, key, days, typed=typed, error=AdminRejected())

    def work(closer: Closer, gap: Gap) -> None:
        closer.add_phrasing(gap, entry, phrasing, spoken, up_to=seen)

    return _close(visit, key, days, work, typed=typed, done="phrasing_proposed")


@router.post("/{key}/dismiss", dependencies=[Depends(own_form)])
def dismiss(
    visit: StaffVisit,
    key: IdPath,
    days: Annotated[int, Form()] = USUAL_PERIOD,
    seen: Annotated[int, Form(ge=0, le=MAX_ID)] = 0,
    reason: Text = "",
) -> Response:
    """Say that nothing is to be published for it."""

    def work(closer: Closer, gap: Gap) -> None:
        closer.dismiss(gap, reason, up_to=seen)

    return _close(visit, key, days, work, typed=Typed("reason", reason=reason), done="gap_dismissed")


def _close(
    visit: Visit, key: int, days: int, work: Callable[[Closer, Gap], None], *, typed: Typed, done: str
) -> Response:
    context, staff = visit.context, signed_in(visit)

    def carry_out(uow: UnitOfWork) -> None:
        work(Closer(uow, context, staff), get_gap(uow, context, staff, key, days=days))

    try:
        context.store.write(carry_out)
    except _REFUSALS as error:
        return _show(visit, key, days, typed=_refused(typed, error), error=error)
    return visit.go(
        f"{GapWish(days if days in PERIODS else USUAL_PERIOD).href()}{'&' if days != USUAL_PERIOD else '?'}done={done}"
    )


def _refused(typed: Typed, error: Exception) -> Typed:
    fault = typed.fault
    if isinstance(error, PhrasingRefused):
        fault = error.reason
    elif isinstance(error, KnowledgeNotFound):
        fault = "unpublished"
    elif isinstance(error, RightMissing):
        fault = "right"
    elif isinstance(error, KnowledgeConflict | AdminConflict):
        fault = "conflict"
    return Typed(fault, typed.phrasing, typed.entry, typed.language, typed.reason)


def _show(
    visit: Visit, key: int, days: int, *, words: str = "", typed: Typed | None = None, error: Exception | None = None
) -> HTMLResponse:
    context, staff = visit.context, signed_in(visit)
    with context.store.read() as uow:
        gap = get_gap(uow, context, staff, key, days=days)
        answers = answers_of_staff(uow, context, staff, gap)
    near = look_near(gap, context, visit.language)
    return show_page(
        visit,
        "console/gap.html",
        room="gaps",
        status=problem_of(error).status if error else 200,
        gap=gap,
        near=near,
        found=_by_title(visit, words) if words else _with_picked(visit, near, typed),
        words=words,
        answers=answers,
        typed=typed or Typed(phrasing=gap.proposal, language=gap.language),
        languages=LANGUAGES,
        days=days if days in PERIODS else USUAL_PERIOD,
    )


def _with_picked(visit: Visit, near: Nearness, typed: Typed | None) -> Sequence[NearEntry]:
    """What comes near, after the entry that was picked by a search: a form that was refused still offers it."""
    library, picked = visit.context.library(), typed.entry if typed else ""
    if picked not in library or picked in {entry.slug for entry in near.entries}:
        return near.entries
    return (NearEntry(picked, library.get(picked).title.in_(visit.language), was_shown=False), *near.entries)


def _by_title(visit: Visit, words: str) -> Sequence[NearEntry]:
    """Entries whose title has the words, then those that they lead to."""
    knowledge, wanted = visit.context.knowledge(), fold(words)
    titled = [
        entry.slug for entry in knowledge.library if any(wanted in fold(entry.title.in_(one)) for one in LANGUAGES)
    ]
    slugs = dict.fromkeys([*titled, *(match.slug for match in knowledge.find(words).matches)])
    return [
        NearEntry(slug, knowledge.library.get(slug).title.in_(visit.language), was_shown=False)
        for slug in list(slugs)[:_MOST_FOUND]
    ]
