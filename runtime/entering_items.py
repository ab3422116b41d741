"""Entering the items of a bundle into the catalogue: those that nobody has heard of yet are published.

What the catalogue knows already is left alone, whoever wrote it: later changes come by import or by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from casework.store import SqlStore, SqlUnitOfWork
from knowledge.catalogue.item import Item, body_of
from knowledge.publication import Move, Stage, Standing, Step
from knowledge.revisions import BUNDLE, Revision, Subject
from knowledge.store import IndexedRevisions

REVIEW_AFTER = timedelta(days=365)


def enter_items(store: SqlStore, items: Iterable[Item], *, now: datetime) -> int:
    """Publish the items that are new, and return how many; safe when several processes start at once."""
    offered = {item.slug: item for item in items}
    if not offered:
        return 0

    def enter(uow: SqlUnitOfWork) -> int:
        kept = IndexedRevisions(uow.connection)
        # Processes that start together take turns, so that the second finds what the first entered.
        kept.hold(Subject.ITEM)
        known = kept.origins(Subject.ITEM)
        return kept.enter_published(_published(item, now) for slug, item in offered.items() if slug not in known)

    return store.write(enter)


def _published(item: Item, now: datetime) -> Revision:
    due: date = now.date() + REVIEW_AFTER
    standing = Standing(
        Stage.PUBLISHED,
        BUNDLE,
        now,
        item.classification,
        published_by=BUNDLE,
        published_at=now,
        review_due_on=due,
        steps=(Step(Move.PUBLISH.value, BUNDLE, now),),
    )
    return Revision(Subject.ITEM, item.slug, 0, item.title, item.unit, body_of(item), standing)
