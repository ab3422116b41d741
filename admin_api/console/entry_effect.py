"""What publishing a revision would do to questions whose answer is known: loaded into its page, or a page itself."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from admin_api.api.routers.entries import NumberPath, SlugPath
from admin_api.console.frame import show_page
from admin_api.foreseeing import foresee
from admin_api.pages import Visit
from admin_api.publishing import UNDER_WAY, faults_of
from admin_api.visits import staff_visit
from knowledge.effect import Effect
from knowledge.masking import masked
from knowledge.revisions import Revision, Subject

router = APIRouter(prefix="/entries")
StaffVisit = Annotated[Visit, Depends(staff_visit)]

MOST_SHOWN: Final = 50


@router.get("/{slug}/{number}/effect")
def show_effect(visit: StaffVisit, slug: SlugPath, number: NumberPath) -> HTMLResponse:
    """The effect of a revision that is on its way; it takes an index, so the page of the revision does not wait."""
    with visit.context.store.read() as uow:
        revision = visit.context.revisions(uow).get(Subject.ENTRY, slug, number)
        effect = foresee(revision, visit.context, uow) if can_be_tried(revision, visit) else None
    if visit.request.headers.get("hx-request"):
        return visit.show("console/entry_effect_part.html", revision=revision, **effect_facts(effect))
    return show_page(visit, "console/entry_effect.html", room="entries", revision=revision, **effect_facts(effect))


def can_be_tried(revision: Revision, visit: Visit) -> bool:
    """Whether a revision may still be published and can be read as an entry."""
    return revision.standing.stage in UNDER_WAY and not faults_of(
        revision.body, revision.slug, visit.context.office.bureau
    )


def effect_facts(effect: Effect | None) -> dict[str, Any]:
    """What a page needs that draws an effect."""
    return {"effect": effect, "masked": masked, "most_shown": MOST_SHOWN}
