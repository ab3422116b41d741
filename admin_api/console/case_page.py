"""The page of a case, and the part of it that is fetched again when something happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from admin_api.console.case_view import compose_case
from admin_api.console.finding import find_case, signed_in
from admin_api.console.frame import show_page
from admin_api.pages import Visit
from admin_api.visits import staff_visit
from casework.likely import likely_unlinked
from casework.rights import Right, may
from knowledge.likeness import alike

router = APIRouter()
StaffVisit = Annotated[Visit, Depends(staff_visit)]


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was not carried out: why, and everything that was typed into it."""

    form: str
    """Which form of the page."""
    fault: str
    """Key of the reason; `stale` when somebody changed the case meanwhile."""
    typed: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[tuple[str, str], ...] = ()
    """Files that came with it and need not be chosen again: sealed word and name."""
    seen_version: int | None = None
    why: str = ""
    """The reason in the clerk's words, where the key does not say all."""


NOTHING_REFUSED = Refused("", "")


@router.get("/cases/{reference}")
def show_case(visit: StaffVisit, reference: str) -> HTMLResponse:
    """The whole page; CaseworkNotFound."""
    return compose_case_page(visit, reference)


@router.get("/cases/{reference}/news")
def show_case_news(visit: StaffVisit, reference: str) -> HTMLResponse:
    """What changes while the page is open: correspondence, standing and timeline, for htmx."""
    with visit.context.store.read() as uow:
        view = compose_case(find_case(reference, uow, visit=visit), uow, visit=visit)
    return visit.show("console/case_news.html", view=view)


def compose_case_page(
    visit: Visit, reference: str, *, status: int = 200, refused: Refused = NOTHING_REFUSED
) -> HTMLResponse:
    """The page, with a refused form as it was typed."""
    with visit.context.store.read() as uow:
        case = find_case(reference, uow, visit=visit)
        view = compose_case(case, uow, visit=visit, seen_version=refused.seen_version)
        staff, bureau = signed_in(visit), visit.context.office.bureau
        likely = likely_unlinked(case, uow, likeness=alike, staff=staff, bureau=bureau, now=visit.context.clock())
    may_pack = may(signed_in(visit), Right.VERIFY, case, visit.context.office.bureau)
    return show_page(
        visit,
        "console/case.html",
        room="queue",
        status=status,
        view=view,
        refused=refused,
        may_pack=may_pack,
        likely=likely,
    )
