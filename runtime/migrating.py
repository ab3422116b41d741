"""Bringing a database to the shape that this release needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, exc

import bot.store
import bot.web_store
import casework.store
import knowledge.store
from casework.errors import CaseworkUnavailable
from casework.store.search_tables import is_of_search_index
from knowledge.store.catalogue_tables import is_of_index

TABLES: tuple[MetaData, ...] = (casework.store.metadata, bot.store.metadata, knowledge.store.metadata)
"""Every table of ours; each floor keeps its own, and `bot.web_store` adds to those of `bot.store`."""
_NAMES = frozenset(name for metadata in TABLES for name in metadata.tables) | {bot.web_store.web_conversations.name}


class NotMigrated(Exception):
    """The database has another shape than this release needs: run `sunwindow migrate` first."""

    def __init__(self) -> None:
        """Say the way out."""
        super().__init__(self.__doc__)


def migrate(engine: Engine) -> str:
    """Bring the database to the newest revision and return its name; nothing happens when it is there already."""
    with _reached(), engine.begin() as connection:
        command.upgrade(configured(connection), "head")
    return newest()


def newest() -> str:
    """The revision that this release needs."""
    return str(ScriptDirectory.from_config(configured(None)).get_current_head())


def require_migrated(engine: Engine) -> None:
    """NotMigrated unless the database has the newest revision."""
    with _reached(), engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() != newest():
            raise NotMigrated


def is_ours(thing: Any, name: str | None, kind: str, reflected: Any, _other: Any) -> bool:
    """Whether Alembic should look at a table; the job runner keeps its own, and so have the indexes of words."""
    if kind == "table":
        return not reflected or name in _NAMES
    indexed = (is_of_index, is_of_search_index)
    return not (reflected and any(belongs(kind, thing.table.name, name) for belongs in indexed))


def configured(connection: Connection | None) -> Config:
    """Alembic's configuration over an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _reached() -> Iterator[None]:
    """Say in words that the database cannot be reached; its address may hold a password and is not repeated."""
    try:
        yield
    except (exc.OperationalError, exc.InterfaceError) as error:
        raise CaseworkUnavailable(
            f"the database cannot be used ({type(error.orig).__name__}): check database_url and that it runs"
        ) from error
