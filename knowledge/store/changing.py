"""Statements that change many revisions at once, each row only where it still is as somebody loaded it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, update

from knowledge.publication import Stage
from knowledge.revisions import Revision
from knowledge.store.tables import revisions as table

_HERE: Final = (table.c.subject == bindparam("of_subject")) & (table.c.slug == bindparam("of_slug"))
CHANGE: Final = update(table).where(
    _HERE,
    table.c.number == bindparam("of_number"),
    table.c.edits == bindparam("loaded_edits"),
    table.c.stage == bindparam("loaded_stage"),
)
"""Sets the columns that its rows name beside what `as_loaded` gives."""
_SUPERSEDE: Final = (
    update(table)
    .where(_HERE, table.c.stage == Stage.PUBLISHED.value, table.c.number < bindparam("of_number"))
    .values(stage=Stage.SUPERSEDED.value, ended_at=bindparam("at"), edits=table.c.edits + 1)
)


def as_loaded(revision: Revision) -> dict[str, Any]:
    """What `CHANGE` compares."""
    return {
        "of_subject": revision.subject.value,
        "of_slug": revision.slug,
        "of_number": revision.number,
        "loaded_edits": revision.edits,
        "loaded_stage": revision.standing.stage.value,
    }


def supersede(connection: Connection, by: Sequence[Revision], now: datetime) -> None:
    """End what is published; a later one stays, so that an old review cannot bring back older words."""
    rows = [{"of_subject": one.subject.value, "of_slug": one.slug, "of_number": one.number, "at": now} for one in by]
    connection.execute(_SUPERSEDE, rows)
