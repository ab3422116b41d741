"""The pages of entries: lists, the form, comparing, and every step with its refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from admin_api.console.entry_form import body_from, typed_from
from casework.staff import Role
from knowledge.bodies import body_of
from knowledge.publication import Stage
from knowledge.revisions import Revision, Subject
from runtime.bundle import load_bundle
from runtime.entering import enter_bundle
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk

DEMO = load_bundle().library
SLUG = "passport-first"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    for name in ("zong", "shen"):
        desk.hire(name, Role.INTAKE)
    desk.hire("wang", Role.HANDLER, "exit-entry")
    enter_bundle(desk.store, DEMO, now=desk.now)
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "zong") as browser:
        yield browser


def typed(slug: str = SLUG, **changes: str) -> dict[str, str]:
    return {**typed_from(body_of(DEMO.get(slug))), **changes}


def revision(desk: FrontDesk, number: int, slug: str = SLUG) -> Revision:
    with desk.store.read() as uow:
        return desk.context.revisions(uow).get(Subject.ENTRY, slug, number)


def edit(browser: Browser, changes: Mapping[str, str] | None = None, number: int = 1) -> Any:
    """Open the form of a revision as it stands, change some of it and send it."""
    page = f"/staff/entries/{SLUG}/{number}/edit"
    shown = browser.open(page).text
    hidden = {
        name: found[1] for name in ("edits", "amends") if (found := re.search(rf'name="{name}" value="(\w+)"', shown))
    }
    return browser.send(page, page, {**typed(version=""), **hidden, **(changes or {})})


def step(browser: Browser, name: str, number: int = 2, **fields: str) -> Any:
    page = f"/staff/entries/{SLUG}/{number}"
    shown = browser.open(page).text
    edits = re.search(r'name="edits" value="(\d+)"', shown)
    return browser.send(page, f"{page}/{name}", {"edits": edits[1] if edits else "0", **fields})


def test_entries_are_listed_by_stage_found_by_words_and_paged(browser: Browser) -> None:
    page = browser.open("/staff/entries")
    assert f"已公布 {len(DEMO)}" in text_of(page)
    assert "第 1 页，共 2 页" in text_of(page) or "1 / 2" in text_of(page)
    found = text_of(browser.open("/staff/entries?stage=published&q=passport-first"))
    assert "共 1 条" in found
    assert "这里没有条目" in text_of(browser.open("/staff/entries?stage=draft"))
    assert browser.open("/staff/entries?stage=due&page=9999").status_code == 200


@pytest.mark.parametrize("entry", list(DEMO), ids=lambda entry: entry.slug)
def test_the_form_gives_back_every_entry_as_it_was(entry: Any) -> None:
    body = body_of(entry)
    assert body_from(typed_from(body), {"slug": entry.slug}) == body
    assert body_from(typed_from(body), body) == body


def test_an_edit_becomes_a_draft_which_another_person_reviews_and_publishes(desk: FrontDesk, browser: Browser) -> None:
    saved = edit(browser, {"summary.zh": "新的摘要。", "note": "摘要更清楚"})
    assert saved.headers["location"] == f"/staff/entries/{SLUG}/2?done=entry_saved"
    page = text_of(browser.open(f"/staff/entries/{SLUG}/2"))
    assert "与现行第 1 稿的差别" in page
    assert f'href="/staff/entries/{SLUG}/2/edit"' in browser.open(f"/staff/entries/{SLUG}/2").text
    assert f'href="/staff/entries/{SLUG}/1/edit"' not in browser.open(f"/staff/entries/{SLUG}/1").text
    assert "起草或修改过这一稿的人不能自己审核" in page
    own = step(browser, "review")
    assert (own.status_code, "不能自己审核" in text_of(own)) == (422, True)
    with signed_in(desk, "shen") as other:
        assert step(other, "review").headers["location"].endswith("done=entry_review")
        late = step(other, "publish", review_due_on="2026-11-01")
        assert (late.status_code, "须晚于今天" in text_of(late)) == (422, True)
        assert step(other, "publish", review_due_on="2027-05-25").status_code == 303
    assert revision(desk, 2).standing.stage is Stage.PUBLISHED
    assert revision(desk, 1).standing.stage is Stage.SUPERSEDED
    assert revision(desk, 2).body["version"] == "2026-11-23"


def test_the_newest_revision_can_be_edited_and_an_older_one_says_that_there_is_a_later(browser: Browser) -> None:
    edit(browser, {"fee.zh": "工本费160元。", "fee.yuan": "160", "fee.en": "160 yuan."})
    newest, older = (browser.open(f"/staff/entries/{SLUG}/{number}") for number in (2, 1))
    assert (f"/staff/entries/{SLUG}/2/edit" in newest.text, "这一稿之后还有新稿" in newest.text) == (True, False)
    assert (f"/staff/entries/{SLUG}/1/edit" in older.text, "这一稿之后还有新稿" in older.text) == (False, True)
    assert "多少费用 中文" in text_of(newest)
    assert "多少费用 金额（元）" in text_of(newest)
    assert "与现行第 1 稿的差别" not in text_of(older)
    assert browser.open(f"/staff/entries/{SLUG}/9").status_code == 404


def test_faults_are_shown_beside_their_fields_and_nothing_typed_is_lost(desk: FrontDesk, browser: Browser) -> None:
    answer = edit(
        browser, {"title.en": "", "fee.yuan": "九十", "basis.0.on": "昨天", "summary.zh": "<b>这段</b>要留下"}
    )
    assert answer.status_code == 422
    for field in ("title.en", "fee.yuan", "basis.0.on"):
        assert f'id="fault-{field}"' in answer.text, field
        assert re.search(rf'id="{field}" name="{field}" aria-invalid="true"', answer.text), field
    assert "&lt;b&gt;这段&lt;/b&gt;要留下" in answer.text
    assert 'value="九十"' in answer.text
    assert 'value="昨天"' in answer.text
    with desk.store.read() as uow:
        assert len(desk.context.revisions(uow).history(Subject.ENTRY, SLUG)) == 1


def test_an_entry_in_one_language_is_kept_when_that_is_wished_and_cannot_be_reviewed(
    desk: FrontDesk, browser: Browser
) -> None:
    kept = edit(browser, {"title.en": "", "incomplete": "yes"})
    assert kept.headers["location"].endswith("done=entry_kept")
    assert "没有填，中文、英文都要有" in text_of(browser.open(f"/staff/entries/{SLUG}/2"))
    with signed_in(desk, "shen") as other:
        refused = step(other, "review")
        assert (refused.status_code, "还不能通过" in text_of(refused)) == (422, True)


def test_a_class_that_is_not_proactive_asks_for_its_ground_beside_the_field(desk: FrontDesk, browser: Browser) -> None:
    answer = edit(browser, {"disclosure.class": "on_application"})
    assert (answer.status_code, 'id="fault-disclosure.ground' in answer.text) == (422, True)
    ground = {"disclosure.ground.zh": "《条例》第十三条", "disclosure.ground.en": "Regulations, art. 13"}
    assert edit(browser, {"disclosure.class": "on_application", **ground}).status_code == 303
    assert "第十三条" in revision(desk, 2).standing.classification.ground
    assert "依申请公开" in text_of(browser.open(f"/staff/entries/{SLUG}/2"))


def test_a_new_entry_is_drafted_and_a_slug_that_is_taken_or_cannot_be_is_told(browser: Browser) -> None:
    fresh = typed(version="")
    fresh["phrasings.zh"] = "\n".join(f"全新的问法第{number}种" for number in range(8))
    for slug, status in (("passport-first", 409), ("No Slug", 422), ("", 422)):
        refused = browser.send("/staff/new-entry", "/staff/new-entry", {**fresh, "slug": slug})
        assert refused.status_code == status, slug
        assert "全新的问法第7种" in refused.text
    made = browser.send("/staff/new-entry", "/staff/new-entry", {**fresh, "slug": "brand-new"})
    assert made.headers["location"] == "/staff/entries/brand-new/1?done=entry_saved"


def test_two_people_who_edit_at_once_do_not_overwrite_each_other(desk: FrontDesk, browser: Browser) -> None:
    edit(browser)
    page = f"/staff/entries/{SLUG}/2/edit"
    seen = re.search(r'name="edits" value="(\d+)"', browser.open(page).text)
    assert seen is not None
    with signed_in(desk, "shen") as other:
        assert edit(other, {"summary.zh": "先到的。"}, 2).status_code == 303
    late = browser.send(page, page, {**typed(), "amends": "yes", "edits": seen[1], "summary.zh": "后到的。"})
    assert (late.status_code, "已有别人改过" in text_of(late), "后到的。" in late.text) == (409, True, True)
    assert revision(desk, 2).body["summary"]["zh"] == "先到的。"  # type: ignore[index]


def test_a_phrasing_that_another_entry_claims_is_told_at_review(desk: FrontDesk, browser: Browser) -> None:
    taken = DEMO.get("passport-renew").phrasings["zh"][0]
    edit(browser, {"phrasings.zh": f"{typed()['phrasings.zh']}\n{taken}"})
    with signed_in(desk, "shen") as other:
        refused = text_of(step(other, "review"))
    assert f"“{taken}”在条目 passport-renew" in refused


def test_a_clerk_drafts_for_the_own_unit_and_every_refusal_says_which_right_is_missing(desk: FrontDesk) -> None:
    with signed_in(desk, "wang") as clerk:
        assert edit(clerk).status_code == 303
        page = text_of(clerk.open(f"/staff/entries/{SLUG}/2"))
        assert "您的账号缺少“审核”权限" in page
        refused = step(clerk, "review")
        assert (refused.status_code, "缺少“审核”权限" in text_of(refused)) == (403, True)
        other = "/staff/entries/id-card-lost/1/edit"
        answer = clerk.send(other, other, {**typed("id-card-lost"), "edits": "0"})
        assert (answer.status_code, "缺少“起草”权限" in text_of(answer)) == (403, True)
        assert "/staff/entries/bundle.zip" not in clerk.open("/staff/entries").text


def test_sending_back_and_withdrawing_say_why(desk: FrontDesk, browser: Browser) -> None:
    edit(browser)
    with signed_in(desk, "shen") as other:
        assert "请写明原因" in text_of(step(other, "send-back", reason=" "))
        step(other, "send-back", reason="费用不符")
        assert "已退回：费用不符" in text_of(browser.open(f"/staff/entries/{SLUG}/2"))
        assert step(other, "withdraw", 1, reason="已废止").status_code == 303
    assert revision(desk, 1).standing.stage is Stage.WITHDRAWN
    assert "已废止" in text_of(browser.open(f"/staff/entries/{SLUG}/1"))


def test_a_step_on_a_revision_that_moved_on_is_told_with_how_it_stands_now(desk: FrontDesk, browser: Browser) -> None:
    edit(browser)
    with signed_in(desk, "shen") as other:
        step(other, "review")
        stale = other.send("/staff/entries", f"/staff/entries/{SLUG}/2/send-back", {"edits": "0", "reason": "x"})
    assert (stale.status_code, "刚被别人处理过" in text_of(stale)) == (409, True)


def test_what_is_due_for_re_review_is_listed_and_confirmed(desk: FrontDesk, browser: Browser) -> None:
    edit(browser)
    with signed_in(desk, "shen") as other:
        step(other, "review")
        step(other, "publish", review_due_on="2026-11-24")
    desk.time[0] = desk.time[0].replace(day=25)
    with signed_in(desk, "shen") as other:
        assert "待复核 1" in text_of(other.open("/staff/entries"))
        step(other, "confirm", review_due_on="2027-11-24")
        assert "待复核 0" in text_of(other.open("/staff/entries"))
        assert "复核确认" in text_of(other.open(f"/staff/entries/{SLUG}/2"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_any_two_revisions_are_compared_readable_without_colour(
    desk: FrontDesk, browser: Browser, language: str
) -> None:
    edit(browser, {"fee.zh": "工本费160元。", "fee.yuan": "160", "fee.en": "160 yuan.", "incomplete": "yes"})
    page = browser.open(f"/staff/entries/{SLUG}/compare?old=1&new=2&lang={language}").text
    assert "<ins>160</ins>" in page or re.search(r"<ins>[^<]*160[^<]*</ins>", page)
    assert ("删除" in page) == (language == "zh")
    assert page.count('class="line-mark"') >= 4
    assert browser.open(f"/staff/entries/{SLUG}/compare?old=1&new=99").status_code == 404


def test_pages_of_entries_that_are_not_there_are_not_found(browser: Browser) -> None:
    for path in ("/staff/entries/nothing", "/staff/entries/nothing/1", f"/staff/entries/{SLUG}/99/edit"):
        assert browser.open(path).status_code == 404, path
    assert browser.open(f"/staff/entries/{SLUG}").url.path == f"/staff/entries/{SLUG}/1"
    assert step(browser, "explode", 1).status_code == 404


def test_a_rebuild_that_failed_is_shown(desk: FrontDesk, browser: Browser) -> None:
    object.__setattr__(desk.context, "stale_since", lambda: desk.now)
    assert "网页和问答暂时还是旧内容" in text_of(browser.open("/staff/entries"))


def test_the_bundle_is_downloaded_by_the_desk_alone(desk: FrontDesk, browser: Browser) -> None:
    object.__setattr__(desk.context, "compose_bundle", lambda: b"PK")
    saved = browser.open("/staff/entries/bundle.zip")
    assert (saved.content, saved.headers["content-type"]) == (b"PK", "application/zip")
    with signed_in(desk, "wang") as clerk:
        assert clerk.open("/staff/entries/bundle.zip").status_code == 403
