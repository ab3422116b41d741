"""`knowledge.catalogue.search.Catalogue` over SQLite's FTS5 and PostgreSQL's text search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, delete, func, insert, select

from knowledge.catalogue.item import Category, item_of
from knowledge.catalogue.search import LAST_PAGE, PAGE_SIZE, CatalogueQuery, Facets, Found, Listed, facets_of
from knowledge.catalogue.terms import Wanted, fold, index_terms, initials_of, meaning, strictly
from knowledge.errors import KnowledgeNotFound
from knowledge.revisions import Revision
from knowledge.store.catalogue_ids import (
    all_cells,
    assign_ids,
    cell_of,
    cells_in_use,
    chosen_of,
    count_cells,
    counted,
    day_of,
)
from knowledge.store.catalogue_index import Fts5, TextSearch, WordIndex
from knowledge.store.catalogue_tables import catalogue_search, catalogue_terms

_RARE: Final = 2_000
"""A word that more items have than this tells none of them from the others."""
_SHORTEST: Final = 3
"""Letters from which on a word's beginning leads to few enough items to be suggested."""
_AT_ONCE: Final = 1_000
_S = catalogue_search.c
_LISTED: Final = (_S.slug, _S.title, _S.title_en, _S.document_number, _S.category, _S.unit, _S.dated_on)


