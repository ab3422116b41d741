"""What may still be said outside about texts that are no longer in force: pure, and careful.

A text that was replaced can be looked at while its entry is public. Of an entry that was withdrawn, or is no longer
disclosed proactively, nothing is told but that it is gone; of one that was never public, not even that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from knowledge.publication import DisclosureClass, Stage
from knowledge.revisions import Revision
from knowledge.versions import version_of


@dataclass(frozen=True, slots=True)
class Gone:
    """The entry was public once and is no more."""

    at: datetime


def was_public(revision: Revision) -> bool:
    """Whether anybody outside could see it at some time."""
    standing = revision.standing
    return standing.published_at is not None and standing.classification.disclosure is DisclosureClass.PROACTIVE


def look_back(history: Sequence[Revision], version: str) -> Revision | Gone | None:
    """What is told about a version of an entry, from its history, newest first; None when there is nothing to tell."""
    known = [revision for revision in history if was_public(revision)]
    if not known:
        return None
    if not any(revision.standing.is_public for revision in history):
        return Gone(max(_left_at(revision, history) for revision in known))
    return next((one for one in known if version_of(one.body) == version and _may_be_seen(one)), None)


def _may_be_seen(revision: Revision) -> bool:
    return revision.standing.stage in {Stage.SUPERSEDED, Stage.PUBLISHED}


def _left_at(revision: Revision, history: Sequence[Revision]) -> datetime:
    """When it ceased to be public; the last step of the entry where that is not known."""
    return revision.standing.ended_at or max(one.standing.published_at or one.standing.drafted_at for one in history)
