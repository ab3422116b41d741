"""A bundle's procedures become revisions, and what staff did to them is never silently undone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casework.store import SqlStore, open_store
from knowledge.bodies import body_of, procedure_of
from knowledge.card import cite, compose_card
from knowledge.library import Library
from knowledge.procedure import Procedure
from knowledge.publication import DisclosureClass, Move, Stage
from knowledge.retrieval import KnowledgeBase
from knowledge.revisions import BUNDLE, Revision, Subject
from knowledge.store import SqlRevisions
from runtime.bundle import load_bundle
from runtime.entering import Entered, enter_bundle
from runtime.live_knowledge import LiveKnowledge
from runtime.migrating import migrate

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
DUE = date(2027, 5, 25)
ENTRY = Subject.ENTRY
DEMO = list(load_bundle().library)[:4]
SLUG = DEMO[0].slug


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    opened = open_store(store_url)
    migrate(opened.engine)
    yield opened
    opened.close()


def enter(store: SqlStore, *entries: Procedure) -> Entered:
    return enter_bundle(store, Library(entries), now=NOW)


def history(store: SqlStore, slug: str = SLUG) -> list[tuple[int, Stage, str]]:
    with store.read() as uow:
        kept = SqlRevisions(uow.connection).history(ENTRY, slug)
        return [(one.number, one.standing.stage, procedure_of(one).version) for one in kept]


def published(store: SqlStore, slug: str = SLUG) -> Revision | None:
    with store.read() as uow:
        return SqlRevisions(uow.connection).find_published(ENTRY, slug)


def edited_by_staff(store: SqlStore, entry: Procedure, *moves: Move) -> None:
    def work(kept: SqlRevisions) -> None:
        made = kept.draft(
            ENTRY,
            entry.slug,
            title="新",
            unit=entry.unit,
            body=body_of(entry),
            classification=entry.classification,
            by="wang",
            now=NOW,
        )
        for move in moves:
            made = kept.move(made, move, by="li", now=NOW, today=TODAY, reason="why", review_due_on=DUE)

    store.write(lambda uow: work(SqlRevisions(uow.connection)))


PUBLISHED = (Move.REVIEW, Move.PUBLISH)


def test_every_procedure_of_a_new_bundle_is_published_and_a_second_start_changes_nothing(store: SqlStore) -> None:
    entered = enter(store, *DEMO)
    assert sorted(entered.published) == [entry.slug for entry in DEMO]
    first = published(store)
    assert first is not None
    assert procedure_of(first) == DEMO[0]
    assert (first.standing.published_by, first.standing.review_due_on) == (BUNDLE, date(2027, 11, 23))
    assert enter(store, *DEMO) == Entered()


def test_a_bundle_that_changed_is_published_in_the_place_of_its_own_text(store: SqlStore) -> None:
    enter(store, *DEMO)
    changed = replace(DEMO[0], version="2026-12-01")
    assert enter(store, changed, *DEMO[1:]) == Entered((SLUG,))
    assert history(store) == [(2, Stage.PUBLISHED, "2026-12-01"), (1, Stage.SUPERSEDED, "2026-11-01")]


def test_a_text_that_changed_under_the_same_version_gets_a_version_of_its_own(store: SqlStore) -> None:
    enter(store, *DEMO)
    changed = replace(DEMO[0], checked_on=date(2026, 11, 24))
    enter(store, changed)
    assert [version for _, _, version in history(store)] == ["2026-11-01.2", "2026-11-01"]
    assert enter(store, changed) == Entered()
    assert enter(store, replace(DEMO[0], version="2026-12-01")) == Entered((SLUG,))


def test_what_staff_had_edited_is_not_overwritten_and_the_bundles_text_waits_for_review(store: SqlStore) -> None:
    enter(store, *DEMO)
    edited_by_staff(store, replace(DEMO[0], version="ours"), *PUBLISHED)
    assert enter(store, *DEMO) == Entered(), "the bundle did not change"
    changed = replace(DEMO[0], version="2026-12-01")
    assert enter(store, changed) == Entered((), (SLUG,))
    assert [stage for _, stage, _ in history(store)] == [Stage.DRAFT, Stage.PUBLISHED, Stage.SUPERSEDED]
    assert enter(store, changed) == Entered(), "it waits once"


def test_what_staff_had_withdrawn_is_not_published_again(store: SqlStore) -> None:
    enter(store, *DEMO)
    first = published(store)
    assert first is not None
    store.write(
        lambda uow: SqlRevisions(uow.connection).move(first, Move.WITHDRAW, by="li", now=NOW, today=TODAY, reason="x")
    )
    assert enter(store, *DEMO) == Entered()
    assert enter(store, replace(DEMO[0], version="2026-12-01")) == Entered((), (SLUG,))
    assert published(store) is None


def test_a_draft_of_the_bundle_that_staff_amended_and_published_counts_as_edited(store: SqlStore) -> None:
    enter(store, *DEMO)
    edited_by_staff(store, replace(DEMO[0], version="ours"), *PUBLISHED)
    enter(store, replace(DEMO[0], version="v2"))

    def amend_and_publish(kept: SqlRevisions) -> None:
        draft = kept.history(ENTRY, SLUG)[0]
        body = {**draft.body, "version": "v2-amended"}
        amended = kept.amend(replace(draft, body=body), by="wang", now=NOW)
        for move in PUBLISHED:
            amended = kept.move(amended, move, by="li", now=NOW, today=TODAY, review_due_on=DUE)

    store.write(lambda uow: amend_and_publish(SqlRevisions(uow.connection)))
    assert enter(store, replace(DEMO[0], version="v3")) == Entered((), (SLUG,))


def test_processes_that_start_at_once_enter_a_bundle_once(store: SqlStore) -> None:
    at_once = threading.Barrier(3, timeout=20)
    entered: list[int] = []

    def start() -> None:
        at_once.wait()
        entered.append(len(enter(store, *DEMO).published))

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(entered) == [0, 0, len(DEMO)]
    assert [len(history(store, entry.slug)) for entry in DEMO] == [1] * len(DEMO)


def test_what_is_served_follows_what_is_published_and_is_swapped_as_one(store: SqlStore) -> None:
    enter(store, *DEMO)
    live = LiveKnowledge(store, lambda: NOW, KnowledgeBase)
    before = live()
    assert not live.refresh()
    edited_by_staff(store, replace(DEMO[0], version="edited"), *PUBLISHED)
    assert live() is before
    assert live.refresh()
    assert before.library.get(SLUG).version == "2026-11-01", "who holds the old one still answers from it"
    assert live().library.get(SLUG).version == "edited"
    question = live().find(DEMO[0].phrasings["zh"][0])
    assert (question.matches[0].slug, question.matches[0].version) == (SLUG, "edited")


def test_what_is_due_still_answers_and_whoever_confirms_it_moves_the_day_on_which_it_was_checked(
    store: SqlStore,
) -> None:
    enter(store, *DEMO)
    zone = ZoneInfo("Asia/Shanghai")
    live = LiveKnowledge(store, lambda: NOW, KnowledgeBase, local_date=lambda at: at.astimezone(zone).date())
    entry = DEMO[0]
    due_on = live().library.get(SLUG).review_due_on
    assert due_on == entry.checked_on + timedelta(days=365)
    assert live().library.get(SLUG).is_due(due_on)
    assert not live().library.get(SLUG).is_due(due_on - timedelta(days=1))
    found = live().find(entry.phrasings["zh"][0]).matches[0]
    assert (found.slug, cite(live().library.get(found.slug), "zh").checked_on) == (SLUG, entry.checked_on)
    late = datetime(2027, 11, 25, 23, 0, tzinfo=UTC)
    there = published(store)
    assert there is not None
    store.write(
        lambda uow: SqlRevisions(uow.connection).move(
            there, Move.CONFIRM, by="li", now=late, today=late.date(), review_due_on=date(2028, 5, 25)
        )
    )
    assert live.refresh()
    confirmed = live().library.get(SLUG)
    assert (confirmed.checked_on, confirmed.review_due_on) == (date(2027, 11, 26), date(2028, 5, 25))
    assert "2027-11-26" in compose_card(confirmed, "zh")


def test_a_build_that_fails_leaves_the_old_one_is_told_and_is_tried_again_for_new_words(store: SqlStore) -> None:
    enter(store, *DEMO)
    fails = [False]

    def build(library: Library) -> KnowledgeBase:
        if fails[0]:
            raise ValueError("no index can be made of this")
        return KnowledgeBase(library)

    live = LiveKnowledge(store, lambda: NOW, build)
    before, fails[0] = live(), True
    edited_by_staff(store, replace(DEMO[0], version="edited"), *PUBLISHED)
    assert not live.refresh()
    assert (live(), live.failed_since) == (before, NOW)
    fails[0] = False
    assert not live.refresh(), "the same words are not tried at once again"
    edited_by_staff(store, replace(DEMO[0], version="again"), *PUBLISHED)
    assert live.refresh()
    assert (live().library.get(SLUG).version, live.failed_since) == ("again", None)


def test_what_is_not_published_or_not_proactive_is_not_served(store: SqlStore) -> None:
    text = DEMO[0].title
    hidden = [
        replace(DEMO[1], disclosure=DisclosureClass.ON_APPLICATION, ground=text),
        replace(DEMO[2], disclosure=DisclosureClass.NOT_DISCLOSED, ground=text),
    ]
    enter(store, DEMO[0], *hidden)
    edited_by_staff(store, DEMO[3], Move.REVIEW)
    assert [entry.slug for entry in LiveKnowledge(store, lambda: NOW, KnowledgeBase)().library] == [SLUG]
