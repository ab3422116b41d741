"""Revisions in both databases: numbered, kept, and won by one of two who write at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event

from casework.store import SqlStore, open_store
from knowledge.errors import KnowledgeConflict, KnowledgeNotFound, KnowledgeRejected
from knowledge.publication import Classification, DisclosureClass, Move, Stage, Standing
from knowledge.revisions import Revision, Subject
from knowledge.store import SqlRevisions, metadata

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
LATER = date(2027, 5, 25)
ENTRY = Subject.ENTRY
HIDDEN = Classification(DisclosureClass.NOT_DISCLOSED, "政府信息公开条例第十四条：危及公共安全")
ALL = frozenset(Stage)


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    opened = open_store(store_url)
    metadata.create_all(opened.engine)
    yield opened
    opened.close()


@contextmanager
def revisions_of(store: SqlStore) -> Iterator[SqlRevisions]:
    with store.engine.begin() as connection:
        yield SqlRevisions(connection)


@pytest.fixture
def kept(store: SqlStore) -> Iterator[SqlRevisions]:
    with revisions_of(store) as opened:
        yield opened


def draft(kept: SqlRevisions, slug: str = "xinling-huzhao", by: str = "wang", **changes: object) -> Revision:
    words = {
        "title": "申领护照",
        "unit": "crj",
        "body": {"title": {"zh": "申领护照", "en": "Passport"}},
        "classification": Classification(),
        "now": NOW,
    }
    return kept.draft(ENTRY, slug, by=by, **{**words, **changes})  # type: ignore[arg-type]


def go(kept: SqlRevisions, revision: Revision, *moves: Move, by: str = "li", at: datetime = NOW) -> Revision:
    for move in moves:
        revision = kept.move(revision, move, by=by, now=at, today=TODAY, reason="why", review_due_on=LATER)
    return revision


def published(kept: SqlRevisions, slug: str = "xinling-huzhao", at: datetime = NOW) -> Revision:
    return go(kept, draft(kept, slug), Move.REVIEW, Move.PUBLISH, at=at)


def bundled(slug: str, origin: str = "digest", stage: Stage = Stage.PUBLISHED) -> Revision:
    standing = Standing(stage, "bundle", NOW, published_by="bundle", published_at=NOW)
    return Revision(ENTRY, slug, 1, slug, "", {"words": slug}, standing, origin=origin)


def test_a_revision_comes_back_as_it_was_kept(kept: SqlRevisions) -> None:
    made = draft(kept, classification=HIDDEN, note="价格变了", origin="digest")
    assert kept.get(ENTRY, made.slug, 1) == made
    done = go(kept, made, Move.REVIEW, Move.SEND_BACK, Move.REVIEW, Move.PUBLISH)
    assert kept.get(ENTRY, made.slug, 1) == done
    assert [(step.what, step.reason) for step in done.standing.steps] == [
        ("review", ""),
        ("send_back", "why"),
        ("review", ""),
        ("publish", ""),
    ]


def test_drafts_are_numbered_after_the_last_and_the_history_is_newest_first(kept: SqlRevisions) -> None:
    assert [draft(kept).number, draft(kept).number, draft(kept, "other").number] == [1, 2, 1]
    assert [one.number for one in kept.history(ENTRY, "xinling-huzhao")] == [2, 1]
    assert kept.history(Subject.ITEM, "xinling-huzhao") == []
    with pytest.raises(KnowledgeNotFound, match="revision 3"):
        kept.get(ENTRY, "xinling-huzhao", 3)


def test_a_draft_made_from_an_old_revision_is_refused(kept: SqlRevisions) -> None:
    first = draft(kept)
    draft(kept, after=first.number)
    with pytest.raises(KnowledgeConflict, match="moved on"):
        draft(kept, after=first.number)


def test_publishing_takes_the_place_of_what_was_published_and_says_so_to_others(kept: SqlRevisions) -> None:
    assert kept.state(ENTRY) == 0
    published(kept)
    assert kept.state(ENTRY) == 1
    second = published(kept, at=NOW + timedelta(days=1))
    assert kept.state(ENTRY) == 2
    assert kept.find_published(ENTRY, second.slug) == second
    before = kept.get(ENTRY, second.slug, 1).standing
    assert (before.stage, before.ended_at) == (Stage.SUPERSEDED, NOW + timedelta(days=1))
    assert kept.state(Subject.ITEM) == 0


def test_drafting_and_reviewing_change_nothing_for_others_and_withdrawing_does(kept: SqlRevisions) -> None:
    reviewed = go(kept, draft(kept), Move.REVIEW)
    assert kept.state(ENTRY) == 0
    go(kept, go(kept, reviewed, Move.PUBLISH), Move.WITHDRAW)
    assert kept.state(ENTRY) == 2
    go(kept, draft(kept, "never"), Move.WITHDRAW)
    assert kept.state(ENTRY) == 2
    assert kept.find_published(ENTRY, reviewed.slug) is None


def test_what_was_in_force_at_an_instant_is_found(kept: SqlRevisions) -> None:
    published(kept)
    second = published(kept, at=NOW + timedelta(days=2))
    go(kept, second, Move.WITHDRAW, at=NOW + timedelta(days=4))
    draft(kept)
    days = {day: kept.in_force(ENTRY, second.slug, NOW + timedelta(days=day)) for day in (-1, 0, 1, 2, 3, 4, 5)}
    assert {day: one.number if one else None for day, one in days.items()} == {
        -1: None,
        0: 1,
        1: 1,
        2: 2,
        3: 2,
        4: None,
        5: None,
    }


def test_whoever_amends_a_draft_may_not_review_it(kept: SqlRevisions) -> None:
    made = draft(kept, by="wang")
    amended = kept.amend(replace(made, title="新题", body={"a": 1}), by="zhao", now=NOW)
    assert kept.get(ENTRY, made.slug, 1) == amended
    assert amended.title == "新题"
    for editor in ("wang", "zhao"):
        with pytest.raises(KnowledgeRejected, match="own_draft"):
            go(kept, amended, Move.REVIEW, by=editor)
    with pytest.raises(KnowledgeRejected, match="wrong_stage"):
        kept.amend(go(kept, amended, Move.REVIEW), by="wang", now=NOW)


def test_a_change_to_what_was_loaded_before_another_change_is_refused(kept: SqlRevisions) -> None:
    made = draft(kept)
    kept.amend(made, by="wang", now=NOW)
    with pytest.raises(KnowledgeConflict, match="moved on"):
        kept.amend(made, by="zhao", now=NOW)
    with pytest.raises(KnowledgeConflict, match="moved on"):
        go(kept, made, Move.REVIEW)


def test_an_older_review_does_not_bring_back_older_words(kept: SqlRevisions) -> None:
    older = go(kept, draft(kept), Move.REVIEW)
    newer = published(kept)
    with pytest.raises(KnowledgeConflict, match="moved on"):
        go(kept, older, Move.PUBLISH)
    assert kept.find_published(ENTRY, newer.slug) == newer


def test_lists_are_narrowed_by_stage_words_and_date_and_come_in_pages(kept: SqlRevisions) -> None:
    for number in range(5):
        draft(kept, f"draft-{number}", title=f"第{number}号_草稿")
    done = published(kept)
    drafts = frozenset({Stage.DRAFT})
    assert [one.slug for one in kept.page(ENTRY, stages=drafts, after=1, limit=2)] == ["draft-3", "draft-2"]
    assert kept.count(ENTRY, stages=drafts) == 5
    assert [one.slug for one in kept.page(ENTRY, stages=ALL, words="3号 DRAFT")] == ["draft-3"]
    assert kept.count(ENTRY, stages=ALL, words="%") == 0
    assert kept.page(ENTRY, stages=ALL, due_by=LATER) == [done]
    assert kept.count(ENTRY, stages=ALL, due_by=LATER - timedelta(days=1)) == 0


def test_a_bundle_is_entered_at_once_and_again_over_what_it_replaces(kept: SqlRevisions) -> None:
    assert kept.enter_published(bundled(f"e{number:04}") for number in range(1200)) == 1200
    assert kept.state(ENTRY) == 1
    assert [one.slug for one in kept.published(ENTRY)] == [f"e{number:04}" for number in range(1200)]
    assert kept.enter_published([bundled("e0007", "changed")]) == 1
    assert [(one.number, one.standing.stage) for one in kept.history(ENTRY, "e0007")] == [
        (2, Stage.PUBLISHED),
        (1, Stage.SUPERSEDED),
    ]
    assert kept.origins(ENTRY)["e0007"].published == "changed"


def test_a_slug_that_comes_twice_leaves_nothing_entered(kept: SqlRevisions) -> None:
    with pytest.raises(KnowledgeConflict, match="nothing was entered"):
        kept.enter_published([bundled("a"), bundled("b"), bundled("a")])
    assert (list(kept.published(ENTRY)), kept.state(ENTRY)) == ([], 0)


def test_the_origin_of_what_is_published_tells_a_bundle_from_a_person(kept: SqlRevisions) -> None:
    kept.enter_published([bundled("left"), bundled("edited")])
    published(kept, "edited")
    published(kept, "own")
    go(kept, draft(kept, "gone", origin="old"), Move.WITHDRAW)
    origins = {slug: (one.entered, one.published) for slug, one in kept.origins(ENTRY).items()}
    assert origins == {
        "left": ("digest", "digest"),
        "edited": ("digest", ""),
        "own": ("", ""),
        "gone": ("old", None),
    }


def test_revisions_from_elsewhere_are_entered_as_they_are(kept: SqlRevisions, store: SqlStore) -> None:
    published(kept)
    first, second = published(kept), kept.get(ENTRY, "xinling-huzhao", 1)
    moved = [replace(one, slug="copy") for one in (first, second)]
    assert kept.enter(moved) == 2
    assert kept.history(ENTRY, "copy") == moved
    with pytest.raises(KnowledgeConflict):
        kept.enter(moved)


def both(store: SqlStore, work: Callable[[SqlRevisions], object]) -> list[str]:
    """What became of two people who do the same at once."""
    at_once = threading.Barrier(2, timeout=20)
    outcomes: list[str] = []

    def one_of_them() -> None:
        try:
            at_once.wait()
            with revisions_of(store) as kept:
                work(kept)
            outcomes.append("won")
        except KnowledgeConflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=one_of_them) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


def test_of_two_who_publish_the_same_revision_at_once_one_wins(store: SqlStore) -> None:
    with revisions_of(store) as kept:
        published(kept)
        reviewed = go(kept, draft(kept), Move.REVIEW)
    assert both(store, lambda kept: go(kept, reviewed, Move.PUBLISH)) == ["conflict", "won"]
    with revisions_of(store) as kept:
        assert [one.number for one in kept.published(ENTRY)] == [2]


def test_of_two_who_amend_the_same_draft_at_once_one_wins(store: SqlStore) -> None:
    with revisions_of(store) as kept:
        made = draft(kept)
    assert both(store, lambda kept: kept.amend(made, by="zhao", now=NOW)) == ["conflict", "won"]


def test_of_two_who_draft_from_the_same_revision_at_once_one_wins(store: SqlStore) -> None:
    with revisions_of(store) as kept:
        made = draft(kept)
    assert both(store, lambda kept: draft(kept, after=made.number)) == ["conflict", "won"]


def test_of_two_revisions_published_in_overlapping_transactions_at_most_one_is_in_force(store: SqlStore) -> None:
    with revisions_of(store) as kept:
        one = go(kept, draft(kept), Move.REVIEW)
        other = go(kept, draft(kept), Move.REVIEW)
    mine = iter([one, other])
    outcomes = both(store, lambda kept: go(kept, next(mine), Move.PUBLISH))
    assert "won" in outcomes
    with revisions_of(store) as kept:
        assert len(list(kept.published(ENTRY))) == 1


def test_the_published_are_listed_in_a_bounded_number_of_statements(store: SqlStore) -> None:
    with revisions_of(store) as kept:
        kept.enter_published(bundled(f"e{number}") for number in range(30))
    statements: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *seen: statements.append(str(seen[2])))
    with revisions_of(store) as kept:
        assert len(list(kept.published(ENTRY))) == 30
    assert len([one for one in statements if one.lstrip().upper().startswith("SELECT")]) == 1
