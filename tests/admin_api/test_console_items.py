"""The pages of items: lists, the form with its file, every step with its refusals, and tables that are imported."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from admin_api.app import create_app
from admin_api.pages import texts
from casework.staff import Role
from knowledge.catalogue.item import item_of
from knowledge.catalogue.table_faults import TableFault
from knowledge.publication import DisclosureClass, Stage
from knowledge.revisions import Revision, Subject
from knowledge.text import Language
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk

NEW = "/staff/new-item"
IMPORTS = "/staff/item-imports"
GOOD = {
    "title": "养犬登记办事说明（演示）",
    "category": "licensing",
    "unit": "shili-road-station",
    "date": "2026-05-06",
    "document_number": "演示公〔2026〕88号",
    "class": "proactive",
    "text": "养犬人应当到派出所登记。",
    "slug": "dog-licence",
}
HEADER = "标题,成文日期,类别,单位,公开属性,法律依据,正文"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    for name in ("zong", "shen"):
        desk.hire(name, Role.INTAKE)
    desk.hire("wang", Role.HANDLER, "exit-entry")
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "zong") as browser:
        yield browser


@pytest.fixture
def other(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "shen") as browser:
        yield browser


def revision(desk: FrontDesk, number: int = 1, slug: str = "dog-licence") -> Revision:
    with desk.store.read() as uow:
        return desk.context.revisions(uow).get(Subject.ITEM, slug, number)


def draft(browser: Browser, **changes: str) -> Any:
    return browser.send(NEW, NEW, {**GOOD, **changes})


def step(browser: Browser, name: str, number: int = 1, slug: str = "dog-licence", **fields: str) -> Any:
    page = f"/staff/items/{slug}/{number}"
    edits = re.search(r'name="edits" value="(\d+)"', browser.open(page).text)
    return browser.send(page, f"{page}/{name}", {"edits": edits[1] if edits else "0", **fields})


def publish(other: Browser, number: int = 1) -> None:
    assert step(other, "review", number).status_code == 303
    assert step(other, "publish", number, review_due_on="2027-05-25").status_code == 303


def upload(browser: Browser, name: str, content: bytes) -> Any:
    return browser.send(IMPORTS, IMPORTS, files={"file": (name, content)})


def test_items_are_listed_by_stage_and_narrowed_by_words_unit_and_class(desk: FrontDesk, browser: Browser) -> None:
    desk.fill_catalogue()
    everything = text_of(browser.open("/staff/items"))
    count = int(re.search(r"已公布 (\d+)", everything)[1])  # type: ignore[index]
    assert count >= 30
    assert "第 1 页，共" in everything
    of_unit = text_of(browser.open("/staff/items?stage=published&unit=exit-entry"))
    closed = text_of(browser.open("/staff/items?stage=published&class=not_disclosed"))
    found = text_of(browser.open("/staff/items?stage=published&q=出入境"))
    for page in (of_unit, closed, found):
        assert 0 < int(re.search(r"共 (\d+) 条", page)[1]) < count  # type: ignore[index]
    assert "不予公开" in closed
    for strange in ("unit=%00", "class=secret", "stage=none", "page=99999999", "q=%00"):
        assert browser.open(f"/staff/items?{strange}").status_code == 200, strange


def test_an_item_is_drafted_reviewed_by_another_published_and_found_by_everybody(
    desk: FrontDesk, browser: Browser, other: Browser
) -> None:
    public = Browser(create_app(desk.context))
    assert draft(browser).headers["location"] == "/staff/items/dog-licence/1?done=item_saved"
    assert public.open("/disclosure/dog-licence").status_code == 404
    own = step(browser, "review")
    assert (own.status_code, "不能自己审核" in text_of(own)) == (422, True)
    assert step(other, "review").status_code == 303
    late = step(other, "publish", review_due_on="2026-11-01")
    assert (late.status_code, "须晚于今天" in text_of(late)) == (422, True)
    assert public.open("/disclosure/dog-licence").status_code == 404
    assert step(other, "publish", review_due_on="2027-05-25").status_code == 303
    assert "养犬登记" in text_of(public.open("/disclosure?q=养犬"))
    assert step(other, "withdraw", reason="").status_code == 422
    assert step(other, "withdraw", reason="内容有误").status_code == 303
    assert public.open("/disclosure/dog-licence").status_code == 404
    assert "养犬登记办事说明" not in text_of(public.open("/disclosure?q=养犬"))


def test_an_edit_of_a_published_item_is_a_new_draft_and_what_differs_is_shown(
    desk: FrontDesk, browser: Browser, other: Browser
) -> None:
    draft(browser)
    publish(other)
    page = "/staff/items/dog-licence/1/edit"
    saved = browser.send(page, page, {**GOOD, "text": "养犬人应当在三十日内登记。", "edits": "2", "note": "写明期限"})
    assert saved.headers["location"] == "/staff/items/dog-licence/2?done=item_saved"
    shown = text_of(browser.open("/staff/items/dog-licence/2"))
    assert "与现行第 1 稿的差别" in shown
    assert "写明期限" in shown
    assert "三十日内" in text_of(browser.open("/staff/items/dog-licence/compare?old=1&new=2"))
    assert browser.open("/staff/items/dog-licence").url.path == "/staff/items/dog-licence/2"
    assert "这一稿之后还有新稿" not in shown
    assert 'href="/staff/items/dog-licence/2/edit"' in browser.open("/staff/items/dog-licence/2").text
    assert "/edit" not in browser.open("/staff/items/dog-licence/1").text
    publish(other, 2)
    assert revision(desk, 1).standing.stage is Stage.SUPERSEDED
    assert "与现行" not in text_of(browser.open("/staff/items/dog-licence/2"))
    assert browser.open("/staff/items/dog-licence/9").status_code == 404


def test_two_people_who_edit_one_draft_do_not_overwrite_each_other(browser: Browser, other: Browser) -> None:
    draft(browser)
    page = "/staff/items/dog-licence/1/edit"
    assert other.send(page, page, {**GOOD, "title": "先到的标题", "edits": "0", "amends": "yes"}).status_code == 303
    late = browser.send(page, page, {**GOOD, "title": "后到的标题", "edits": "0", "amends": "yes"})
    assert (late.status_code, "后到的标题" in late.text) == (409, True)
    assert "先到的标题" in text_of(browser.open("/staff/items/dog-licence/1"))


def test_every_fault_is_told_beside_its_field_and_nothing_typed_is_lost(browser: Browser) -> None:
    refused = draft(browser, title="", date="昨天", category="", **{"class": "not_disclosed"}, text="<b>留下</b>")
    assert refused.status_code == 422
    for field in ("title", "date", "category", "ground"):
        assert f'id="fault-{field}"' in refused.text, field
    assert "&lt;b&gt;留下&lt;/b&gt;" in refused.text
    assert 'value="昨天"' in refused.text


def test_a_class_that_keeps_an_item_back_is_published_with_its_ground_and_shown_to_nobody(
    desk: FrontDesk, browser: Browser, other: Browser
) -> None:
    ground = "《中华人民共和国政府信息公开条例》第十四条"
    assert draft(browser, **{"class": "not_disclosed"}, ground=ground).status_code == 303
    publish(other)
    standing = revision(desk).standing
    assert (standing.stage, standing.classification.disclosure) == (Stage.PUBLISHED, DisclosureClass.NOT_DISCLOSED)
    assert ground in text_of(browser.open("/staff/items/dog-licence/1"))
    public = Browser(create_app(desk.context))
    assert public.open("/disclosure/dog-licence").status_code == 404
    assert "养犬登记办事说明" not in text_of(public.open("/disclosure?q=养犬"))


def test_a_new_item_whose_slug_is_taken_is_told_so_and_a_stale_edit_is_told_of_the_other_person(
    desk: FrontDesk, browser: Browser, other: Browser
) -> None:
    draft(browser)
    taken = draft(other, title="另一份文件", document_number="")
    assert (taken.status_code, "标识已被" in text_of(taken)) == (409, True)
    assert "另一份文件" in taken.text
    page = "/staff/items/dog-licence/1/edit"
    stale = other.send(page, page, {**GOOD, "amends": "yes", "edits": "99"})
    assert (stale.status_code, "已有别人改过" in text_of(stale)) == (409, True)


def test_a_file_goes_with_its_item_is_replaced_removed_and_given_to_the_public_as_a_download(
    desk: FrontDesk, browser: Browser, other: Browser
) -> None:
    with_file = browser.send(NEW, NEW, GOOD, files={"file": ("办法.pdf", b"%PDF-1.4 demo")})
    assert with_file.status_code == 303
    file = item_of(revision(desk)).file
    assert file is not None
    assert (file.name, file.content_type, file.size) == ("办法.pdf", "application/pdf", 13)
    assert browser.open("/staff/items/dog-licence/1/file").content == b"%PDF-1.4 demo"
    publish(other)
    given = Browser(create_app(desk.context)).open("/disclosure/dog-licence/file")
    assert given.content == b"%PDF-1.4 demo"
    assert given.headers["content-disposition"].startswith("attachment")
    page = "/staff/items/dog-licence/1/edit"
    assert browser.send(page, page, {**GOOD, "remove_file": "yes"}).status_code == 303
    assert item_of(revision(desk, 2)).file is None
    assert browser.open("/staff/items/dog-licence/2/file").status_code == 404


def test_an_item_whose_file_is_lost_is_not_published(
    tmp_path: Path, desk: FrontDesk, browser: Browser, other: Browser
) -> None:
    browser.send(NEW, NEW, GOOD, files={"file": ("办法.pdf", b"%PDF-1.4 demo")})
    file = item_of(revision(desk)).file
    assert file is not None
    (tmp_path / "blobs" / file.sha256[:2] / file.sha256[2:]).unlink()
    refused = step(other, "review")
    assert (refused.status_code, "文件" in text_of(refused)) == (422, True)


def test_a_clerk_drafts_for_the_own_unit_alone_and_publishes_nothing(desk: FrontDesk, browser: Browser) -> None:
    draft(browser)
    with signed_in(desk, "wang") as clerk:
        assert clerk.open("/staff/items").status_code == 200
        assert 'value="exit-entry"' in clerk.open(NEW).text
        assert draft(clerk, slug="foreign").status_code == 422
        assert draft(clerk, slug="of-own-unit", unit="exit-entry", document_number="").status_code == 303
        refused = clerk.send("/staff/items", "/staff/items/dog-licence/1/review", {"edits": "0"})
        assert (refused.status_code, "缺少" in text_of(refused)) == (403, True)


def test_an_imported_table_reports_each_refused_row_and_another_person_publishes_the_rest_as_one(
    desk: FrontDesk, browser: Browser, other: Browser
) -> None:
    rows = [
        HEADER,
        "第一份好表,2026-05-01,其他,exit-entry,主动公开,,正文一",
        "第二份好表,2026-05-02,机构职能,出入境管理窗口,依申请公开,第三方商业秘密,",
        ",2026-05-03,其他,exit-entry,主动公开,,没有标题",
        '日期错的,"2026-13-40",其他,exit-entry,主动公开,,正文',
        "没有这个单位,2026-05-04,其他,火星分局,主动公开,,正文",
        "=HYPERLINK(1),后天,奇怪,exit-entry,保密,,",
    ]
    sent = upload(browser, "目录.csv", "\r\n".join(rows).encode("gb18030"))
    assert sent.status_code == 303
    path = sent.headers["location"].partition("?")[0]
    shown = text_of(browser.open(path))
    assert "目录.csv" in shown
    for said in ("4 标题", "5 日期", "6 单位 没有这个单位，或者", "火星分局"):
        assert said in shown, said
    report = browser.open(f"{path}/report.csv")
    table = list(csv.reader(io.StringIO(report.content.decode("utf-8-sig"))))
    assert table[0][:2] == ["行", "列"]
    assert [row[:2] for row in table[1:4]] == [["4", "标题"], ["5", "日期"], ["6", "单位"]]
    assert not any(cell.startswith("=") for row in table for cell in row)
    own = text_of(browser.send(path, f"{path}/review"))
    assert "0 条已办，2 条未动" in own
    assert "2 条已办，0 条未动" in text_of(other.send(path, f"{path}/review"))
    undated = other.send(path, f"{path}/publish", {"review_due_on": ""})
    assert "0 条已办，2 条未动" in text_of(undated)
    assert "2 条已办" in text_of(other.send(path, f"{path}/publish", {"review_due_on": "2027-05-25"}))
    public = Browser(create_app(desk.context))
    assert "第一份好表" in text_of(public.open("/disclosure?q=好表"))
    assert "第二份好表" not in text_of(public.open("/disclosure?q=好表"))


def test_a_workbook_is_imported_and_what_is_no_table_is_told_in_words(browser: Browser) -> None:
    book = openpyxl.Workbook()
    for row in (HEADER.split(","), ["工作簿里的信息", "2026-05-01", "其他", "exit-entry", "主动公开", "", "正文"]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    path = upload(browser, "目录.xlsx", file.getvalue()).headers["location"]
    assert "1 没有变化" in text_of(browser.open(path)) or "成为草稿 1" in text_of(browser.open(path))
    for name, content in (("空.csv", b""), ("图.xlsx", b"PK\x03\x04broken"), ("无.csv", "甲,乙\n1,2".encode())):
        refused = upload(browser, name, content)
        assert (refused.status_code, "这张表没有导入" in text_of(refused)) == (422, True), name
    assert upload(browser, "", b"").status_code in {303, 422}
    assert browser.open(f"{IMPORTS}/empty.csv").content.decode("utf-8-sig").startswith("标识,标题")


def test_what_is_exported_is_taken_in_again_as_it_was(desk: FrontDesk, browser: Browser) -> None:
    desk.fill_catalogue()
    exported = browser.open("/staff/catalogue.csv").content
    path = upload(browser, "catalogue.csv", exported).headers["location"]
    shown = text_of(browser.open(path))
    assert "成为草稿 0" in shown
    assert "未能导入 0" in shown


def test_the_pages_of_items_speak_english_too(desk: FrontDesk, browser: Browser) -> None:
    desk.fill_catalogue()
    draft(browser)
    path = upload(browser, "a.csv", f"{HEADER}\n,,,,,,".encode()).headers["location"]
    with signed_in(desk, "shen") as reader:
        reader.send("/staff/items", "/staff/language", {"language": "en", "back": "/staff/items"})
        for page in ("/staff/items?stage=draft", "/staff/items/dog-licence/1", NEW, IMPORTS, path):
            said = reader.open(page)
            assert said.status_code == 200, page
            assert 'lang="en"' in said.text, page
            assert "Disclosure catalogue" in text_of(said), page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fault_of_a_table_is_told_in_the_language_of_the_reader(
    desk: FrontDesk, browser: Browser, language: Language
) -> None:
    browser.send("/staff/items", "/staff/language", {"language": language, "back": "/staff/items"})
    told = text_of(upload(browser, "a.csv", "标题,价格".encode()))
    assert ("不认识列名“价格”" if language == "zh" else "no column of the name “价格”") in told
    broken = text_of(upload(browser, "a.csv", f'{HEADER}\n"开着的引号,1\n'.encode()))
    assert ("第 2 行" if language == "zh" else "Row 2") in broken
    for fault in TableFault:
        said = texts().say(f"table_fault.{fault.value}", language, most=1, row=2, found="x", columns="y")
        assert said, fault


@pytest.mark.parametrize("page", ["/staff/items", NEW, IMPORTS, "/staff/catalogue.csv", f"{IMPORTS}/1/report.csv"])
def test_nobody_sees_these_pages_without_signing_in(desk: FrontDesk, page: str) -> None:
    stranger = Browser(create_app(desk.context))
    assert "账号" in stranger.open(page).text
    assert stranger.client.post(page, follow_redirects=False).status_code in {303, 401, 403, 405, 422}
