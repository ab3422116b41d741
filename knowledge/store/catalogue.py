"""`knowledge.catalogue.search.Catalogue` over SQLite's FTS5 and PostgreSQL's text search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, select

from knowledge.catalogue.item import Category, item_of
from knowledge.catalogue.search import (
    LAST_PAGE,
    PAGE_SIZE,
    CatalogueQuery,
    FacetCell,
    Facets,
    Found,
    Listed,
    facets_of,
)
from knowledge.catalogue.terms import Wanted, fold, index_terms, initials_of, loosely, strictly
from knowledge.errors import KnowledgeNotFound
from knowledge.revisions import Revision
from knowledge.store.catalogue_index import Fts5, TextSearch, WordIndex
from knowledge.store.catalogue_tables import catalogue_search, catalogue_terms

RANKED: Final = 2_000
"""Of more matches than this the words say too little to rank them by their texts: titles and dates decide."""
_AT_ONCE: Final = 200
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
        if any(found.facets.categories.values()):
            return found
        return self._matching(query, loosely(query.words), is_loose=True)

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
            begins = _S.initials.like(f"{folded}%")
            query = select(*_LISTED).where(begins).order_by(_S.initials, _S.id).limit(limit)
            if found := self._connection.execute(query).all():
                return [_listed(row) for row in found]
        wanted = strictly(typed)
        if not wanted:
            return []
        matches = self._index.titles(wanted, limit).subquery("matches")
        query = select(*_LISTED).join(matches, _S.id == matches.c.id).order_by(_S.dated_on.desc(), _S.id.desc())
        return [_listed(row) for row in self._connection.execute(query)]

    def enter(self, revisions: Iterable[Revision]) -> None:
        """Take in what is public among these revisions, in place of what their subjects had here before."""
        batch: list[Revision] = []
        for revision in revisions:
            batch.append(revision)
            if len(batch) == _AT_ONCE:
                self._enter(batch)
                batch = []
        if batch:
            self._enter(batch)

    def leave_out(self, slug: str) -> None:
        """Find this item no more."""
        self._remove([slug])

    def _newest(self, query: CatalogueQuery) -> Found:
        cells = select(_S.category, _S.unit, _S.year, func.count()).group_by(_S.category, _S.unit, _S.year)
        total, facets = facets_of(self._cells(cells), query)
        rows = _page(select(*_LISTED).where(*_narrowed(query)).order_by(_S.dated_on.desc(), _S.id.desc()), query)
        return Found([_listed(row) for row in self._connection.execute(rows)], total, facets)

    def _matching(self, query: CatalogueQuery, wanted: Wanted, *, is_loose: bool = False) -> Found:
        if not wanted:
            return Found((), 0, Facets(), is_loose)
        matches = self._index.matches(wanted).subquery("matches")
        cells = (
            select(_S.category, _S.unit, _S.year, func.count())
            .join_from(matches, catalogue_search, _S.id == matches.c.id)
            .group_by(_S.category, _S.unit, _S.year)
        )
        total, facets = facets_of(self._cells(cells), query)
        if not total:
            return Found((), 0, facets, is_loose)
        by = self._index.ranked(wanted) if total <= RANKED else self._index.ranked_by_title(wanted)
        ranked = by.subquery("ranked")
        rows = (
            select(*_LISTED)
            .join_from(ranked, catalogue_search, _S.id == ranked.c.id)
            .where(*_narrowed(query))
            .order_by(ranked.c.rank, _S.dated_on.desc(), _S.id.desc())
        )
        found = self._connection.execute(_page(rows, query))
        return Found([_listed(row) for row in found], total, facets, is_loose)

    def _cells(self, query: Select[Any]) -> list[FacetCell]:
        rows = self._connection.execute(query)
        return [FacetCell(Category(category), unit, year, count) for category, unit, year, count in rows]

    def _enter(self, revisions: Sequence[Revision]) -> None:
        self._remove([revision.slug for revision in revisions])
        public = {revision.slug: revision for revision in revisions if revision.standing.is_public}
        items = {slug: item_of(revision) for slug, revision in public.items()}
        if not items:
            return
        rows = [
            {
                "slug": slug,
                "category": item.category.value,
                "unit": item.unit,
                "year": item.dated_on.year,
                "dated_on": item.dated_on,
                "title": item.title,
                "title_en": item.title_en,
                "document_number": item.document_number,
                "initials": initials_of(item.title),
            }
            for slug, item in items.items()
        ]
        self._connection.execute(insert(catalogue_search), rows)
        ids = self._connection.execute(select(_S.slug, _S.id).where(_S.slug.in_(list(items))))
        terms = []
        for slug, row_id in ids:
            item = items[slug]
            title = f"{item.title}\n{item.title_en}\n{item.document_number}"
            terms.append(
                {
                    "id": row_id,
                    "title_terms": " ".join(index_terms(title)),
                    "text_terms": " ".join(index_terms(f"{item.text}\n{item.text_en}")),
                }
            )
        self._connection.execute(insert(catalogue_terms), terms)

    def _remove(self, slugs: Sequence[str]) -> None:
        ids = list(self._connection.execute(select(_S.id).where(_S.slug.in_(slugs))).scalars())
        if ids:
            self._connection.execute(delete(catalogue_terms).where(catalogue_terms.c.id.in_(ids)))
            self._connection.execute(delete(catalogue_search).where(_S.id.in_(ids)))


def _listed(row: Row[*tuple[Any, ...]]) -> Listed:
    slug, title, title_en, document_number, category, unit, dated_on = row
    return Listed(slug, title, title_en, document_number, Category(category), unit, dated_on)


def _narrowed(query: CatalogueQuery) -> list[ColumnElement[bool]]:
    """The facets that are chosen, as conditions."""
    chosen: list[ColumnElement[bool]] = []
    if query.category is not None:
        chosen.append(_S.category == query.category.value)
    if query.unit:
        chosen.append(_S.unit == query.unit)
    if query.year is not None:
        chosen.append(_S.year == query.year)
    return chosen


def _page(rows: Select[Any], query: CatalogueQuery) -> Select[Any]:
    page = min(max(query.page, 1), LAST_PAGE)
    return rows.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
