"""Inserts that give way to a row that is already there: the same words for both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_skip(connection: Connection, table: Table, row: Mapping[str, Any], unique: Sequence[str]) -> int | None:
    """Insert a row and return its id, or None when one with the same unique columns exists."""
    made = _insert(connection)(table).on_conflict_do_nothing(index_elements=list(unique))
    id_ = connection.execute(made.returning(table.c.id), row).scalar()
    return None if id_ is None else int(id_)


def insert_or_update(
    connection: Connection, table: Table, row: Mapping[str, Any], unique: Sequence[str], **options: Any
) -> bool:
    """Insert a row, or update the one with the same unique columns; whether anything was written.

    `where` limits the update; `changes` replaces what is set by it.
    """
    insert = _insert(connection)(table).values(**row)
    changes = options.get("changes") or {name: value for name, value in row.items() if name not in unique}
    made = insert.on_conflict_do_update(
        index_elements=list(unique), set_=changes, where=options.get("where")
    ).returning(*(table.c[name] for name in unique))
    return connection.execute(made).first() is not None


def _insert(connection: Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
