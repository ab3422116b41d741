"""The number by which other processes know that what they serve is old."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from knowledge.revisions import Subject
from knowledge.store.tables import revision_states


def bump(connection: Connection, subject: Subject) -> None:
    """Say that what is published has changed; seen by others after the commit.

    Done first in a transaction: on PostgreSQL the row is held until its end, so publishers come one after the other.
    """
    own = postgresql if connection.dialect.name == "postgresql" else sqlite
    made = own.insert(revision_states).values(subject=subject.value, state=1)
    connection.execute(
        made.on_conflict_do_update(index_elements=["subject"], set_={"state": revision_states.c.state + 1})
    )


def hold(connection: Connection, subject: Subject) -> None:
    """Keep others from publishing until the transaction ends; nothing is changed. SQLite has one writer anyway."""
    own = postgresql if connection.dialect.name == "postgresql" else sqlite
    made = own.insert(revision_states).values(subject=subject.value, state=0)
    connection.execute(made.on_conflict_do_update(index_elements=["subject"], set_={"state": revision_states.c.state}))


def state_of(connection: Connection, subject: Subject) -> int:
    """How often it has changed."""
    query = select(revision_states.c.state).where(revision_states.c.subject == subject.value)
    return int(connection.execute(query).scalar() or 0)
