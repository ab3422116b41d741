"""The table by which cases are found by words, and each database's own index over it.

A row holds the terms of everything that is said of a case. The index fills itself from the table, also when rows are
restored from a backup.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, Column, ForeignKey, Table, Text, event

from casework.store.columns import Id
from casework.store.tables import metadata

case_terms = Table(
    "case_terms",
    metadata,
    Column("id", Id, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    Column("terms", Text, nullable=False),
)

_SQLITE_INDEX: Final = (
    (
        "CREATE VIRTUAL TABLE case_words USING fts5(terms, content='case_terms', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 0')"
    ),
    (
        "CREATE TRIGGER case_terms_added AFTER INSERT ON case_terms BEGIN "
        "INSERT INTO case_words (rowid, terms) VALUES (new.id, new.terms); END"
    ),
    (
        "CREATE TRIGGER case_terms_changed AFTER UPDATE ON case_terms BEGIN "
        "INSERT INTO case_words (case_words, rowid, terms) VALUES ('delete', old.id, old.terms); "
        "INSERT INTO case_words (rowid, terms) VALUES (new.id, new.terms); END"
    ),
    (
        "CREATE TRIGGER case_terms_removed AFTER DELETE ON case_terms BEGIN "
        "INSERT INTO case_words (case_words, rowid, terms) VALUES ('delete', old.id, old.terms); END"
    ),
)
VECTOR: Final = "array_to_tsvector(string_to_array(terms, ' '))"
"""The terms as PostgreSQL indexes them: as they are, since its parser would read numbers and addresses into them."""
_POSTGRESQL_INDEX: Final = (f"CREATE INDEX ix_case_terms_vector ON case_terms USING gin (({VECTOR}))",)
SEARCH_INDEX_TABLES: Final = frozenset(
    {"case_words", *(f"case_words_{part}" for part in ("data", "idx", "docsize", "config"))}
)
"""Tables of SQLite's index, which nobody but the index itself reads."""

for _dialect, _statements in (("sqlite", _SQLITE_INDEX), ("postgresql", _POSTGRESQL_INDEX)):
    for _statement in _statements:
        _made = DDL(_statement)  # type: ignore[no-untyped-call] # SQLAlchemy's own type is not complete
        event.listen(case_terms, "after_create", _made.execute_if(dialect=_dialect))


def is_of_search_index(kind: str, table: str, name: str | None) -> bool:
    """Whether an index belongs to what the statements above make, and so to no table of ours."""
    return table == case_terms.name and kind == "index" and "vector" in (name or "")
