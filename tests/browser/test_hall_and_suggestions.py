"""The touch screen in the hall as fingers use it, and suggestions as a keyboard does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from admin_api.portal.hall import IDLE_SECONDS
from tests.admin_api.front_desk import FrontDesk
from tests.admin_api.serving import Served
from tests.browser.console_steps import overflow_of

HALL = [
    "/hall",
    "/hall/units/exit-entry",
    "/hall/units/shili-road-station",
    "/hall/procedures/passport-first",
    "/hall/letters",
    "/hall/letters?typed=SFZ",
    "/hall/letters?typed=ABCDEFGH",
]
SCREENS = {"standing": (1080, 1920), "lying": (1920, 1080), "phone": (360, 740)}
SMALLEST = 44
"""CSS pixels of a target (WCAG 2.2, 2.5.5)."""
_TARGETS_BELOW = """smallest => [...document.querySelectorAll('a, button, input, select, summary')]
  .filter(e => !e.classList.contains('skip') && e.getClientRects().length)
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([, box]) => box.width < smallest || box.height < smallest)
  .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
_TYPE_BELOW = """smallest => [...document.querySelectorAll('main *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
  .filter(e => parseFloat(getComputedStyle(e).fontSize) < smallest).map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(params=list(SCREENS.values()), ids=list(SCREENS))
def screen(request: pytest.FixtureRequest, chromium: Browser, desk: FrontDesk, served: Served) -> Iterator[Page]:
    """A touch screen without a keyboard."""
    width, height = request.param
    context = chromium.new_context(
        base_url=served.address, viewport={"width": width, "height": height}, has_touch=True, locale="zh-CN"
    )
    yield context.new_page()
    context.close()


def test_every_target_in_the_hall_is_as_large_as_a_finger_and_nothing_scrolls_sideways(screen: Page) -> None:
    wrong: list[str] = []
    for language in ("zh", "en"):
        for path in HALL:
            screen.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
            wrong += [f"{path} {language} {one}" for one in screen.evaluate(_TARGETS_BELOW, SMALLEST)]
            wrong += [f"{path} {language} {one}" for one in screen.evaluate(_TYPE_BELOW, 20)]
            if (wide := overflow_of(screen)) > 0:
                wrong.append(f"{path} {language} is {wide} pixels too wide")
    assert wrong == []


def test_a_small_target_would_be_noticed(screen: Page) -> None:
    screen.goto("/hall")
    screen.evaluate(
        "document.querySelector('.key').style.cssText = 'min-height: 0; min-width: 0; padding: 0; height: 20px'"
    )
    assert len(screen.evaluate(_TARGETS_BELOW, SMALLEST)) == 1


def test_fingers_find_a_card_by_unit_and_by_letters_and_change_the_language(screen: Page) -> None:
    screen.goto("/hall")
    screen.get_by_role("link", name="出入境管理窗口").tap()
    screen.get_by_role("link", name="首次申请普通护照", exact=False).first.tap()
    expect(screen.locator("h1")).to_contain_text("护照")
    expect(screen.locator("main")).to_contain_text("120元")
    screen.get_by_role("link", name="首页", exact=False).tap()
    screen.locator(".hall-ways a[href='/hall/letters']").tap()
    for letter in "SFZ":
        screen.get_by_role("link", name=letter, exact=True).tap()
    screen.locator("a[href='/hall/procedures/id-card-lost']").tap()
    expect(screen.locator("h1")).to_contain_text("身份证")
    screen.locator(".hall-bar .key").tap()
    expect(screen.locator("html")).to_have_attribute("lang", "en")


def test_the_screen_warns_and_goes_back_to_its_chinese_start_when_nobody_touches_it(screen: Page) -> None:
    screen.clock.install()
    screen.goto("/hall/procedures/passport-first?lang=en")
    expect(screen.locator("#idle")).to_be_hidden()
    screen.clock.run_for((IDLE_SECONDS - 5) * 1000)
    expect(screen.locator("#idle")).to_be_visible()
    screen.locator("#idle button").tap()
    expect(screen.locator("#idle")).to_be_hidden()
    screen.clock.run_for((IDLE_SECONDS - 5) * 1000)
    assert "/hall/procedures/passport-first" in screen.url
    screen.clock.run_for(10 * 1000)
    screen.wait_for_url("**/hall?lang=zh")


def test_a_suggestion_is_chosen_by_keyboard_alone(desk: FrontDesk, page: Page) -> None:
    desk.fill_catalogue()
    page.goto("/")
    field = page.locator("#q")
    field.focus()
    page.keyboard.type("护照")
    options = page.locator("#q-suggestions [role=option]")
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    active = options.first.get_attribute("id")
    expect(field).to_have_attribute("aria-activedescendant", active or "")
    page.keyboard.press("Escape")
    expect(page.locator("#q-suggestions")).to_be_hidden()
    assert field.input_value() == "护照"
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    named = options.first.locator("b").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(named)


def test_initials_lead_to_an_item_and_enter_without_a_choice_searches(desk: FrontDesk, page: Page) -> None:
    desk.fill_catalogue()
    page.goto("/")
    page.locator("#q").focus()
    page.keyboard.type("交通信号灯")
    expect(page.locator("#q-suggestions [role=option]").first).to_contain_text("交通信号灯调整公告")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")


def test_a_form_is_saved_to_the_disk_and_a_guide_leads_to_it(desk: FrontDesk, page: Page) -> None:
    page.goto("/disclosure/guide")
    page.locator("a[href='/disclosure/forms/disclosure-application']").first.click()
    with page.expect_download() as saved:
        page.locator("a[href='/disclosure/forms/disclosure-application/text']").click()
    assert saved.value.suggested_filename.endswith(".txt")
    assert "申请" in saved.value.path().read_text(encoding="utf-8-sig")


def test_a_table_is_imported_in_the_browser_and_its_report_is_saved(desk: FrontDesk, page: Page) -> None:
    page.goto("/staff")
    page.get_by_label("账号").fill("zong")
    page.get_by_label("密码").fill("window-seat-42")
    page.get_by_role("button", name="登录").click()
    page.goto("/staff/item-imports")
    table = "标题,日期,类别,单位,正文\n好的一行,2026-05-06,其他,exit-entry,正文\n坏的一行,昨天,其他,exit-entry,正文\n"
    page.locator("#file").set_input_files({"name": "目录.csv", "mimeType": "text/csv", "buffer": table.encode()})
    page.get_by_role("button", name="导入").click()
    expect(page.locator("h1")).to_have_text("目录.csv")
    expect(page.locator("main")).to_contain_text("日期")
    with page.expect_download() as saved:
        page.locator("a[href$='/report.csv']").click()
    assert saved.value.path().read_text(encoding="utf-8-sig").splitlines()[1].startswith("3,")
