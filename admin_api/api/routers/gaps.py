"""Gaps over the API: listing them, dismissing one, and proposing a question as a phrasing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import GapsErrand, GapsReader
from admin_api.api.errands import Errand
from admin_api.api.schemas.entries import RevisionDetail
from admin_api.api.schemas.fields import IdPath, Page
from admin_api.api.schemas.gaps import Closed, Days, Dismissal, GapFilter, GapView, NewPhrasing
from admin_api.closing_gaps import Closer
from admin_api.gaps import find_gaps, get_gap, look_near
from admin_api.publishing import faults_of
from casework.ports import UnitOfWork

router = APIRouter(prefix="/gaps", route_class=BoundedRoute, tags=["gaps"])


@router.get("", operation_id="listGaps")
def list_gaps(wanted: Annotated[GapFilter, Query()], caller: GapsReader) -> Page[GapView]:
    """Gaps that the caller may see, the most asked first: the desk all, units those in their own cases."""
    page, context = wanted.page(), caller.context
    with context.store.read() as uow:
        found = find_gaps(uow, context, caller.staff, days=wanted.days)
    gaps = [gap for gap in found if wanted.kind is None or wanted.kind in gap.kinds]
    places, next_cursor = page.cut(range(page.after, min(len(gaps), page.after + page.limit + 1)), lambda one: one + 1)
    shown = [gaps[place] for place in places]
    items = [GapView.of(gap, look_near(gap, context, caller.staff.language)) for gap in shown]
    return Page(items=items, next_cursor=next_cursor)


@router.get("/{key}", operation_id="getGap")
def show_gap(key: IdPath, caller: GapsReader, days: Days = 90) -> GapView:
    """One gap, by any question of it."""
    with caller.context.store.read() as uow:
        gap = get_gap(uow, caller.context, caller.staff, key, days=days)
    return GapView.of(gap, look_near(gap, caller.context, caller.staff.language))


@router.post("/{key}/dismissal", operation_id="dismissGap", response_model=Closed)
def dismiss(key: IdPath, wanted: Dismissal, errand: GapsErrand) -> Response:
    """Say why nothing is to be published; the gap comes back when it is asked again."""

    def work(uow: UnitOfWork) -> Closed:
        gap = get_gap(uow, errand.caller.context, errand.caller.staff, key, days=wanted.days)
        return Closed(questions=_closer(uow, errand).dismiss(gap, wanted.reason, up_to=wanted.seen))

    return errand.once(work)


@router.post("/{key}/phrasings", operation_id="addPhrasing", status_code=201, response_model=RevisionDetail)
def add_phrasing(key: IdPath, wanted: NewPhrasing, errand: GapsErrand) -> Response:
    """Draft the entry with one more phrasing; the draft must still be reviewed and published."""
    caller = errand.caller

    def work(uow: UnitOfWork) -> RevisionDetail:
        gap = get_gap(uow, caller.context, caller.staff, key, days=wanted.days)
        closer = _closer(uow, errand)
        kept = closer.add_phrasing(gap, wanted.entry, wanted.phrasing, wanted.language, up_to=wanted.seen)
        return RevisionDetail.whole(kept, faults_of(kept.body, kept.slug, caller.bureau))

    return errand.once(work, status=201)


def _closer(uow: UnitOfWork, errand: Errand) -> Closer:
    return Closer(uow, errand.caller.context, errand.caller.staff)
