from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from knowledge.errors import KnowledgeRejected
from knowledge.publication import (
    Classification,
    DisclosureClass,
    Move,
    Obstacle,
    Stage,
    Standing,
    moved,
    obstacle_to,
    superseded,
)

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
LATER = date(2027, 5, 25)
DRAFT = Standing(Stage.DRAFT, "drafter", NOW)
HIDDEN = Classification(DisclosureClass.NOT_DISCLOSED, "政府信息公开条例第十四条：危及公共安全")


def go(standing: Standing, *moves: Move, by: str = "reviewer") -> Standing:
    for move in moves:
        standing = moved(move, standing, by=by, now=NOW, today=TODAY, reason="why", review_due_on=LATER)
    return standing


def test_a_draft_is_published_after_another_person_reviewed_it() -> None:
    published = go(DRAFT, Move.REVIEW, Move.PUBLISH)
    assert published.is_public
    assert (published.drafted_by, published.reviewed_by, published.published_at) == ("drafter", "reviewer", NOW)


def test_nobody_reviews_their_own_draft() -> None:
    assert obstacle_to(Move.REVIEW, DRAFT, by="drafter", today=TODAY) is Obstacle.OWN_DRAFT
    with pytest.raises(KnowledgeRejected, match="own_draft"):
        go(DRAFT, Move.REVIEW, by="drafter")


def test_a_draft_cannot_skip_its_review() -> None:
    assert obstacle_to(Move.PUBLISH, DRAFT, by="reviewer", today=TODAY, review_due_on=LATER) is Obstacle.WRONG_STAGE


@pytest.mark.parametrize("move", [Move.SEND_BACK, Move.WITHDRAW])
def test_sending_back_and_withdrawing_want_a_reason(move: Move) -> None:
    assert obstacle_to(move, DRAFT, by="reviewer", today=TODAY, reason=" ") is Obstacle.REASON_MISSING


def test_what_was_sent_back_must_be_reviewed_again() -> None:
    returned = go(DRAFT, Move.REVIEW, Move.SEND_BACK)
    assert (returned.stage, returned.reviewed_by, returned.reason) == (Stage.DRAFT, "", "why")


@pytest.mark.parametrize("day", [None, TODAY])
def test_publishing_names_a_day_ahead_for_the_next_review(day: date | None) -> None:
    reviewed = go(DRAFT, Move.REVIEW)
    assert obstacle_to(Move.PUBLISH, reviewed, by="x", today=TODAY, review_due_on=day) is Obstacle.DATE_MISSING


def test_a_published_entry_is_due_on_its_day_and_confirming_moves_the_day() -> None:
    published = go(DRAFT, Move.REVIEW, Move.PUBLISH)
    assert not published.is_due(date(2027, 5, 24))
    assert published.is_due(LATER)
    confirmed = moved(Move.CONFIRM, published, by="other", now=NOW, today=LATER, review_due_on=date(2028, 5, 25))
    assert confirmed.is_public
    assert not confirmed.is_due(LATER)


def test_what_is_withdrawn_or_superseded_is_public_no_more() -> None:
    published = go(DRAFT, Move.REVIEW, Move.PUBLISH)
    assert not go(published, Move.WITHDRAW).is_public
    assert not superseded(published, now=NOW).is_public
    assert superseded(published, now=NOW).ended_at == NOW


def test_a_restricted_class_names_its_ground_and_is_never_public() -> None:
    with pytest.raises(KnowledgeRejected, match="legal ground"):
        Classification(DisclosureClass.ON_APPLICATION)
    published = go(Standing(Stage.DRAFT, "drafter", NOW, HIDDEN), Move.REVIEW, Move.PUBLISH)
    assert published.stage is Stage.PUBLISHED
    assert not published.is_public
