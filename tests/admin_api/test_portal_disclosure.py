"""The catalogue for everybody: only what is published and proactive, on every page that shows or counts items."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from admin_api.app import create_app
from admin_api.pages import CONTENT_SECURITY_POLICY, texts
from casework.store.opening import SqlStore
from knowledge.catalogue.item import Category, Item, ItemFile
from knowledge.disclosure import Disclosure
from knowledge.publication import Move, Stage
from knowledge.revisions import Subject
from knowledge.store import IndexedRevisions
from tests.admin_api.browsing import Browser, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk
from tests.knowledge.a_catalogue import HIDDEN, ON_APPLICATION, a_revision, an_item

PUBLIC_LISTS = [
    "/disclosure",
    "/disclosure?q=秘密",
    "/disclosure?unit=exit-entry",
    "/units/exit-entry",
    "/search?q=秘密",
    "/",
]


@pytest.fixture
def desk(tmp_path: Any) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Browser:
    return Browser(create_app(desk.context))


def publish(desk: FrontDesk, *items: Item, stage: Stage = Stage.PUBLISHED) -> None:
    def enter(uow: Any) -> int:
        return IndexedRevisions(SqlStore.connection_of(uow)).enter(a_revision(item, stage) for item in items)

    desk.store.write(enter)


def test_the_catalogue_begins_with_its_five_categories_their_counts_and_the_newest(
    desk: FrontDesk, browser: Browser
) -> None:
    desk.fill_catalogue()
    page = browser.open("/disclosure")
    said = text_of(page)
    for category in Category:
        assert f'href="/disclosure?category={category.value}"' in page.text
        assert texts().texts["zh"][f"category.{category.value}"] in said
    assert "机构职能 8 条" in said
    assert said.index("身份证领取提醒") < said.index("节假日窗口安排公告"), "newest first"
    assert 'href="/disclosure/guide"' in page.text
    assert "Institutional functions" in text_of(browser.open("/disclosure?lang=en"))


def test_search_narrows_by_facets_and_turns_pages(desk: FrontDesk, browser: Browser) -> None:
    publish(
        desk,
        *(
            an_item(f"i-{n}", f"养犬公告第{n}号", unit="exit-entry", dated_on=date(2020 + n % 3, 1, 1))
            for n in range(45)
        ),
    )
    page = browser.open("/disclosure?q=养犬公告")
    assert "找到 45 条" in text_of(page)
    assert "第 1 页，共 3 页" in text_of(page)
    narrowed = browser.open("/disclosure?q=养犬公告&year=2021&unit=exit-entry&category=policy")
    assert "找到 15 条" in text_of(narrowed)
    assert narrowed.text.count("<time") == 15
    assert "page=2" not in narrowed.text
    last = browser.open("/disclosure?q=养犬公告&page=3")
    assert last.text.count("<time") == 5
    assert 'rel="prev"' in last.text
    assert 'rel="next"' not in last.text


@pytest.mark.parametrize(
    "address",
    [
        "/disclosure?category=x&unit=%00&year=abc&page=-1",
        "/disclosure?year=99999999999999999999&page=99999999999999999999",
        "/disclosure?year=²&page=²",
        "/disclosure?q=%00%27%22%3Cscript%3E",
        "/disclosure?q=" + "长" * 5000,
    ],
)
def test_addresses_that_make_no_sense_are_answered_kindly(address: str, browser: Browser) -> None:
    answer = browser.open(address)
    assert answer.status_code == 200
    assert "<script>" not in answer.text


def test_an_item_is_shown_escaped_with_number_date_unit_and_headers(desk: FrontDesk, browser: Browser) -> None:
    item = an_item(
        "notice",
        "公告<b>",
        document_number="示公〔2026〕1号",
        unit="exit-entry",
        text="第一段\n\n<script>alert(1)</script>",
    )
    publish(desk, item)
    page = browser.open("/disclosure/notice")
    said = text_of(page)
    assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "公告&lt;b&gt;" in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert {"示公〔2026〕1号", "2026年3月2日", "出入境管理窗口"} <= set(said.split(" "))
    english = browser.open("/disclosure/notice?lang=en")
    assert "This item is in Chinese only" in text_of(english)
    assert 'lang="zh-CN"' in english.text or "lang=zh-CN" in english.text


def test_a_file_is_handed_out_for_saving_under_its_true_type(desk: FrontDesk, browser: Browser) -> None:
    data = b"%PDF-1.4 <script>alert(1)</script>"
    file = ItemFile(desk.context.blobs.put(data), "公告.pdf", "application/pdf", len(data))
    publish(desk, an_item("notice", file=file, text=""), an_item("lost", file=replace(file, sha256="0" * 64)))
    answer = browser.open("/disclosure/notice/file")
    assert answer.content == data
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert browser.open("/disclosure/lost/file").status_code == 404
    assert "/disclosure/notice/file" in browser.open("/disclosure/notice").text


def test_what_is_not_public_is_neither_shown_nor_counted_nor_told_apart_from_what_is_not_there(
    desk: FrontDesk, browser: Browser
) -> None:
    data = desk.context.blobs.put(b"%PDF-")
    file = ItemFile(data, "a.pdf", "application/pdf", 5)
    publish(
        desk,
        an_item("closed-one", "秘密名册甲", unit="exit-entry", classification=HIDDEN, file=file),
        an_item("asked", "秘密名册乙", unit="exit-entry", classification=ON_APPLICATION, file=file),
    )
    for stage in (Stage.DRAFT, Stage.REVIEWED, Stage.WITHDRAWN, Stage.SUPERSEDED):
        publish(desk, an_item(f"at-{stage}", "秘密名册丙", unit="exit-entry", file=file), stage=stage)
    for address in PUBLIC_LISTS:
        assert "秘密名册" not in browser.open(address).text, address
    assert json.loads(browser.open("/suggest?q=秘密名册").text)["suggestions"] == []
    missing = browser.open("/disclosure/none")
    for slug in ("closed-one", "asked", "at-draft", "at-reviewed", "at-withdrawn", "at-superseded"):
        for address in (f"/disclosure/{slug}", f"/disclosure/{slug}/file"):
            answer = browser.open(address)
            assert answer.status_code == 404
            assert answer.text.replace(slug, "none").replace("/file", "") == missing.text


def test_an_item_comes_and_goes_with_the_hand_that_publishes_and_withdraws_it(
    desk: FrontDesk, browser: Browser
) -> None:
    publish(desk, an_item("notice", "养犬公告"), stage=Stage.DRAFT)
    today = date(2026, 11, 23)

    def move(step: Move) -> None:
        def work(uow: Any) -> None:
            revisions = desk.context.revisions(uow)
            revision = revisions.history(Subject.ITEM, "notice")[0]
            due = today + timedelta(days=90)
            revisions.move(revision, step, by="li", now=desk.now, today=today, reason="x", review_due_on=due)

        desk.store.write(work)

    seen = []
    for step in (Move.REVIEW, Move.PUBLISH, Move.CONFIRM, Move.WITHDRAW):
        move(step)
        seen.append("养犬公告" in browser.open("/disclosure?q=养犬").text)
        assert (browser.open("/disclosure/notice").status_code == 200) is seen[-1]
    assert seen == [False, True, True, False]


def test_the_guide_says_what_the_bundle_says_with_articles_and_where_to_apply(
    desk: FrontDesk, browser: Browser
) -> None:
    for language in ("zh", "en"):
        said = text_of(browser.open(f"/disclosure/guide?lang={language}"))
        for section in desk.context.disclosure.guide:
            assert section.title.in_(language) in said
            assert section.basis is None or section.basis.in_(language) in said
    assert "警务公开办公室" in text_of(browser.open("/disclosure/guide?lang=zh"))


def test_a_bureau_without_guide_or_forms_says_so(desk: FrontDesk) -> None:
    browser = Browser(create_app(replace(desk.context, disclosure=Disclosure())))
    page = browser.open("/disclosure/guide")
    assert "尚未公布信息公开指南" in text_of(page)
    assert "/disclosure/forms" not in page.text
    assert browser.open("/disclosure/forms/disclosure-application").status_code == 404


def test_forms_are_printed_or_taken_as_text(desk: FrontDesk, browser: Browser) -> None:
    for form in desk.context.disclosure.forms:
        page = browser.open(f"/disclosure/forms/{form.slug}")
        taken = browser.open(f"/disclosure/forms/{form.slug}/text")
        text = taken.content.decode("utf-8-sig")
        for field in form.fields:
            assert field.label.zh in page.text
            assert field.label.zh in text
        assert taken.headers["content-disposition"].startswith("attachment;")
    assert "[ ] 纸质" in browser.open("/disclosure/forms/disclosure-application/text").content.decode("utf-8-sig")
    assert "[ ] on paper" in browser.open("/disclosure/forms/disclosure-application/text?lang=en").text


def test_a_unit_shows_the_eight_publicities_and_what_it_has_not_published(desk: FrontDesk, browser: Browser) -> None:
    desk.fill_catalogue()
    names = ("duties", "rights", "posts", "commitments", "procedures", "charges", "results", "supervision")
    for language in ("zh", "en"):
        said = text_of(browser.open(f"/units/exit-entry?lang={language}"))
        assert all(texts().texts[language][f"publicity.{name}"] in said for name in names)
    for unit in desk.context.office.bureau.units:
        said = text_of(browser.open(f"/units/{unit.slug}?lang=zh"))
        assert texts().texts["zh"]["disclosure.not_published"] not in said, unit.slug
    page = browser.open("/units/exit-entry?lang=zh")
    assert "0396-000-0102" in text_of(page)
    assert "出入境窗口服务规范" in text_of(page)
    for procedure in desk.context.library().by_unit("exit-entry"):
        assert f'href="/procedures/{procedure.slug}"' in page.text


def test_search_shows_documents_beside_procedures(desk: FrontDesk, browser: Browser) -> None:
    desk.fill_catalogue()
    page = browser.open("/search?q=出入境窗口")
    assert "相关公开信息" in text_of(page)
    assert "出入境窗口服务规范" in text_of(page)
    assert "相关公开信息" not in text_of(browser.open("/search?q=qwzxv"))


def test_what_a_unit_has_not_published_is_said(desk: FrontDesk) -> None:
    office = desk.context.office
    units = tuple(replace(unit, publicity=type(unit.publicity)()) for unit in office.bureau.units)
    bare = replace(desk.context, office=replace(office, bureau=replace(office.bureau, units=units)))
    said = text_of(Browser(create_app(bare)).open("/units/exit-entry?lang=zh"))
    assert said.count(texts().texts["zh"]["disclosure.not_published"]) == 6


@pytest.mark.parametrize(
    ("typed", "first", "kind"),
    [
        ("补领", "补领", "办事"),
        ("sfz", "身份证", "办事"),
        ("开放日", "开放日公告", "公开信息"),
        ("身份證", "身份证", "办事"),
    ],
)
def test_suggestions_come_while_one_types(typed: str, first: str, kind: str, desk: FrontDesk, browser: Browser) -> None:
    desk.fill_catalogue()
    answer = browser.client.get("/suggest", params={"q": typed})
    rows = answer.json()["suggestions"]
    assert first in rows[0]["text"] or first in rows[-1]["text"]
    assert any(row["kind"] == kind for row in rows)
    assert 0 < len(rows) <= 8
    assert answer.headers["cache-control"] == "private, max-age=60"
    for row in rows:
        assert browser.open(row["address"]).status_code == 200


@pytest.mark.parametrize("typed", ["", " ", "%", "\x00", "'", "长" * 3000, "<script>"])
def test_nothing_is_suggested_for_nothing(typed: str, browser: Browser) -> None:
    assert browser.client.get("/suggest", params={"q": typed}).json() == {"suggestions": []}


def test_the_hall_leads_from_unit_to_card_and_never_out_of_it(desk: FrontDesk, browser: Browser) -> None:
    seen, waiting = set[str](), ["/hall"]
    while waiting:
        address = waiting.pop()
        seen.add(address)
        answer = browser.open(address)
        assert answer.status_code == 200, address
        links = {part.split('"')[0] for part in answer.text.split('href="')[1:]}
        for link in links:
            path = link.replace("&amp;", "&").split("#")[0].split("?lang=")[0]
            assert not path or path.startswith(("/hall", "/static/")), link
            if path.startswith("/hall") and path not in seen and "typed=" not in path:
                waiting.append(path)
    assert {f"/hall/procedures/{entry.slug}" for entry in desk.context.library()} <= seen


def test_the_letters_of_the_hall_find_by_initials(browser: Browser) -> None:
    page = browser.open("/hall/letters?typed=sfz")
    assert "/hall/procedures/id-card-lost" in page.text
    assert 'href="/hall/letters?typed=SF"' in page.text
    assert "没有这样的事项" in text_of(browser.open("/hall/letters?typed=QQQQ"))
    assert "typed=ABCDEFGHA" not in browser.open("/hall/letters?typed=ABCDEFGHIJK").text
    assert "<script>" not in browser.open("/hall/letters?typed=<script>").text


def test_the_start_of_the_hall_after_english_is_chinese_again(browser: Browser) -> None:
    browser.open("/hall?lang=en")
    assert 'data-start="/hall?lang=zh"' in browser.open("/hall").text
