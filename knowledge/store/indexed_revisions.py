"""Revisions whose items can be found from the moment they are published, and not a moment longer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice

from sqlalchemy import Connection

from knowledge.publication import Move, Stage
from knowledge.revisions import Revision, Subject
from knowledge.store.catalogue import SqlCatalogue
from knowledge.store.sql_revisions import SqlRevisions

_AT_ONCE = 1_000


class IndexedRevisions(SqlRevisions):
    """`SqlRevisions` that keeps the catalogue's index in the same transaction. Nobody else writes to that index."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction that is open on `connection`; commits nothing itself."""
        super().__init__(connection)
        self._catalogue = SqlCatalogue(connection)

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
        """Carry out a move; an item is found from now on, or no more."""
        after = super().move(revision, move, by=by, now=now, today=today, reason=reason, review_due_on=review_due_on)
        self._index([revision], [after], move)
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
        with self._connection.begin_nested():
            after = super().move_all(
                revisions, move, by=by, now=now, today=today, reason=reason, review_due_on=review_due_on
            )
            self._index(revisions, after, move)
        return after

    def _index(self, before: Sequence[Revision], after: Sequence[Revision], move: Move) -> None:
        if move is Move.PUBLISH:
            self._catalogue.enter(one for one in after if one.subject is Subject.ITEM)
        elif move is Move.WITHDRAW:
            self._catalogue.leave_out(
                one.slug for one in before if one.subject is Subject.ITEM and one.standing.stage is Stage.PUBLISHED
            )

    def enter_published(self, revisions: Iterable[Revision]) -> int:
        """Keep many that are published; their items are found from now on."""
        return super().enter_published(self._indexed(revisions))

    def enter(self, revisions: Iterable[Revision]) -> int:
        """Keep revisions exactly as they are; items that are published are found from now on."""
        return super().enter(self._indexed(revisions))

    def _indexed(self, revisions: Iterable[Revision]) -> Iterator[Revision]:
        """Index what goes by. The caller iterates under a savepoint, so both are undone together."""
        rest = iter(revisions)
        while batch := list(islice(rest, _AT_ONCE)):
            published = [one for one in batch if one.standing.stage is Stage.PUBLISHED and one.subject is Subject.ITEM]
            if published:
                self._catalogue.enter(published)
            yield from batch
