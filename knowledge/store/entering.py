"""Entering many revisions at once, as bundles and imports bring them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from knowledge.errors import KnowledgeConflict
from knowledge.publication import Stage
from knowledge.revisions import Revision, Subject
from knowledge.store.rows import row_of
from knowledge.store.states import bump
from knowledge.store.tables import revisions as table

_AT_ONCE = 500
"""Rows in one statement: SQLite bounds the slugs that one may name."""

_SUPERSEDE = (
    update(table)
    .where(
        table.c.subject == bindparam("of_subject"),
        table.c.slug == bindparam("of_slug"),
        table.c.stage == Stage.PUBLISHED.value,
    )
    .values(stage=Stage.SUPERSEDED.value, ended_at=bindparam("at"), edits=table.c.edits + 1)
)


def enter_published(connection: Connection, revisions: Iterable[Revision]) -> int:
    """Keep many that are published, each numbered after the last of its slug and in the place of what was."""
    return _enter(connection, revisions, numbered=True)


def enter_as_they_are(connection: Connection, revisions: Iterable[Revision]) -> int:
    """Keep revisions with number, standing and steps as given."""
    return _enter(connection, revisions, numbered=False)


def _enter(connection: Connection, revisions: Iterable[Revision], *, numbered: bool) -> int:
    count, touched = 0, set[Subject]()
    try:
        with connection.begin_nested():
            for batch in _batches(revisions):
                for subject in sorted({one.subject for one in batch if _is_published(one)} - touched):
                    bump(connection, subject)
                    touched.add(subject)
                rows = _numbered(connection, batch) if numbered else batch
                connection.execute(insert(table), [row_of(revision) for revision in rows])
                count += len(rows)
    except IntegrityError as error:
        raise KnowledgeConflict(
            "nothing was entered: a slug came twice, or was published by somebody else meanwhile; load and try again"
        ) from error
    return count


def _is_published(revision: Revision) -> bool:
    return revision.standing.stage is Stage.PUBLISHED


def _batches(revisions: Iterable[Revision]) -> Iterator[list[Revision]]:
    rest = iter(revisions)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch


def _numbered(connection: Connection, batch: Sequence[Revision]) -> list[Revision]:
    """The batch with its numbers, after what it replaces has been ended."""
    last: dict[tuple[str, str], int] = {}
    for subject in {revision.subject for revision in batch}:
        slugs = [revision.slug for revision in batch if revision.subject is subject]
        query = select(table.c.slug, func.max(table.c.number)).where(
            table.c.subject == subject.value, table.c.slug.in_(slugs)
        )
        last |= {(subject.value, slug): number for slug, number in connection.execute(query.group_by(table.c.slug))}
    known = [revision for revision in batch if (revision.subject.value, revision.slug) in last]
    if known:
        connection.execute(
            _SUPERSEDE,
            [{"of_subject": one.subject.value, "of_slug": one.slug, "at": one.standing.published_at} for one in known],
        )
    return [replace(one, number=last.get((one.subject.value, one.slug), 0) + 1) for one in batch]
