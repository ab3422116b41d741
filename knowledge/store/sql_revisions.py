"""Revisions in SQL: what two people do at once is decided by the rows, not by a look before the write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from knowledge.errors import KnowledgeConflict, KnowledgeNotFound
from knowledge.publication import Classification, DisclosureClass, Move, Stage, Standing, amended, moved
from knowledge.revisions import Body, Origin, Revision, Subject
from knowledge.store.changing import CHANGE, as_loaded, supersede
from knowledge.store.entering import enter_as_they_are, enter_published
from knowledge.store.lists import of_slug, selected
from knowledge.store.rows import contents_of, revision_from, row_of, standing_of
from knowledge.store.states import bump, hold, state_of
from knowledge.store.tables import revisions


class SqlRevisions:
    """`knowledge.revisions.Revisions` over one connection, which the stores of other floors share."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction that is open on `connection`; commits nothing itself."""
        self._connection = connection

    def draft(
        self,
        subject: Subject,
        slug: str,
        *,
        title: str,
        unit: str,
        body: Body,
        classification: Classification,
        by: str,
        now: datetime,
        note: str = "",
        after: int | None = None,
        origin: str = "",
    ) -> Revision:
        """Keep a new draft, numbered after the last; KnowledgeConflict when there is one later than `after`."""
        last = self._last_number(subject, slug)
        if after is not None and after != last:
            raise _conflict(subject, slug, last)
        standing = Standing(Stage.DRAFT, by, now, classification)
        drafted = Revision(subject, slug, last + 1, title, unit, body, standing, note, origin)
        with self._decided_by_the_rows(drafted):
            self._connection.execute(insert(revisions), row_of(drafted))
        return drafted

    def amend(self, revision: Revision, *, by: str, now: datetime) -> Revision:
        """Put new contents into a draft; KnowledgeConflict when it was changed since it was loaded."""
        standing = amended(revision.standing, classification=revision.standing.classification, by=by, now=now)
        after = replace(revision, standing=standing, edits=revision.edits + 1)
        self._change([revision], [{**contents_of(after), **standing_of(standing), "edits": after.edits}])
        return after

    def move(
        self,
        revision: Revision,
        move: Move,
        *,
        by: str,
        now: datetime,
        today: date,
        reason: str = "",
        review_due_on: date | None = None,
    ) -> Revision:
        """Carry out a move; KnowledgeConflict when the revision was changed since it was loaded."""
        (after,) = SqlRevisions.move_all(
            self, [revision], move, by=by, now=now, today=today, reason=reason, review_due_on=review_due_on
        )
        return after

    def move_all(
        self,
        revisions: Sequence[Revision],
        move: Move,
        *,
        by: str,
        now: datetime,
        today: date,
        reason: str = "",
        review_due_on: date | None = None,
    ) -> Sequence[Revision]:
        """The same for many at once, all or none."""
        if not revisions:
            return []
        after = [
            replace(
                one,
                standing=moved(
                    move, one.standing, by=by, now=now, today=today, reason=reason, review_due_on=review_due_on
                ),
                edits=one.edits + 1,
            )
            for one in revisions
        ]
        with self._decided_by_the_rows(revisions[0]):
            # What was published, and what is now: the day of a review that is confirmed is told to everybody too.
            for subject in sorted(
                {one.subject for one in (*revisions, *after) if one.standing.stage is Stage.PUBLISHED}
            ):
                bump(self._connection, subject)
            if move is Move.PUBLISH:
                supersede(self._connection, revisions, now)
            self._change(revisions, [{**standing_of(one.standing), "edits": one.edits} for one in after])
        return after

    def enter_published(self, revisions: Iterable[Revision]) -> int:
        """Keep many that are published, each in the place of what was; KnowledgeConflict when a slug came twice."""
        return enter_published(self._connection, revisions)

    def enter(self, revisions: Iterable[Revision]) -> int:
        """Keep revisions exactly as they are; KnowledgeConflict when one is here already."""
        return enter_as_they_are(self._connection, revisions)

    def hold(self, subject: Subject) -> None:
        """Keep others from changing what is published until the transaction ends."""
        hold(self._connection, subject)

    def origins(self, subject: Subject) -> Mapping[str, Origin]:
        """By slug, what was entered last from a bundle and whether it is what is published."""
        columns = (revisions.c.slug, revisions.c.stage, revisions.c.origin)
        query = select(*columns).where(revisions.c.subject == subject.value).order_by(revisions.c.number)
        found: dict[str, Origin] = {}
        for slug, stage, origin in self._connection.execute(query):
            before = found.get(slug, Origin("", None))
            is_published = stage == Stage.PUBLISHED.value
            found[slug] = Origin(origin or before.entered, origin if is_published else before.published)
        return found

    def get(self, subject: Subject, slug: str, number: int) -> Revision:
        """One revision; KnowledgeNotFound."""
        row = self._connection.execute(of_slug(subject, slug).where(revisions.c.number == number)).first()
        if row is None:
            raise KnowledgeNotFound(f"there is no revision {number} of {slug!r}: look at its history")
        return revision_from(row)

    def find_published(self, subject: Subject, slug: str) -> Revision | None:
        """The revision that is published now, whatever its class."""
        query = of_slug(subject, slug).where(revisions.c.stage == Stage.PUBLISHED.value)
        row = self._connection.execute(query).first()
        return revision_from(row) if row else None

    def history(self, subject: Subject, slug: str) -> Sequence[Revision]:
        """Every revision of one subject, newest first."""
        query = of_slug(subject, slug).order_by(revisions.c.number.desc())
        return [revision_from(row) for row in self._connection.execute(query)]

    def published(self, subject: Subject) -> Iterator[Revision]:
        """What is published now, by slug; rows are fetched as they are wanted."""
        query = selected(subject, frozenset({Stage.PUBLISHED})).order_by(revisions.c.slug)
        for row in self._connection.execute(query, execution_options={"yield_per": 500}):
            yield revision_from(row)

    def all(self, subject: Subject) -> Iterator[Revision]:
        """Every revision, by slug and number; rows are fetched as they are wanted."""
        query = selected(subject, frozenset(Stage)).order_by(revisions.c.slug, revisions.c.number)
        for row in self._connection.execute(query, execution_options={"yield_per": 500}):
            yield revision_from(row)

    def in_force(self, subject: Subject, slug: str, at: datetime) -> Revision | None:
        """The revision that was published at an instant."""
        still = (revisions.c.ended_at.is_(None)) | (revisions.c.ended_at > at)
        query = of_slug(subject, slug).where(revisions.c.published_at <= at, still)
        row = self._connection.execute(query.order_by(revisions.c.number.desc()).limit(1)).first()
        return revision_from(row) if row else None

    def page(
        self,
        subject: Subject,
        *,
        stages: frozenset[Stage],
        due_by: date | None = None,
        words: str = "",
        unit: str = "",
        disclosure: DisclosureClass | None = None,
        after: int = 0,
        limit: int = 50,
    ) -> Sequence[Revision]:
        """Revisions in these stages, newest first; `after` skips so many."""
        query = selected(subject, stages, due_by=due_by, words=words, unit=unit, disclosure=disclosure)
        found = self._connection.execute(query.order_by(revisions.c.id.desc()).offset(after).limit(limit))
        return [revision_from(row) for row in found]

    def count(
        self,
        subject: Subject,
        *,
        stages: frozenset[Stage],
        due_by: date | None = None,
        words: str = "",
        unit: str = "",
        disclosure: DisclosureClass | None = None,
    ) -> int:
        """How many revisions `page` would find."""
        query = selected(subject, stages, due_by=due_by, words=words, unit=unit, disclosure=disclosure)
        query = query.with_only_columns(func.count())
        return int(self._connection.execute(query).scalar_one())

    def state(self, subject: Subject) -> int:
        """A number that grows with every change to what is published."""
        return state_of(self._connection, subject)

    def _last_number(self, subject: Subject, slug: str) -> int:
        query = of_slug(subject, slug).with_only_columns(func.coalesce(func.max(revisions.c.number), 0))
        return int(self._connection.execute(query).scalar_one())

    def _change(self, before: Sequence[Revision], values: Sequence[Mapping[str, Any]]) -> None:
        """Write these values where the rows are still as they were loaded."""
        rows = [{**as_loaded(one), **value} for one, value in zip(before, values, strict=True)]
        if self._connection.execute(CHANGE, rows).rowcount != len(rows):
            raise _conflict(before[0].subject, before[0].slug, before[0].number, len(rows))

    @contextmanager
    def _decided_by_the_rows(self, revision: Revision) -> Iterator[None]:
        """A savepoint in which a unique index that was in the way means that somebody else was quicker."""
        try:
            with self._connection.begin_nested():
                yield
        except IntegrityError as error:
            raise _conflict(revision.subject, revision.slug, revision.number) from error


def _conflict(subject: Subject, slug: str, number: int, count: int = 1) -> KnowledgeConflict:
    which = f"revision {number} of {subject.value} {slug!r}"
    if count > 1:
        which = f"one of {count} revisions, the first of which is {which},"
    return KnowledgeConflict(f"{which} has moved on meanwhile: load it again and decide anew")
