"""What the bureau is and what it has published: units and procedures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import ProceduresReader, UnitsReader
from admin_api.api.schemas.fields import Page, SlugPath
from admin_api.api.schemas.procedures import ProcedureDetail, ProcedureFilter, ProcedureSummary
from admin_api.api.schemas.units import UnitList, UnitView
from knowledge.procedure import Procedure

router = APIRouter(route_class=BoundedRoute)


@router.get("/units", operation_id="listUnits", tags=["units"])
def list_units(caller: UnitsReader) -> UnitList:
    """Every unit, in the order of the bundle."""
    return UnitList(items=[UnitView.of(unit) for unit in caller.bureau.units])


@router.get("/units/{slug}", operation_id="getUnit", tags=["units"])
def show_unit(slug: SlugPath, caller: UnitsReader) -> UnitView:
    """One unit."""
    return UnitView.of(caller.bureau.unit(slug))


@router.get("/procedures", operation_id="listProcedures", tags=["procedures"])
def list_procedures(wanted: Annotated[ProcedureFilter, Query()], caller: ProceduresReader) -> Page[ProcedureSummary]:
    """Published entries by slug, those of a unit and with the words when they are asked for."""
    page = wanted.page()
    entries = [entry for entry in caller.context.library() if _is_wanted(entry, wanted)]
    places = range(page.after, min(page.after + page.limit + 1, len(entries)))
    found, next_cursor = page.cut(places, lambda place: place + 1)
    return Page(items=[ProcedureSummary.of(entries[place]) for place in found], next_cursor=next_cursor)


@router.get("/procedures/{slug}", operation_id="getProcedure", tags=["procedures"])
def show_procedure(slug: SlugPath, caller: ProceduresReader) -> ProcedureDetail:
    """One entry, whole."""
    return ProcedureDetail.of(caller.context.library().get(slug))


def _is_wanted(entry: Procedure, wanted: ProcedureFilter) -> bool:
    if wanted.unit and entry.unit != wanted.unit:
        return False
    words = wanted.q.casefold().split()
    phrasings = [line for lines in entry.phrasings.values() for line in lines]
    texts = [entry.slug, entry.title.zh, entry.title.en, entry.summary.zh, entry.summary.en, *phrasings]
    said = "\n".join(texts).casefold()
    return all(word in said for word in words)
