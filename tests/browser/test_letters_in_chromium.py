"""A letter before it goes out, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from casework.kinds import CaseKind
from casework.ports import QueueFilter
from casework.staff import Role
from tests.admin_api.front_desk import FrontDesk
from tests.browser.console_steps import overflow_of, sign_in


def test_a_clerk_sees_the_letter_beside_the_form_and_sends_what_was_seen(page: Page, desk: FrontDesk) -> None:
    desk.hire("chu", Role.HANDLER, "city-bureau")
    case = desk.receive("申请公开户籍统计信息", kind=CaseKind.DISCLOSURE_APPLICATION, unit="city-bureau").case
    sign_in(page, "chu")
    page.goto(f"/staff/cases/{case.reference}")
    page.locator("summary", has_text="告知补正").click()
    form = page.locator("form[action$='/steps/ask_supplement']")
    form.get_by_label("告知当事人的内容").fill("请说明所需统计信息的年份和范围。")
    form.get_by_label("天数").fill("10")
    with page.expect_popup() as opened:
        form.get_by_role("button", name="预览文书").click()
    seen = opened.value
    expect(seen.get_by_role("heading", level=1)).to_have_text("预览：政府信息公开申请补正告知书")
    picture = seen.locator("img.letter-page").first
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.naturalWidth") > 500
    assert overflow_of(seen) == 0
    seen.close()
    expect(form.get_by_label("告知当事人的内容")).to_have_value("请说明所需统计信息的年份和范围。")
    with desk.store.read() as uow:
        assert uow.letters.of_case(case.id) == []
    form.get_by_role("button", name="告知补正").click()
    page.wait_for_url("**?done=step")
    with desk.store.read() as uow:
        (letter,) = uow.letters.of_case(case.id)
    assert "请说明所需统计信息的年份和范围。" in letter.body


WORDS = "我在城北派出所窗口办理居住证，工作人员没有一次告知所需材料，让我跑了三趟，要求调查处理。"


def type_paper(page: Page) -> None:
    """Fill in the page for paper, and press Enter on its button."""
    sign_in(page, "zong")
    page.goto("/staff/paper")
    page.locator("#p-kind").select_option("complaint")
    page.locator("#p-words").fill(WORDS)
    with page.expect_navigation():
        page.get_by_role("button", name="登记并打印回执").press("Enter")


def case_ids(desk: FrontDesk) -> list[int]:
    with desk.store.read() as uow:
        return [case.id for case in uow.cases.queue(QueueFilter(), limit=9)]


def test_enter_in_a_field_of_paper_that_was_compared_neither_adds_nor_enters_it(page: Page, desk: FrontDesk) -> None:
    known = desk.receive(WORDS, unit="city-bureau").case
    type_paper(page)
    another = page.get_by_role("button", name="登记为新件")
    expect(another).to_be_visible()
    expect(page.locator("#likely button[hidden]")).to_be_hidden()
    page.locator("#p-name").fill("示例乙")
    with page.expect_navigation():
        page.locator("#p-name").press("Enter")
    expect(another).to_be_visible()
    expect(page.locator("#p-name")).to_have_value("示例乙")
    assert case_ids(desk) == [known.id]
    another.press("Enter")
    expect(page.get_by_text("查询码").first).to_be_visible()


def test_paper_is_compared_and_added_by_keyboard_alone_and_enter_pressed_twice_enters_nothing(
    page: Page, desk: FrontDesk
) -> None:
    known = desk.receive(WORDS, unit="city-bureau").case
    type_paper(page)
    expect(page.locator("#likely")).to_be_focused()
    page.keyboard.press("Enter")
    assert case_ids(desk) == [known.id]
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=known.reference)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=f"并入 {known.reference}")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**?done=added")
    assert case_ids(desk) == [known.id]
    assert overflow_of(page) == 0
