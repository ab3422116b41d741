"""The touch screen in the hall: very large, few steps, and no way out of the bureau's own pages.

Unit, procedure, card. A script leads back to the start when nobody has touched the screen for a while; without it every
page has a button for that.
"""

from __future__ import annotations

import string
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from admin_api.pages import Visit
from admin_api.portal.published import facets_of, group_by_unit
from admin_api.portal.suggestions import suggestions_over
from admin_api.visits import visitor

router = APIRouter(prefix="/hall")
Visitor = Annotated[Visit, Depends(visitor)]

IDLE_SECONDS: Final = 90
"""After so long without a touch the screen goes back to its start."""
LETTERS: Final = string.ascii_uppercase
_MOST_LETTERS: Final = 8


@router.get("")
def show_start(visit: Visitor) -> HTMLResponse:
    """The units that publish something, as large buttons."""
    return _show(visit, "start", groups=group_by_unit(visit), back="")


@router.get("/units/{slug}")
def show_unit(visit: Visitor, slug: str) -> HTMLResponse:
    """The procedures of one unit; CaseworkNotFound."""
    unit = visit.context.office.bureau.unit(slug)
    return _show(visit, "unit", unit=unit, procedures=visit.context.library().by_unit(slug), back="/hall")


@router.get("/procedures/{slug}")
def show_card(visit: Visitor, slug: str) -> HTMLResponse:
    """One procedure in very large type; KnowledgeNotFound."""
    procedure = visit.context.library().get(slug)
    unit = next((unit for unit in visit.context.office.bureau.units if unit.slug == procedure.unit), None)
    back = f"/hall/units/{unit.slug}" if unit else "/hall"
    return _show(visit, "card", procedure=procedure, facets=facets_of(procedure, visit), unit=unit, back=back)


@router.get("/letters")
def show_letters(visit: Visitor, typed: str = "") -> HTMLResponse:
    """A keyboard of letters; every letter is a link, and narrows the procedures by the initials of their titles."""
    letters = "".join(letter for letter in typed.upper() if letter in LETTERS)[:_MOST_LETTERS]
    library = visit.context.library()
    found = suggestions_over(library).by_initials(letters, library) if letters else []
    is_full = len(letters) == _MOST_LETTERS
    return _show(visit, "letters", letters=letters, keys=LETTERS, found=found, is_full=is_full, back="/hall")


def _show(visit: Visit, page: str, *, back: str, **facts: Any) -> HTMLResponse:
    return visit.show(f"hall/{page}.html", back=back, idle_seconds=IDLE_SECONDS, **facts)
