"""The tables by which published items are found: one for the facets, one for the terms, and the database's own index.

The index is made of statements rather than of columns, since each database has its own. It fills itself from the terms
table, also when rows are restored from a backup.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, JSON, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, event

from knowledge.store.columns import Id, Instant
from knowledge.store.tables import metadata

catalogue_cells = Table(
    "catalogue_cells",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("category", String(16), nullable=False),
    Column("unit", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("items", Integer, nullable=False),
    UniqueConstraint("category", "unit", "year"),
)
"""Every combination of facets that ever occurred, and how many items have it now; see `catalogue_ids`."""

catalogue_search = Table(
    "catalogue_search",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("slug", String(80), nullable=False, unique=True),
    Column("category", String(16), nullable=False),
    Column("unit", String(80), nullable=False),
    Column("dated_on", Date, nullable=False),
    Column("title", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("document_number", Text, nullable=False),
    Column("initials", String(40), nullable=False),
    Index("ix_catalogue_search_newest", "dated_on", "id"),
    Index("ix_catalogue_search_newest_of_category", "category", "dated_on", "id"),
    Index("ix_catalogue_search_newest_of_unit", "unit", "dated_on", "id"),
    Index("ix_catalogue_search_initials", "initials", postgresql_ops={"initials": "varchar_pattern_ops"}),
)

catalogue_terms = Table(
    "catalogue_terms",
    metadata,
    Column("id", Id, ForeignKey("catalogue_search.id"), primary_key=True, autoincrement=False),
    Column("title_terms", Text, nullable=False),
    Column("text_terms", Text, nullable=False),
)

SQLITE_INDEX: Final = (
    (
        "CREATE VIRTUAL TABLE catalogue_words USING fts5(title_terms, text_terms, content='catalogue_terms', "
        "content_rowid='id', tokenize='unicode61 remove_diacritics 0')"
    ),
    (
        "CREATE TRIGGER catalogue_terms_added AFTER INSERT ON catalogue_terms BEGIN "
        "INSERT INTO catalogue_words (rowid, title_terms, text_terms) "
        "VALUES (new.id, new.title_terms, new.text_terms); END"
    ),
    (
        "CREATE TRIGGER catalogue_terms_removed AFTER DELETE ON catalogue_terms BEGIN "
        "INSERT INTO catalogue_words (catalogue_words, rowid, title_terms, text_terms) "
        "VALUES ('delete', old.id, old.title_terms, old.text_terms); END"
    ),
)
POSTGRESQL_INDEX: Final = (
    (
        "ALTER TABLE catalogue_terms ADD COLUMN title_vector tsvector NOT NULL "
        "GENERATED ALWAYS AS (setweight(to_tsvector('simple', title_terms), 'A')) STORED, "
        "ADD COLUMN vector tsvector NOT NULL GENERATED ALWAYS AS "
        "(setweight(to_tsvector('simple', title_terms), 'A') || to_tsvector('simple', text_terms)) STORED"
    ),
    # Long columns lie apart, so that what matches is walked through in few pages.
    "ALTER TABLE catalogue_terms SET (toast_tuple_target = 128)",
    # Many items at once are gathered and sorted in together, which is several times as quick; see `WordIndex.settle`.
    (
        "CREATE INDEX ix_catalogue_terms_vector ON catalogue_terms USING gin (vector) "
        "WITH (gin_pending_list_limit = 32768)"
    ),
    (
        "CREATE INDEX ix_catalogue_terms_title_vector ON catalogue_terms USING gin (title_vector) "
        "WITH (gin_pending_list_limit = 32768)"
    ),
)
GIN_INDEXES: Final = ("ix_catalogue_terms_vector", "ix_catalogue_terms_title_vector")
INDEX_TABLES: Final = frozenset(
    {"catalogue_words", *(f"catalogue_words_{part}" for part in ("data", "idx", "docsize", "config"))}
)
"""Tables of SQLite's index, which nobody but the index itself reads."""

catalogue_imports = Table(
    "catalogue_imports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("drafted_by", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("faults", JSON, nullable=False),
)

catalogue_import_items = Table(
    "catalogue_import_items",
    metadata,
    Column("import_id", Id, ForeignKey("catalogue_imports.id"), primary_key=True, autoincrement=False),
    Column("slug", String(80), primary_key=True),
    Column("number", Integer, nullable=False),
)

for _dialect, _statements in (("sqlite", SQLITE_INDEX), ("postgresql", POSTGRESQL_INDEX)):
    for _statement in _statements:
        _made = DDL(_statement)  # type: ignore[no-untyped-call] # SQLAlchemy's own type is not complete
        event.listen(catalogue_terms, "after_create", _made.execute_if(dialect=_dialect))


def is_of_index(kind: str, table: str, name: str | None) -> bool:
    """Whether a column or an index belongs to what the statements above make, and so to no table of ours."""
    return table == catalogue_terms.name and kind in {"column", "index"} and "vector" in (name or "")
