"""Which rows a list, a count or a page is made of."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from knowledge.publication import DisclosureClass, Stage
from knowledge.revisions import Subject
from knowledge.store.tables import revisions


def of_slug(subject: Subject, slug: str) -> Select[Any]:
    """Every revision of one subject."""
    return select(revisions).where(revisions.c.subject == subject.value, revisions.c.slug == slug)


def selected(
    subject: Subject,
    stages: frozenset[Stage],
    *,
    due_by: date | None = None,
    words: str = "",
    unit: str = "",
    disclosure: DisclosureClass | None = None,
) -> Select[Any]:
    """Revisions in these stages, of a unit and class, due by a date, with all of these words in title or slug."""
    query = select(revisions).where(
        revisions.c.subject == subject.value, revisions.c.stage.in_(sorted(stage.value for stage in stages))
    )
    if due_by is not None:
        query = query.where(revisions.c.stage == Stage.PUBLISHED.value, revisions.c.review_due_on <= due_by)
    if unit:
        query = query.where(revisions.c.unit == unit)
    if disclosure is not None:
        query = query.where(revisions.c.disclosure == disclosure.value)
    for word in words.split():
        named = revisions.c.title.icontains(word, autoescape=True)
        query = query.where(or_(named, revisions.c.slug.icontains(word, autoescape=True)))
    return query
