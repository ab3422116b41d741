"""The life of what is published: drafted, reviewed by another person, published, due for re-review, withdrawn.

Pure rules that procedures and items of the disclosure catalogue share. Who is asked here is a name; whether that person
has an account and a role is the doors' business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from knowledge.errors import KnowledgeRejected


class DisclosureClass(StrEnum):
    """The three classes into which everything that a bureau holds is sorted (OGI Regulations, arts. 13 to 16, 27)."""

    PROACTIVE = "proactive"
    ON_APPLICATION = "on_application"
    NOT_DISCLOSED = "not_disclosed"


class Stage(StrEnum):
    """Where one revision stands."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    """A later revision was published in its place; it can still be cited as what was in force."""
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What a person may do to a revision."""

    REVIEW = "review"
    SEND_BACK = "send_back"
    PUBLISH = "publish"
    CONFIRM = "confirm"
    """Say on re-review that what is published is still right."""
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Classification:
    """The class of an entry or item, and the legal ground where it is not disclosed of our own accord."""

    disclosure: DisclosureClass = DisclosureClass.PROACTIVE
    ground: str = ""
    """Law, article and reason; empty for `proactive` alone."""

    def __post_init__(self) -> None:
        """Refuse a restriction without a ground: art. 36 (3) wants the reason told to who asks."""
        if self.disclosure is not DisclosureClass.PROACTIVE and not self.ground.strip():
            raise KnowledgeRejected(
                f"the class {self.disclosure.value} needs its legal ground: name the law, the article and the reason"
            )


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one revision has come, and through whose hands."""

    stage: Stage
    drafted_by: str
    drafted_at: datetime
    classification: Classification = Classification()
    reviewed_by: str = ""
    reviewed_at: datetime | None = None
    published_by: str = ""
    published_at: datetime | None = None
    ended_at: datetime | None = None
    """When it was superseded or withdrawn."""
    review_due_on: date | None = None
    """The local date from which it must be looked at again."""
    reason: str = ""
    """Why it was last sent back or withdrawn."""

    @property
    def is_public(self) -> bool:
        """Whether anybody outside may see, find or count it."""
        return self.stage is Stage.PUBLISHED and self.classification.disclosure is DisclosureClass.PROACTIVE

    def is_due(self, today: date) -> bool:
        """Whether it is published and must be looked at again."""
        return self.stage is Stage.PUBLISHED and self.review_due_on is not None and self.review_due_on <= today


MOVES: Mapping[Move, tuple[frozenset[Stage], Stage]] = {
    Move.REVIEW: (frozenset({Stage.DRAFT}), Stage.REVIEWED),
    Move.SEND_BACK: (frozenset({Stage.DRAFT, Stage.REVIEWED}), Stage.DRAFT),
    Move.PUBLISH: (frozenset({Stage.REVIEWED}), Stage.PUBLISHED),
    Move.CONFIRM: (frozenset({Stage.PUBLISHED}), Stage.PUBLISHED),
    Move.WITHDRAW: (frozenset({Stage.DRAFT, Stage.REVIEWED, Stage.PUBLISHED}), Stage.WITHDRAWN),
}
"""From which stages each move is possible, and where it leads."""

NEEDS_REASON = frozenset({Move.SEND_BACK, Move.WITHDRAW})
NEEDS_ANOTHER = frozenset({Move.REVIEW})
"""Moves that whoever drafted the revision may not make: four eyes."""


class Obstacle(StrEnum):
    """Why a move is not possible now; the doors have a sentence for each."""

    WRONG_STAGE = "wrong_stage"
    OWN_DRAFT = "own_draft"
    REASON_MISSING = "reason_missing"
    DATE_MISSING = "date_missing"
    """Publishing and confirming name the day of the next review, which must lie ahead."""


def obstacle_to(
    move: Move, standing: Standing, *, by: str, today: date, reason: str = "", review_due_on: date | None = None
) -> Obstacle | None:
    """What stands in the way of `move`; None when nothing does."""
    if standing.stage not in MOVES[move][0]:
        return Obstacle.WRONG_STAGE
    if move in NEEDS_ANOTHER and by == standing.drafted_by:
        return Obstacle.OWN_DRAFT
    if move in NEEDS_REASON and not reason.strip():
        return Obstacle.REASON_MISSING
    if move in {Move.PUBLISH, Move.CONFIRM} and (review_due_on is None or review_due_on <= today):
        return Obstacle.DATE_MISSING
    return None


def moved(
    move: Move,
    standing: Standing,
    *,
    by: str,
    now: datetime,
    today: date,
    reason: str = "",
    review_due_on: date | None = None,
) -> Standing:
    """The standing after `move`; KnowledgeRejected names the obstacle, by its value, when there is one."""
    obstacle = obstacle_to(move, standing, by=by, today=today, reason=reason, review_due_on=review_due_on)
    if obstacle is not None:
        raise KnowledgeRejected(f"{move.value} is not possible: {obstacle.value}")
    after = replace(standing, stage=MOVES[move][1])
    if move is Move.REVIEW:
        return replace(after, reviewed_by=by, reviewed_at=now, reason="")
    if move is Move.SEND_BACK:
        return replace(after, reviewed_by="", reviewed_at=None, reason=reason.strip())
    if move is Move.WITHDRAW:
        return replace(after, ended_at=now, reason=reason.strip())
    if move is Move.CONFIRM:
        return replace(after, reviewed_by=by, reviewed_at=now, review_due_on=review_due_on)
    return replace(after, published_by=by, published_at=now, review_due_on=review_due_on)


def superseded(standing: Standing, *, now: datetime) -> Standing:
    """The standing of what was published until `now`, when another revision takes its place."""
    return replace(standing, stage=Stage.SUPERSEDED, ended_at=now)
