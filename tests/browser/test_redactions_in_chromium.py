"""Covering a document as a clerk does: with the mouse, with a word, and with the keyboard."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from casework.case import Case
from casework.events import EventName
from casework.kinds import CaseKind
from casework.staff import Role
from tests.admin_api.front_desk import FrontDesk
from tests.admin_api.serving import Served
from tests.browser.console_steps import overflow_of, sign_in
from tests.casework.papers_to_cover import SECRET, SECRET_IN_LATIN, a_document, everything_in, spellings


def begin(desk: FrontDesk, page: Page, tmp_path: Path) -> Case:
    """A case of a handler who has just uploaded a document of two pages."""
    desk.hire("chengban", Role.HANDLER)
    kind = CaseKind.DISCLOSURE_APPLICATION
    case = desk.receive("申请公开登记表", kind=kind, unit="city-bureau", subject="申请公开登记表").case
    paper = tmp_path / "登记表.pdf"
    paper.write_bytes(a_document(pages=2))
    sign_in(page, "chengban")
    page.goto(f"/staff/cases/{case.reference}")
    page.get_by_role("link", name="遮盖文件…").click()
    page.get_by_label("文件", exact=True).set_input_files(paper)
    page.get_by_role("button", name="上传并开始遮盖").click()
    expect(page.get_by_role("heading", name="遮盖文件: 登记表.pdf")).to_be_visible()
    return case


def made_of(desk: FrontDesk, case: Case) -> dict[str, object]:
    with desk.store.read() as uow:
        events = [event for event in uow.cases.events(case.id) if event.name is EventName.REDACTION_MADE]
    assert len(events) == 1
    return dict(events[0].facts)


def drag(page: Page, number: int, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw on a page with the mouse, from and to shares of it."""
    leaf = page.locator(f"svg[data-page='{number}']")
    leaf.scroll_into_view_if_needed()
    seen = leaf.bounding_box()
    assert seen is not None
    page.mouse.move(seen["x"] + seen["width"] * start[0], seen["y"] + seen["height"] * start[1])
    page.mouse.down()
    page.mouse.move(seen["x"] + seen["width"] * end[0], seen["y"] + seen["height"] * end[1], steps=5)
    page.mouse.up()


def test_a_box_is_drawn_with_the_mouse_and_a_word_covered_everywhere(
    desk: FrontDesk, page: Page, tmp_path: Path
) -> None:
    case = begin(desk, page, tmp_path)
    page.get_by_label("遮盖这个词").fill(SECRET)
    page.get_by_label("遮盖依据").select_option("privacy")
    page.get_by_role("button", name="查找并遮盖").click()
    expect(page.get_by_text("找到 2 处")).to_be_visible()
    listed = page.locator("#redact-list li")
    expect(listed).to_have_count(2)
    page.get_by_label("遮盖依据").select_option("trade_secret")
    drag(page, 1, (0.1, 0.125), (0.9, 0.16))
    expect(listed).to_have_count(3)
    expect(listed.nth(2)).to_contain_text("第 1 页 · Art.15 商业秘密")
    expect(page.locator("#leaf-1 rect")).to_have_count(2)
    drag(page, 1, (0.5, 0.5), (0.6, 0.6))
    expect(listed).to_have_count(4)
    page.keyboard.press("Delete")
    expect(listed).to_have_count(3)
    listed.nth(1).get_by_role("button", name="取消").click()
    expect(page.locator("#leaf-2 rect")).to_have_count(0)
    assert overflow_of(page) == 0

    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("遮盖位置已保存为草稿")).to_be_visible()
    expect(listed).to_have_count(2)
    page.get_by_role("button", name="生成遮盖后的文件").click()
    expect(page.get_by_text("遮盖后的文件已生成")).to_be_visible()
    made = made_of(desk, case)
    assert made["withheld"] == [
        {"page": 1, "ground": "privacy", "boxes": 1},
        {"page": 1, "ground": "trade_secret", "boxes": 1},
    ]
    data = desk.context.blobs.get(str(made["redacted"]))
    words = [spelling for word in (SECRET, SECRET_IN_LATIN) for spelling in spellings(word)]
    assert not any(spelling in everything_in(data) for spelling in words)
    page.get_by_text("不予公开的内容").click()
    expect(page.get_by_role("cell", name="个人隐私")).to_be_visible()
    assert overflow_of(page) == 0
    page.goto(f"/staff/cases/{case.reference}")
    page.locator("summary").get_by_text("拟答复", exact=True).click()
    expect(page.get_by_role("checkbox", name=f"{case.reference}-1.pdf")).to_be_checked()


def test_a_document_is_covered_by_keyboard_and_without_scripts(
    desk: FrontDesk, served: Served, chromium: Browser, tmp_path: Path
) -> None:
    context = chromium.new_context(base_url=served.address, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    case = begin(desk, page, tmp_path)
    page.get_by_label("遮盖这个词").fill(SECRET)
    page.get_by_label("遮盖这个词").press("Enter")
    expect(page.get_by_text("找到 2 处")).to_be_visible()
    expect(page.locator("#leaf-2 rect")).to_have_count(1)
    page.locator("summary").get_by_text("用坐标填写").click()
    lines = page.get_by_role("textbox", name="用坐标填写")
    lines.fill(f"{lines.input_value()}\n1 10 30 50 35.5 trade_secret")
    page.get_by_role("button", name="生成遮盖后的文件").click()
    expect(page.get_by_text("遮盖后的文件已生成")).to_be_visible()
    assert len(made_of(desk, case)["withheld"]) == 3  # type: ignore[arg-type]
    context.close()
