"""Inserts that give way to a row that is already there: the same words for both databases.

A statement is built once for each table and kept: building it costs more than running it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_skip(connection: Connection, table: Table, row: Mapping[str, Any], unique: tuple[str, ...]) -> int | None:
    """Insert a row and return its id, or None when one with the same unique columns exists."""
    id_ = connection.execute(_or_skip(connection.dialect.name, table, unique), row).scalar()
    return None if id_ is None else int(id_)


def insert_or_update(
    connection: Connection, table: Table, row: Mapping[str, Any], unique: tuple[str, ...], **options: Any
) -> bool:
    """Insert a row, or update the one with the same unique columns; whether anything was written.

    `where` limits the update; `changes` replaces what is set by it.
    """
    insert = insert_into(connection.dialect.name, table).values(**row)
    changes = options.get("changes") or {name: value for name, value in row.items() if name not in unique}
    made = insert.on_conflict_do_update(
        index_elements=list(unique), set_=changes, where=options.get("where")
    ).returning(*(table.c[name] for name in unique))
    return connection.execute(made).first() is not None


@cache
def _or_skip(dialect: str, table: Table, unique: tuple[str, ...]) -> Any:
    return insert_into(dialect, table).on_conflict_do_nothing(index_elements=list(unique)).returning(table.c.id)


def insert_into(dialect: str, table: Table) -> Any:
    """An insert of this database's own kind, which knows what to do on a conflict."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