class SqlCatalogue:
    """Published proactive items, found over one connection; commits nothing itself."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction that is open on `connection`."""
        self._connection = connection
        self._index: WordIndex = Fts5() if connection.dialect.name == "sqlite" else TextSearch()

    def find(self, query: CatalogueQuery) -> Found:
        """One page of what matches, best first, or newest first when no words are asked for."""
        if not query.words.strip():
            return self._newest(query)
        found = self._matching(query, strictly(query.words))
        if found.facets.categories and any(found.facets.categories.values()):
            return found
        words = meaning(query.words)
        found = self._matching(query, Wanted((tuple(term for word in words for term in word),)))
        if found.total:
            return found
        rare = tuple(word for word in words if 0 < self._how_many(Wanted((word,))) <= _RARE)
        return self._matching(query, Wanted(rare), is_loose=True)

    def get(self, slug: str) -> Listed:
        """One published proactive item; KnowledgeNotFound."""
        row = self._connection.execute(select(*_LISTED).where(_S.slug == slug)).one_or_none()
        if row is None:
            raise KnowledgeNotFound(f"no item {slug[:80]!r} is published: search for it by its title")
        return _listed(row)

    def suggest(self, typed: str, *, limit: int) -> Sequence[Listed]:
        """Items whose title has what was typed, or begins with these initials; newest first."""
        folded = "".join(fold(typed).split())
        if folded.isascii() and folded.isalnum():
            begins = select(*_LISTED).where(self._index.begins(_S.initials, folded))
            if found := self._connection.execute(begins.order_by(_S.initials, _S.id).limit(limit)).all():
                return [_listed(row) for row in found]
        wanted = strictly(typed)
        if not wanted or any(term.begins and len(term.text) < _SHORTEST for word in wanted.words for term in word):
            return []
        matches = select(self._index.id).where(self._index.has_in_title(wanted)).limit(limit)
        matches = matches.order_by(day_of(self._index.id).desc(), self._index.id)
        return self._listed(self._index.run(self._connection, matches))

    def enter(self, revisions: Iterable[Revision]) -> None:
        """Take in what is public among these revisions, in place of what their subjects had here before."""
        rest: Iterator[Revision] = iter(revisions)
        while batch := list(islice(rest, _AT_ONCE)):
            self._enter(batch)
        self._index.settle(self._connection)

    def leave_out(self, slugs: Iterable[str]) -> None:
        """Find these items no more."""
        rest = iter(slugs)
        while batch := list(islice(rest, _AT_ONCE)):
            self._remove(batch)

    def _newest(self, query: CatalogueQuery) -> Found:
        total, facets = facets_of(cells_in_use(self._connection), query)
        rows = select(*_LISTED).order_by(_S.dated_on.desc(), _S.id.desc())
        if query.category is not None:
            rows = rows.where(_S.category == query.category.value)
        if query.unit:
            rows = rows.where(_S.unit == query.unit)
        if query.year is not None:
            rows = rows.where(_S.dated_on.between(date(query.year, 1, 1), date(query.year, 12, 31)))
        return Found([_listed(row) for row in self._connection.execute(_page(rows, query))], total, facets)

    def _matching(self, query: CatalogueQuery, wanted: Wanted, *, is_loose: bool = False) -> Found:
        if not wanted:
            return Found((), 0, Facets(), is_loose)
        matches = self._index.matches(self._connection, wanted)
        if not len(matches):
            return Found((), 0, Facets(dict.fromkeys(Category, 0)), is_loose)
        cells = all_cells(self._connection)
        total, facets = facets_of(counted(matches.cells(), cells), query)
        chosen = chosen_of(query, cells)
        first = PAGE_SIZE * (_page_number(query) - 1)
        if total > 1 and len(matches) <= self._index.ranked_up_to:
            ids: Sequence[int] = self._ranked(wanted, chosen, first)
        else:
            here = matches if chosen is None else matches.within(chosen)
            in_title = self._index.matches(self._connection, wanted, in_title=True)
            ids = here.newest(first=first, count=PAGE_SIZE, preferred=in_title)
        return Found(self._listed(ids), total, facets, is_loose)

    def _ranked(self, wanted: Wanted, chosen: Sequence[int] | None, first: int) -> Sequence[int]:
        index = self._index
        matches = select(index.id).where(index.has(wanted))
        if chosen is not None:
            matches = matches.where(cell_of(index.id).in_(chosen))
        matches = matches.order_by(index.rank(wanted), day_of(index.id).desc(), index.id)
        return index.run(self._connection, matches.limit(PAGE_SIZE).offset(first))

    def _listed(self, ids: Sequence[int]) -> list[Listed]:
        """The items of these ids, in their order."""
        rows = self._connection.execute(select(_S.id, *_LISTED).where(_S.id.in_(ids)))
        found = {row.id: _listed(row[1:]) for row in rows}
        return [found[row_id] for row_id in ids]

    def _how_many(self, wanted: Wanted) -> int:
        """How many have it, counted no further than is asked for."""
        some = select(self._index.id).where(self._index.has(wanted)).limit(_RARE + 1).subquery()
        (number,) = self._index.run(self._connection, select(func.count()).select_from(some))
        return int(number)

    def _enter(self, revisions: Sequence[Revision]) -> None:
        self._remove([revision.slug for revision in revisions])
        public = {revision.slug: item_of(revision) for revision in revisions if revision.standing.is_public}
        if not public:
            return
        rows: list[dict[str, Any]] = []
        terms: list[dict[str, Any]] = []
        items = list(public.values())
        # By id: FTS5 writes what it has gathered to the disk whenever an id is less than the one before.
        for row_id, item in sorted(zip(assign_ids(self._connection, items), items, strict=True), key=itemgetter(0)):
            rows.append(
                {
                    "id": row_id,
                    "slug": item.slug,
                    "category": item.category.value,
                    "unit": item.unit,
                    "dated_on": item.dated_on,
                    "title": item.title,
                    "title_en": item.title_en,
                    "document_number": item.document_number,
                    "initials": initials_of(item.title),
                }
            )
            title = f"{item.title}\n{item.title_en}\n{item.document_number}"
            text = f"{item.text}\n{item.text_en}"
            terms.append(
                {
                    "id": row_id,
                    "title_terms": " ".join(index_terms(title)),
                    "text_terms": " ".join(index_terms(text)),
                }
            )
        self._connection.execute(insert(catalogue_search), rows)
        self._connection.execute(insert(catalogue_terms), terms)
        count_cells(self._connection, [row["id"] for row in rows], 1)

    def _remove(self, slugs: Sequence[str]) -> None:
        ids = list(self._connection.execute(select(_S.id).where(_S.slug.in_(slugs))).scalars())
        if ids:
            self._connection.execute(delete(catalogue_terms).where(catalogue_terms.c.id.in_(ids)))
            self._connection.execute(delete(catalogue_search).where(_S.id.in_(ids)))
            count_cells(self._connection, ids, -1)


def _listed(row: Row[*tuple[Any, ...]] | Sequence[Any]) -> Listed:
    slug, title, title_en, document_number, category, unit, dated_on = row
    return Listed(slug, title, title_en, document_number, Category(category), unit, dated_on)


def _page(rows: Select[Any], query: CatalogueQuery) -> Select[Any]:
    return rows.limit(PAGE_SIZE).offset((_page_number(query) - 1) * PAGE_SIZE)


def _page_number(query: CatalogueQuery) -> int:
    return min(max(query.page, 1), LAST_PAGE)
