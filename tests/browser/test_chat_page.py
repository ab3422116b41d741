"""The chat page in Chromium: live, by keyboard alone, without scripts, in trouble, and in a frame of another site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, Dialog, FilePayload, Page, expect

from bot.channels.web_chat import ChatLimits
from tests.bot.web_chat_house import BUREAU, House, Visitor, open_house, serving

NO_LIMITS = ChatLimits(messages=1000, files=1000, conversations=1000)
NewPage = Callable[..., Page]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path, NO_LIMITS) as opened:
        yield opened


@pytest.fixture
def new_page(chromium: Browser, house: House) -> Iterator[NewPage]:
    """Opens the chat as somebody new; whatever the browser complains of fails the test."""
    contexts, complaints = [], []

    def open_page(path: str = "/chat", **options: object) -> Page:
        given = {"viewport": {"width": 1280, "height": 800}, "locale": "zh-CN", "base_url": house.url, **options}
        context = chromium.new_context(**given)  # type: ignore[arg-type]
        context.set_default_timeout(8000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def say(page: Page, words: str) -> None:
    field = page.get_by_role("textbox")
    field.fill(words)
    field.press("Enter")


def a_file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def visitor_of(house: House, page: Page) -> Visitor:
    known = page.evaluate("JSON.parse(localStorage.getItem('sunwindow-chat')).known")
    return Visitor(house, known["conversation"], known["token"])


def test_a_question_is_answered_with_its_source(new_page: NewPage) -> None:
    page = new_page()
    say(page, "办护照要多少钱")
    answer = page.locator(".message.desk").last
    expect(answer).to_contain_text("每本120元。")
    expect(answer.locator("summary")).to_contain_text("首次申请普通护照")
    answer.locator("summary").click()
    expect(answer.locator(".source li")).to_have_text(["《中华人民共和国护照法》第五条（2006-04-29）"])
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    expect(page.locator(".state")).to_have_text("已送达")


def test_what_staff_write_appears_without_loading_the_page_again(new_page: NewPage, house: House) -> None:
    page = new_page()
    say(page, "你好")
    expect(page.locator(".message.desk:not(.welcome)")).to_have_count(1)
    house.staff_writes(visitor_of(house, page), "请带身份证来窗口。")
    expect(page.locator(".message.staff")).to_contain_text("请带身份证来窗口。")
    expect(page.locator(".message.staff header")).to_contain_text("工作人员")


def test_a_case_is_filed_by_keyboard_alone_and_shows_its_reference_and_code(new_page: NewPage) -> None:
    page = new_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到输入框")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("投诉")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="是，提交")).to_be_visible()
    expect(page.get_by_role("textbox")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent") == "是，提交":
            break
    page.keyboard.press("Enter")
    case = page.locator(".case")
    expect(case.locator("dd")).to_have_text(["TST-2026-000123-4", "7KQ2M-XW9RT"])
    expect(page.get_by_role("button", name="复制 查询码")).to_be_visible()
    expect(page.locator(".choices")).to_have_count(0)


def test_copying_the_code_puts_it_into_the_clipboard(new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    say(page, "投诉")
    page.get_by_role("button", name="是，提交").click()
    page.get_by_role("button", name="复制 查询码").click()
    expect(page.get_by_text("已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "7KQ2M-XW9RT"


def test_without_scripts_the_form_does_it_all(new_page: NewPage, house: House) -> None:
    page = new_page(java_script_enabled=False)
    page.get_by_role("textbox").fill("投诉")
    page.get_by_role("button", name="发送", exact=True).click()
    page.get_by_role("button", name="是，提交").click()
    expect(page.locator(".case dd")).to_have_text(["TST-2026-000123-4", "7KQ2M-XW9RT"])
    page.get_by_role("button", name="在这台设备上清除会话").click()
    expect(page.locator(".case")).to_have_count(0)
    assert [message.text for message in house.desk.heard] == ["投诉", "是，提交"]


def test_a_conversation_begun_without_scripts_goes_on_with_them(new_page: NewPage, house: House) -> None:
    plain = new_page(java_script_enabled=False)
    plain.get_by_role("textbox").fill("你好")
    plain.get_by_role("button", name="发送", exact=True).click()
    state = plain.context.storage_state()
    page = new_page(storage_state=state)
    expect(page.locator(".message.citizen .words")).to_have_text(["你好"])
    say(page, "还在吗")
    expect(page.locator(".message.desk:not(.welcome)")).to_have_count(2)
    assert len({message.sender for message in house.desk.heard}) == 1


def test_trouble_loses_no_words_and_files_nothing_twice(new_page: NewPage, house: House) -> None:
    page = new_page()
    say(page, "你好")
    expect(page.locator(".message.desk:not(.welcome)")).to_have_count(1)
    house.desk.in_trouble = True
    say(page, "请别弄丢")
    expect(page.locator(".state.bad")).to_contain_text("不会重复登记")
    say(page, "还有一句")
    house.desk.in_trouble = False
    house.desk.lost_answers = 1
    page.get_by_role("button", name="立即重发").click()
    expect(page.locator(".unsent")).to_have_count(0, timeout=15_000)
    expect(page.locator(".message.desk:not(.welcome)")).to_have_count(3)
    expect(page.locator(".message.citizen")).to_have_count(3)
    assert [message.text for message in house.desk.heard] == ["你好", "请别弄丢", "还有一句"]


def test_what_was_not_yet_sent_survives_loading_the_page_again(new_page: NewPage, house: House) -> None:
    page = new_page()
    house.desk.in_trouble = True
    say(page, "还没送到的话")
    expect(page.locator(".state.bad")).to_be_visible()
    page.reload()
    expect(page.locator(".citizen.unsent")).to_contain_text("还没送到的话")
    house.desk.in_trouble = False
    page.get_by_role("button", name="立即重发").click()
    expect(page.locator(".message.desk:not(.welcome)")).to_contain_text("听到：还没送到的话")
    assert len(house.desk.heard) == 1


def test_a_text_that_is_refused_goes_back_into_the_field_with_the_reason(new_page: NewPage) -> None:
    page = new_page()
    page.evaluate("document.getElementById('say').value = '字'.repeat(100001)")
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("100000")
    assert len(page.get_by_role("textbox").input_value()) == 100_001


def test_loading_the_page_again_shows_the_conversation(new_page: NewPage) -> None:
    page = new_page()
    say(page, "投诉")
    expect(page.get_by_role("button", name="是，提交")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="是，提交")).to_be_visible()
    expect(page.locator(".message.citizen .words")).to_have_text(["投诉"])


def test_a_second_page_of_the_same_browser_follows_along(new_page: NewPage) -> None:
    page = new_page()
    say(page, "第一句")
    expect(page.locator(".message.desk:not(.welcome)")).to_have_count(1)
    other = page.context.new_page()
    other.goto("/chat")
    expect(other.locator(".message.citizen")).to_have_count(1)
    say(page, "第二句")
    expect(other.locator(".message.citizen .words")).to_have_text(["第一句", "第二句"])
    expect(page.locator(".message.citizen .words")).to_have_text(["第一句", "第二句"])
    expect(other.locator(".message.desk:not(.welcome)")).to_have_count(2)


def test_forgetting_clears_this_device(new_page: NewPage) -> None:
    page = new_page()
    say(page, "你好")
    expect(page.locator(".message.desk:not(.welcome)")).to_have_count(1)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="在这台设备上清除会话").click()
    expect(page.locator(".message.citizen")).to_have_count(0)
    assert page.evaluate("localStorage.getItem('sunwindow-chat')") is None


def test_a_file_is_sent_and_fetched_back(new_page: NewPage) -> None:
    page = new_page()
    page.locator("#files").set_input_files(a_file("照片.png", b"\x89PNG\r\n\x1a\n1"))
    expect(page.locator(".chosen li")).to_contain_text("已上传")
    say(page, "见附件")
    expect(page.locator(".message.desk:not(.welcome)")).to_have_count(1)
    page.reload()
    with page.expect_download() as started:
        page.get_by_role("link", name="照片.png").click()
    assert started.value.suggested_filename == "照片.png"
    assert started.value.path().read_bytes() == b"\x89PNG\r\n\x1a\n1"


def test_a_file_that_is_refused_says_why_and_the_message_goes_without_it(new_page: NewPage, house: House) -> None:
    page = new_page()
    page.locator("#files").set_input_files(a_file("空.txt", b""))
    expect(page.locator(".chosen li.bad")).to_contain_text("空的")
    say(page, "没有附件")
    expect(page.locator(".message.desk:not(.welcome)")).to_have_count(1)
    assert house.desk.heard[0].attachments == ()


def test_words_of_people_are_shown_and_never_run(new_page: NewPage, house: House) -> None:
    page = new_page()
    ran: list[str] = []

    def note(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    attack = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    say(page, attack)
    expect(page.locator(".message.citizen .words")).to_have_text(attack)
    expect(page.locator(".message.desk:not(.welcome)")).to_have_count(1)
    house.staff_writes(visitor_of(house, page), attack)
    expect(page.locator(".message.staff .words")).to_have_text(attack)
    expect(page.locator("#messages img, #messages script")).to_have_count(0)
    assert ran == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_phone_everything_fits_and_can_be_tapped(new_page: NewPage, language: str) -> None:
    page = new_page(f"/chat?lang={language}", viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    field = page.get_by_role("textbox")
    for words in ("办护照要多少钱", "投诉"):
        field.fill(words)
        page.locator(".send").tap()
    expect(page.locator(".choices button")).to_have_count(2)
    page.locator(".choices button").first.tap()
    expect(page.locator(".case")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.querySelector('.log').scrollWidth <= document.querySelector('.log').clientWidth")
    heights = page.evaluate("[...document.querySelectorAll('button:not(.link)')].map((one) => one.offsetHeight)")
    assert min(heights) >= 30


@contextmanager
def a_site(script_from: list[str]) -> Iterator[str]:
    """Some other site, whose page loads the script from the address in the list."""
    site = FastAPI()

    @site.get("/")
    def page() -> HTMLResponse:
        return HTMLResponse(
            f'<html lang="en"><body><h1>City</h1><script src="{script_from[0]}/chat/embed.js"></script>'
        )

    with serving(site) as url:
        yield url


def test_a_listed_site_shows_the_chat_in_a_frame(chromium: Browser, tmp_path: Path) -> None:
    address: list[str] = []
    with (
        a_site(address) as site,
        open_house(tmp_path, NO_LIMITS, bureau=replace(BUREAU, embed_origins=(site,))) as house,
    ):
        address.append(house.url)
        page = chromium.new_page()
        page.goto(site)
        page.get_by_role("button", name="Chat with us").click()
        frame = page.frame_locator("iframe")
        frame.get_by_role("textbox").fill("Hello")
        frame.get_by_role("textbox").press("Enter")
        expect(frame.locator(".message.desk:not(.welcome)")).to_contain_text("听到：Hello")
        frame.get_by_role("textbox").press("Escape")
        expect(page.locator("iframe")).to_be_hidden()
        expect(page.get_by_role("button", name="Chat with us")).to_be_focused()
        page.close()


def test_any_other_site_gets_neither_button_nor_frame(chromium: Browser, house: House) -> None:
    with a_site([house.url]) as site:
        page = chromium.new_page()
        refused: list[str] = []
        page.on("console", lambda said: refused.append(said.text))
        page.goto(site)
        expect(page.get_by_role("button")).to_have_count(0)
        page.evaluate(
            "(address) => { document.body.innerHTML = `<iframe src=${address}></iframe>` }", f"{house.url}/chat?embed=1"
        )
        expect(page.frame_locator("iframe").get_by_role("textbox")).to_have_count(0)
        page.wait_for_function("() => true")
        assert any("frame-ancestors" in text for text in refused)
        page.close()
