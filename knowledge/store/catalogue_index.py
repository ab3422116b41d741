"""How each database is asked for terms: FTS5 of SQLite, tsvector of PostgreSQL. Neither cuts texts itself."""

from __future__ import annotations

from typing import Any, Final, Protocol

from sqlalchemy import Select, cast, column, func, literal_column, not_, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from knowledge.catalogue.terms import Term, Wanted

_WORDS: Final = table("catalogue_words", column("rowid"))
_TERMS: Final = table("catalogue_terms", column("id"), column("vector"), column("title_vector"))
_TITLE_WEIGHT: Final = 10.0


class WordIndex(Protocol):
    """Statements that select `id`, and `rank` where the least is the best."""

    def matches(self, wanted: Wanted) -> Select[Any]:
        """Everything that matches."""
        ...

    def ranked(self, wanted: Wanted) -> Select[Any]:
        """Everything that matches, ranked by how often and where the terms stand."""
        ...

    def ranked_by_title(self, wanted: Wanted) -> Select[Any]:
        """Everything that matches: 0 when the title does so alone, else 1."""
        ...

    def titles(self, wanted: Wanted, limit: int) -> Select[Any]:
        """The last ones entered whose title matches."""
        ...


class Fts5:
    """The index of SQLite."""

    def matches(self, wanted: Wanted) -> Select[Any]:
        """Everything that matches."""
        return select(_WORDS.c.rowid.label("id")).where(_matching(_for_fts5(wanted)))

    def ranked(self, wanted: Wanted) -> Select[Any]:
        """Everything that matches, by BM25 with the title weighing more."""
        rank = func.bm25(literal_column("catalogue_words"), _TITLE_WEIGHT, 1.0)
        return select(_WORDS.c.rowid.label("id"), rank.label("rank")).where(_matching(_for_fts5(wanted)))

    def ranked_by_title(self, wanted: Wanted) -> Select[Any]:
        """Everything that matches: 0 when the title does so alone, else 1."""
        expression = _for_fts5(wanted)
        in_title = select(_WORDS.c.rowid).where(_matching(f"{{title_terms}} : ({expression})", "in_title"))
        rank = not_(_WORDS.c.rowid.in_(in_title.scalar_subquery()))
        return select(_WORDS.c.rowid.label("id"), rank.label("rank")).where(_matching(expression))

    def titles(self, wanted: Wanted, limit: int) -> Select[Any]:
        """The last ones entered whose title matches."""
        in_title = _matching(f"{{title_terms}} : ({_for_fts5(wanted)})")
        return select(_WORDS.c.rowid.label("id")).where(in_title).order_by(_WORDS.c.rowid.desc()).limit(limit)


class TextSearch:
    """The index of PostgreSQL."""

    def matches(self, wanted: Wanted) -> Select[Any]:
        """Everything that matches."""
        return select(_TERMS.c.id).where(_TERMS.c.vector.op("@@")(_for_text_search(wanted)))

    def ranked(self, wanted: Wanted) -> Select[Any]:
        """Everything that matches, by ts_rank with the title weighing more and long texts less."""
        rank = -func.ts_rank(_TERMS.c.vector, _for_text_search(wanted), literal_column("1"))
        return self.matches(wanted).add_columns(rank.label("rank"))

    def ranked_by_title(self, wanted: Wanted) -> Select[Any]:
        """Everything that matches: 0 when the title does so alone, else 1."""
        in_title = _TERMS.c.title_vector.op("@@")(_for_text_search(wanted))
        return self.matches(wanted).add_columns(func.cast(not_(in_title), literal_column("int")).label("rank"))

    def titles(self, wanted: Wanted, limit: int) -> Select[Any]:
        """The last ones entered whose title matches."""
        in_title = _TERMS.c.title_vector.op("@@")(_for_text_search(wanted))
        return select(_TERMS.c.id).where(in_title).order_by(_TERMS.c.id.desc()).limit(limit)


def _matching(expression: str, name: str = "wanted") -> Any:
    return text(f"catalogue_words MATCH :{name}").bindparams(**{name: expression})


def _for_fts5(wanted: Wanted) -> str:
    """An expression of FTS5; terms hold letters and digits alone, so quoting them is enough."""
    return " OR ".join(f"({' AND '.join(map(_quoted, word))})" for word in wanted.words)


def _quoted(term: Term) -> str:
    return f'"{term.text}"*' if term.begins else f'"{term.text}"'


def _for_text_search(wanted: Wanted) -> Any:
    words = (" & ".join(f"'{term.text}'{':*' if term.begins else ''}" for term in word) for word in wanted.words)
    return cast(" | ".join(f"({word})" for word in words), TSQUERY)
