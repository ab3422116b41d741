"""Results of finished cases that the bureau made public, with nobody's name in them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from admin_api.pages import Visit
from admin_api.visits import visitor
from casework.kinds import CaseKind

router = APIRouter(prefix="/results")
Visitor = Annotated[Visit, Depends(visitor)]

ON_A_PAGE: Final = 20


@router.get("")
def list_results(visit: Visitor, unit: str = "", kind: str = "", before: str = "") -> HTMLResponse:
    """The latest results, of a unit or a kind if one is chosen; an unknown one is no choice."""
    bureau = visit.context.office.bureau
    units = {one.slug: one.name.in_(visit.language) for one in bureau.units}
    chosen_unit = unit if unit in units else None
    chosen_kind = CaseKind(kind) if kind in set(CaseKind) else None
    is_number = before.isascii() and before.isdigit() and len(before) <= 12
    with visit.context.store.read() as uow:
        found = uow.results.latest(
            limit=ON_A_PAGE + 1, before=int(before) if is_number else None, unit=chosen_unit, kind=chosen_kind
        )
    shown = found[:ON_A_PAGE]
    return visit.show(
        "portal/results.html",
        results=shown,
        more=shown[-1].id if len(found) > ON_A_PAGE else None,
        units=units,
        kinds=list(CaseKind),
        unit=chosen_unit or "",
        kind=chosen_kind.value if chosen_kind else "",
    )


@router.get("/{number}")
def show_result(visit: Visitor, number: int) -> HTMLResponse:
    """One result; CaseworkNotFound when it is not public, or not any more."""
    with visit.context.store.read() as uow:
        result = uow.results.get(number)
    units = {one.slug: one.name.in_(visit.language) for one in visit.context.office.bureau.units}
    return visit.show("portal/result.html", result=result, units=units)
