"""Entering the procedures of a bundle as revisions: what is new is published, and what staff had edited is not lost.

A bundle is only entered where it changed since it was entered last. Where the published text is the bundle's own, its
successor is published; where staff had edited or withdrawn it, the bundle's text becomes a draft for review.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from casework.store import SqlStore, SqlUnitOfWork
from knowledge.bodies import body_of, digest_of
from knowledge.errors import KnowledgeConflict
from knowledge.library import Library
from knowledge.procedure import Procedure
from knowledge.publication import Move, Stage, Standing, Step
from knowledge.revisions import BUNDLE, Body, Origin, Revision, Subject
from knowledge.store import SqlRevisions
from knowledge.versions import free_version, says, version_of

REVIEW_AFTER = timedelta(days=365)
"""When an entry of a bundle that names no day is due for re-review, counted from the day its facts were checked."""
_TRIES = 3
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a bundle's procedures."""

    published: tuple[str, ...] = ()
    drafted: tuple[str, ...] = ()
    """Slugs whose text staff had edited or withdrawn: the bundle's text waits for review."""


def enter_bundle(store: SqlStore, library: Library, *, now: datetime) -> Entered:
    """Enter what changed since the bundle was entered last; safe when several processes start at once."""
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            entered = store.write(lambda uow: _enter(uow, library, now))
        except KnowledgeConflict:
            # Another process was quicker: what it entered is no longer new.
            if last:
                raise
        else:
            if entered != Entered():
                log.info(
                    "bundle entered", action="bundle.entered", published=len(entered.published), drafts=entered.drafted
                )
            return entered
    raise AssertionError("the last try returns or raises")


def _enter(uow: SqlUnitOfWork, library: Library, now: datetime) -> Entered:
    kept = SqlRevisions(uow.connection)
    # Processes that start together take turns, so that the second finds what the first entered.
    kept.hold(Subject.ENTRY)
    origins = kept.origins(Subject.ENTRY)
    fresh: list[Revision] = []
    drafted: list[str] = []
    for entry in library:
        body = body_of(entry)
        digest = digest_of(body)
        if _is_known(origins, entry.slug, digest):
            continue
        published = kept.find_published(Subject.ENTRY, entry.slug)
        if published is not None and says(published.body, digest):
            continue
        if entry.slug not in origins or (published is not None and _is_untouched(published)):
            fresh.append(_published(kept, entry, body, digest, now))
        else:
            _draft(kept, entry, body, digest, now)
            drafted.append(entry.slug)
    kept.enter_published(fresh)
    return Entered(tuple(revision.slug for revision in fresh), tuple(drafted))


def _is_known(origins: Mapping[str, Origin], slug: str, digest: str) -> bool:
    return slug in origins and origins[slug].entered == digest


def _is_untouched(published: Revision) -> bool:
    """Whether what is published is a bundle's text as it was, not a draft of one that staff went on to amend."""
    return bool(published.origin) and says(published.body, published.origin)


def _published(kept: SqlRevisions, entry: Procedure, body: Body, digest: str, now: datetime) -> Revision:
    due = entry.review_due_on or entry.checked_on + REVIEW_AFTER
    standing = Standing(
        Stage.PUBLISHED,
        BUNDLE,
        now,
        entry.classification,
        published_by=BUNDLE,
        published_at=now,
        review_due_on=due,
        steps=(Step(Move.PUBLISH.value, BUNDLE, now),),
    )
    text = _marked(kept, entry.slug, body)
    return Revision(Subject.ENTRY, entry.slug, 0, entry.title.zh, entry.unit, text, standing, origin=digest)


def _draft(kept: SqlRevisions, entry: Procedure, body: Body, digest: str, now: datetime) -> None:
    kept.draft(
        Subject.ENTRY,
        entry.slug,
        title=entry.title.zh,
        unit=entry.unit,
        body=_marked(kept, entry.slug, body),
        classification=entry.classification,
        by=BUNDLE,
        now=now,
        origin=digest,
    )


def _marked(kept: SqlRevisions, slug: str, body: Body) -> Body:
    """The body under a version that no other text of the entry has."""
    taken = {version_of(one.body) for one in kept.history(Subject.ENTRY, slug)}
    return {**body, "version": free_version(version_of(body), taken)}
