"""Versions that are no longer in force, and pages that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from admin_api.app import create_app
from knowledge.bodies import body_of
from knowledge.publication import Classification, DisclosureClass, Move
from knowledge.revisions import Subject
from knowledge.store import SqlRevisions
from runtime.bundle import load_bundle
from runtime.entering import enter_bundle
from runtime.live_knowledge import LiveKnowledge
from tests.admin_api.browsing import Browser, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk, know_demo

DEMO = load_bundle().library
SLUG = "passport-first"
OLD, NEW = "2026-11-01", "2026-12-01"
PUBLISHED = (Move.REVIEW, Move.PUBLISH)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    enter_bundle(desk.store, DEMO, now=desk.now)
    live = LiveKnowledge(desk.store, lambda: desk.now, know_demo)
    context = replace(desk.context, knowledge=live, library=lambda: live().library)
    yield replace(desk, context=context)
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Browser:
    return Browser(create_app(desk.context))


def draft(
    desk: FrontDesk, *moves: Move, slug: str = SLUG, words: str = "新的", public: bool = True, version: str = NEW
) -> None:
    """A further revision of an entry, as far as the moves take it, and what is served brought up to it."""
    entry = DEMO.get(SLUG)
    body = {**body_of(entry), "slug": slug, "version": version, "summary": {"zh": words, "en": words}}
    classification = Classification() if public else Classification(DisclosureClass.NOT_DISCLOSED, "第十四条")

    def work(kept: SqlRevisions) -> None:
        made = kept.draft(
            Subject.ENTRY, slug, title="t", unit="", body=body, classification=classification, by="a", now=desk.now
        )
        for move in moves:
            made = kept.move(
                made, move, by="b", now=desk.now, today=desk.now.date(), reason="x", review_due_on=date(2027, 5, 25)
            )

    desk.wait(timedelta(days=1))
    desk.store.write(lambda uow: work(SqlRevisions(uow.connection)))
    desk.context.knowledge.refresh()  # type: ignore[attr-defined] # it is the live one here


def test_a_version_that_was_replaced_is_shown_as_no_longer_in_force(desk: FrontDesk, browser: Browser) -> None:
    old_words = DEMO.get(SLUG).summary.zh
    draft(desk, *PUBLISHED)
    now = browser.open(f"/procedures/{SLUG}")
    assert ("新的" in now.text, old_words in now.text) == (True, False)
    past = browser.open(f"/procedures/{SLUG}?version={OLD}")
    assert (past.status_code, old_words in past.text) == (200, True)
    assert "现已不再有效" in text_of(past)
    assert "2026年11月23日" in text_of(past)
    assert "现已不再有效" not in text_of(browser.open(f"/procedures/{SLUG}?version={NEW}"))
    assert browser.open(f"/procedures/{SLUG}?version=1999").status_code == 404


def test_a_draft_and_what_was_never_public_are_not_there(desk: FrontDesk, browser: Browser) -> None:
    draft(desk, slug="only-drafted")
    draft(desk, *PUBLISHED, slug="never-public", public=False)
    draft(desk, Move.REVIEW)
    for path in ("only-drafted", "never-public", f"never-public?version={NEW}", f"{SLUG}?version={NEW}"):
        page = browser.open(f"/procedures/{path}")
        assert (page.status_code, "新的" in page.text) == (404, False), path


def test_what_is_due_for_re_review_still_stands_and_says_when_it_was_checked(desk: FrontDesk, browser: Browser) -> None:
    entry = DEMO.get(SLUG)
    assert "现待复核" not in text_of(browser.open(f"/procedures/{SLUG}"))
    desk.wait(timedelta(days=365))
    page = browser.open(f"/procedures/{SLUG}")
    assert (page.status_code, entry.summary.zh in page.text) == (200, True)
    checked = f"{entry.checked_on.year}年{entry.checked_on.month}月{entry.checked_on.day}日"
    assert f"上次核对于{checked}，现待复核" in text_of(page)


def test_what_was_withdrawn_is_said_to_be_gone_and_nothing_of_it_is_shown(desk: FrontDesk, browser: Browser) -> None:
    draft(desk, *PUBLISHED, Move.WITHDRAW)
    title = DEMO.get(SLUG).title.zh
    for path in (SLUG, f"{SLUG}?version={OLD}", f"{SLUG}?version={NEW}"):
        page = browser.open(f"/procedures/{path}")
        assert (page.status_code, title in page.text, "新的" in page.text) == (410, False, False), path
        assert "已于 2026年11月24日" in text_of(page)


def test_what_is_no_longer_proactive_is_gone_with_every_version_of_it(desk: FrontDesk, browser: Browser) -> None:
    draft(desk, *PUBLISHED, public=False)
    for path in (SLUG, f"{SLUG}?version={OLD}", f"{SLUG}?version={NEW}"):
        page = browser.open(f"/procedures/{path}")
        assert (page.status_code, DEMO.get(SLUG).title.zh in page.text) == (410, False), path


def test_a_version_that_was_withdrawn_stays_gone_when_another_is_published(desk: FrontDesk, browser: Browser) -> None:
    draft(desk, *PUBLISHED, Move.WITHDRAW, words="撤下的")
    draft(desk, *PUBLISHED, words="后来的", version="2027-01-01")
    assert "后来的" in browser.open(f"/procedures/{SLUG}").text
    assert browser.open(f"/procedures/{SLUG}?version={NEW}").status_code == 404
    assert browser.open(f"/procedures/{SLUG}?version={OLD}").status_code == 200
