"""What is asked of the catalogue and what is answered; its SQL is `knowledge.store`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

from knowledge.catalogue.item import Category
from knowledge.revisions import Revision
from knowledge.text import Language

PAGE_SIZE = 20
LAST_PAGE = 500
"""Nobody turns further; narrower words lead on."""


@dataclass(frozen=True, slots=True)
class CatalogueQuery:
    """Which published items are wanted."""

    words: str = ""
    category: Category | None = None
    unit: str = ""
    year: int | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Listed:
    """A published item as lists show it."""

    slug: str
    title: str
    title_en: str
    document_number: str
    category: Category
    unit: str
    dated_on: date

    def title_in(self, language: Language) -> str:
        """The title for a reader of `language`; the Chinese one when there is no other."""
        return self.title_en if language == "en" and self.title_en else self.title


@dataclass(frozen=True, slots=True)
class Facets:
    """How many items each choice would leave, the other choices being kept."""

    categories: Mapping[Category, int] = field(default_factory=dict)
    units: Mapping[str, int] = field(default_factory=dict)
    years: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of an answer."""

    items: Sequence[Listed]
    total: int
    facets: Facets
    is_loose: bool = False
    """Whether nothing had all the words, and these have some."""


class FacetCell(NamedTuple):
    """How many matching items share all three facets."""

    category: Category
    unit: str
    year: int
    items: int


def facets_of(cells: Iterable[FacetCell], query: CatalogueQuery) -> tuple[int, Facets]:
    """How many items the query leaves, and the facets beside it: each counted as if it were not chosen itself."""
    total = 0
    categories: dict[Category, int] = dict.fromkeys(Category, 0)
    units: dict[str, int] = {}
    years: dict[int, int] = {}
    for category, unit, year, count in cells:
        in_category = query.category is None or query.category is category
        in_unit = not query.unit or query.unit == unit
        in_year = query.year is None or query.year == year
        total += count if in_category and in_unit and in_year else 0
        if in_unit and in_year:
            categories[category] += count
        if in_category and in_year:
            units[unit] = units.get(unit, 0) + count
        if in_category and in_unit:
            years[year] = years.get(year, 0) + count
    by_count = sorted(units.items(), key=lambda row: (-row[1], row[0]))
    return total, Facets(categories, dict(by_count), dict(sorted(years.items(), reverse=True)))


class Catalogue(Protocol):
    """Finds published proactive items, within the transaction of the caller. Nothing else is in it to be found."""

    def find(self, query: CatalogueQuery) -> Found:
        """One page of what matches, best first, or newest first when no words are asked for."""
        ...

    def get(self, slug: str) -> Listed:
        """One published proactive item; KnowledgeNotFound."""
        ...

    def suggest(self, typed: str, *, limit: int) -> Sequence[Listed]:
        """Items whose title has what was typed, or begins with these initials; newest first."""
        ...

    def enter(self, revisions: Iterable[Revision]) -> None:
        """Take in what is public among these revisions, in place of what their subjects had here before."""
        ...

    def leave_out(self, slugs: Iterable[str]) -> None:
        """Find these items no more."""
        ...
