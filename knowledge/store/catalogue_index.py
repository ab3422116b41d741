"""How each database is asked for terms: FTS5 of SQLite, tsvector of PostgreSQL. Neither cuts texts itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import REGCLASS, TSQUERY

from knowledge.catalogue.terms import Term, Wanted
from knowledge.store.catalogue_matches import Matches
from knowledge.store.catalogue_tables import GIN_INDEXES

_WORDS: Final = table("catalogue_words", column("rowid"))
_TERMS: Final = table("catalogue_terms", column("id"), column("vector"), column("title_vector"))
_TITLE_WEIGHT: Final = 10.0
_INDEX_ALONE: Final = text("SET LOCAL enable_seqscan = off")
_ANY_WAY: Final = text("SET LOCAL enable_seqscan TO DEFAULT")


class WordIndex(Protocol):
    """The parts of a statement over the ids that terms lead to."""

    @property
    def id(self) -> ColumnElement[int]:
        """The id of a match."""
        ...

    @property
    def ranked_up_to(self) -> int:
        """Of more matches than this the words say too little to rank by them: titles and dates decide."""
        ...

    def has(self, wanted: Wanted) -> ColumnElement[bool]:
        """Title or text has it."""
        ...

    def has_in_title(self, wanted: Wanted) -> ColumnElement[bool]:
        """The title has it. Stands alone."""
        ...

    def matches(self, connection: Connection, wanted: Wanted, *, in_title: bool = False) -> Matches:
        """All that have it, of a word that half the catalogue has within milliseconds."""
        ...

    def run(self, connection: Connection, statement: Select[Any]) -> Sequence[Any]:
        """The one column of a statement made of these parts, found by the index whatever the statistics say."""
        ...

    def begins(self, column: ColumnElement[str], letters: str) -> ColumnElement[bool]:
        """The column begins with these ASCII letters and digits, found by its index."""
        ...

    def settle(self, connection: Connection) -> None:
        """Sort in what was entered, so that the next search finds it as quickly as the rest."""
        ...

    def rank(self, wanted: Wanted) -> ColumnElement[float]:
        """How often and where terms stand; the least is the best. Stands beside `has`."""
        ...


class Fts5:
    """The index of SQLite."""

    id: ColumnElement[int] = _WORDS.c.rowid
    ranked_up_to = 2_000

    def has(self, wanted: Wanted) -> ColumnElement[bool]:
        """Title or text has it."""
        return _matching(_for_fts5(wanted))

    def has_in_title(self, wanted: Wanted) -> ColumnElement[bool]:
        """The title has it."""
        return _matching(f"{{title_terms}} : ({_for_fts5(wanted)})", "in_title")

    def matches(self, connection: Connection, wanted: Wanted, *, in_title: bool = False) -> Matches:
        """All that have it, fetched in one row: rows by the ten thousand take longer than to find them."""
        condition = self.has_in_title(wanted) if in_title else self.has(wanted)
        (ids,) = self.run(connection, select(func.group_concat(self.id)).where(condition))
        return Matches(np.sort(np.fromstring(ids or "", dtype=np.int64, sep=",")))

    def run(self, connection: Connection, statement: Select[Any]) -> Sequence[Any]:
        """FTS5 knows no other way."""
        return connection.execute(statement).scalars().all()

    def begins(self, column: ColumnElement[str], letters: str) -> ColumnElement[bool]:
        """By GLOB: the LIKE of SQLite ignores case and with it the index."""
        return column.op("GLOB", is_comparison=True)(f"{letters}*")

    def settle(self, connection: Connection) -> None:
        """FTS5 does so by itself."""

    def rank(self, wanted: Wanted) -> ColumnElement[float]:
        """BM25, with the title weighing more."""
        return func.bm25(literal_column("catalogue_words"), _TITLE_WEIGHT, 1.0)


class TextSearch:
    """The index of PostgreSQL."""

    id: ColumnElement[int] = _TERMS.c.id
    ranked_up_to = 1_000

    def has(self, wanted: Wanted) -> ColumnElement[bool]:
        """Title or text has it."""
        return _TERMS.c.vector.op("@@")(_for_text_search(wanted))

    def has_in_title(self, wanted: Wanted) -> ColumnElement[bool]:
        """The title has it."""
        return _TERMS.c.title_vector.op("@@")(_for_text_search(wanted))

    def matches(self, connection: Connection, wanted: Wanted, *, in_title: bool = False) -> Matches:
        """All that have it, fetched in one row of eight bytes an id."""
        condition = self.has_in_title(wanted) if in_title else self.has(wanted)
        joined = func.string_agg(func.int8send(self.id), literal_column("''::bytea"), type_=LargeBinary)
        (ids,) = self.run(connection, select(joined).where(condition))
        return Matches(np.sort(np.frombuffer(ids or b"", dtype=">i8").astype(np.int64)))

    def run(self, connection: Connection, statement: Select[Any]) -> Sequence[Any]:
        """With the walk through the whole table forbidden: for a broad word it seems cheap, and unpacks every text."""
        connection.execute(_INDEX_ALONE)
        found = connection.execute(statement).scalars().all()
        connection.execute(_ANY_WAY)
        return found

    def begins(self, column: ColumnElement[str], letters: str) -> ColumnElement[bool]:
        """By LIKE, which the index is made for."""
        return column.like(f"{letters}%")

    def settle(self, connection: Connection) -> None:
        """Empty the lists in which GIN gathers, which every search would walk through."""
        for index in GIN_INDEXES:
            connection.execute(select(func.gin_clean_pending_list(cast(index, REGCLASS))))

    def rank(self, wanted: Wanted) -> ColumnElement[float]:
        """ts_rank, with the title weighing more and long texts less."""
        return -func.ts_rank(_TERMS.c.vector, _for_text_search(wanted), literal_column("1"))


def _matching(expression: str, name: str = "wanted") -> ColumnElement[bool]:
    condition: Any = text(f"catalogue_words MATCH :{name}").bindparams(**{name: expression})
    column: ColumnElement[bool] = condition
    return column


def _for_fts5(wanted: Wanted) -> str:
    """An expression of FTS5; terms hold letters and digits alone, so quoting them is enough."""
    return " OR ".join(f"({' AND '.join(map(_quoted, word))})" for word in wanted.words)


def _quoted(term: Term) -> str:
    return f'"{term.text}"*' if term.begins else f'"{term.text}"'


def _for_text_search(wanted: Wanted) -> Any:
    words = (" & ".join(f"'{term.text}'{':*' if term.begins else ''}" for term in word) for word in wanted.words)
    return cast(" | ".join(f"({word})" for word in words), TSQUERY)
