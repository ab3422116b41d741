"""The front page, search, and the pages of procedures and units: what the bureau has published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from admin_api.pages import Visit
from admin_api.visits import visitor
from casework.bureau import Bureau, Unit
from casework.kinds import CaseKind
from knowledge.bodies import procedure_of
from knowledge.catalogue.search import CatalogueQuery, Found
from knowledge.catalogue.terms import LONGEST_QUESTION as LONGEST_WORDS
from knowledge.errors import KnowledgeNotFound
from knowledge.past import Gone, look_back
from knowledge.procedure import FacetName, Procedure
from knowledge.publication import Standing
from knowledge.retrieval import Decision
from knowledge.revisions import Subject

router = APIRouter()
Visitor = Annotated[Visit, Depends(visitor)]

LONGEST_QUESTION: Final = 200
MOST_FOUND: Final = 8
MOST_ITEMS: Final = 5
"""Published items that a page shows beside procedures; the rest is behind a link."""
_NEAR_THE_BEST: Final = 0.5
"""Entries that score less than this share of the best one are not shown: they only lengthen the list."""


@dataclass(frozen=True, slots=True)
class UnitEntries:
    """A unit and what it publishes."""

    unit: Unit
    procedures: Sequence[Procedure]


@dataclass(frozen=True, slots=True)
class FacetView:
    """One side of a procedure as its page shows it."""

    name: str
    lines: Sequence[str]
    missing: bool
    """The bureau has not published it yet."""


@router.get("/")
def show_home(visit: Visitor) -> HTMLResponse:
    """The front page."""
    return visit.show("portal/home.html", groups=group_by_unit(visit), question="")


@router.get("/search")
def show_found(visit: Visitor, q: str = "") -> HTMLResponse:
    """The entries that answer a question, best first, or an honest nothing and how to reach a person."""
    question = q.strip()[:LONGEST_QUESTION]
    if not question:
        return visit.show("portal/search.html", question="", found=(), items=None, shown=MOST_ITEMS, sure=True)
    knowledge = visit.context.knowledge()
    finding = knowledge.find(question, None)
    library, best = knowledge.library, finding.matches[0].score if finding.matches else 0.0
    found = [
        library.get(match.slug)
        for match in finding.matches[:MOST_FOUND]
        if match.slug in library and match.score >= best * _NEAR_THE_BEST
    ]
    if finding.decision is Decision.HAND_OVER:
        found = []
    sure = finding.decision is Decision.ANSWER
    return visit.show(
        "portal/search.html",
        question=question,
        found=tuple(found),
        items=_items_beside(question, visit),
        shown=MOST_ITEMS,
        units=unit_names(visit),
        sure=sure,
    )


@router.get("/procedures/{slug}")
def show_procedure(visit: Visitor, slug: str, version: str = "") -> HTMLResponse:
    """Everything that is published about one procedure, or was under an earlier version; KnowledgeNotFound.

    Of what was withdrawn the page says that it is gone (410, RFC 9110 §15.5.11), and nothing else.
    """
    library = visit.context.library()
    if slug in library and version in {"", library.get(slug).version}:
        return _show_procedure(visit, library.get(slug))
    with visit.context.store.read() as uow:
        history = visit.context.revisions(uow).history(Subject.ENTRY, slug)
    found = look_back(history, version)
    if isinstance(found, Gone):
        return visit.show("portal/gone.html", status=410, gone=found)
    if found is None:
        raise KnowledgeNotFound(f"no entry is called {slug!r}: search for it by its title")
    return _show_procedure(visit, procedure_of(found), standing=found.standing)


def _show_procedure(visit: Visit, procedure: Procedure, *, standing: Standing | None = None) -> HTMLResponse:
    """The page of an entry; with a standing that has ended, as one that is no longer in force."""
    bureau = visit.context.office.bureau
    return visit.show(
        "portal/procedure.html",
        procedure=procedure,
        facets=facets_of(procedure, visit),
        unit=_find_unit(bureau, procedure.unit),
        is_due=standing is None and procedure.is_due(bureau.calendar.local_date(visit.context.clock())),
        past=standing if standing is not None and standing.ended_at is not None else None,
    )


@router.get("/units/{slug}")
def show_unit(visit: Visitor, slug: str) -> HTMLResponse:
    """One unit: where it is, how to reach it, what it publishes; CaseworkNotFound."""
    bureau = visit.context.office.bureau
    unit = bureau.unit(slug)
    below = [other for other in bureau.units if other.parent == slug]
    procedures = visit.context.library().by_unit(slug)
    kinds = [kind for kind in CaseKind if kind in unit.handles]
    with visit.context.store.read() as uow:
        items = visit.context.catalogue(uow).find(CatalogueQuery(unit=slug))
    return visit.show(
        "portal/unit.html",
        unit=unit,
        below=below,
        procedures=procedures,
        charges=[(procedure, fee) for procedure in procedures if (fee := _fee_of(procedure, visit))],
        kinds=kinds,
        items=items,
        shown=MOST_ITEMS,
    )


def group_by_unit(visit: Visit) -> list[UnitEntries]:
    """Every unit that publishes something, in the order of the bundle."""
    library = visit.context.library()
    groups = [UnitEntries(unit, library.by_unit(unit.slug)) for unit in visit.context.office.bureau.units]
    return [group for group in groups if group.procedures]


def facets_of(procedure: Procedure, visit: Visit) -> list[FacetView]:
    """The sides of a procedure in the order in which people ask for them."""
    return [
        FacetView(name.value, facet.lines(visit.language), facet.bureau_must_fill)
        for name in FacetName
        if (facet := procedure.facets.get(name)) is not None
    ]


def unit_names(visit: Visit) -> dict[str, str]:
    """The name of every unit in the visitor's language."""
    return {unit.slug: unit.name.in_(visit.language) for unit in visit.context.office.bureau.units}


def _fee_of(procedure: Procedure, visit: Visit) -> FacetView | None:
    facet = procedure.facets.get(FacetName.FEE)
    return FacetView(FacetName.FEE.value, facet.lines(visit.language), facet.bureau_must_fill) if facet else None


def _items_beside(question: str, visit: Visit) -> Found | None:
    """Published items that have the words of the question; None when none has, or some have a few of them."""
    with visit.context.store.read() as uow:
        found = visit.context.catalogue(uow).find(CatalogueQuery(question[:LONGEST_WORDS]))
    return None if found.is_loose or not found.total else found


def _find_unit(bureau: Bureau, slug: str) -> Unit | None:
    return next((unit for unit in bureau.units if unit.slug == slug), None)
