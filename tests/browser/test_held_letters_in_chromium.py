"""Held letters as a clerk meets them in a real browser: nothing leaves it, and everything fits a telephone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from casework.inbox import Arrival, InboxState, RawMail, Reading
from casework.message import InboxId
from casework.party import ChannelName
from casework.ports import UnitOfWork
from tests.admin_api.front_desk import FrontDesk
from tests.admin_api.post_room import PostRoom, a_letter, reasons
from tests.admin_api.serving import Served
from tests.browser.console_steps import overflow_of, sign_in

LETTER = "尊敬的领导：\n\n一、示例路派出所窗口态度恶劣，我要投诉。\n\n二、建议增设自助办证机。\n\n谢谢"


@pytest.fixture
def served(desk: FrontDesk) -> Iterator[Served]:
    served = Served(desk, reasons=reasons())
    yield served
    served.close()


class Outside:
    """A server outside the bureau that notes every request which a letter makes a browser send."""

    def __init__(self) -> None:
        seen = self.seen = list[str]()

        class Notes(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append(self.path)
                self.send_response(204)
                self.end_headers()

            do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

            def log_message(self, *_said: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Notes)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def an_outside() -> Iterator[Outside]:
    outside = Outside()
    thread = threading.Thread(target=outside.server.serve_forever)
    thread.start()
    yield outside
    outside.server.shutdown()
    thread.join(10)
    outside.server.server_close()


def temptations(there: str) -> str:
    """Every way that we know in which HTML makes a browser ask another server."""
    return f"""
    <meta http-equiv="refresh" content="0;url={there}/refresh"><base href="{there}/">
    <link rel="stylesheet" href="{there}/sheet.css"><link rel="prefetch" href="{there}/prefetch">
    <link rel="preconnect" href="{there}"><link rel="dns-prefetch" href="{there}">
    <style>@import url({there}/import.css); body {{ background: url({there}/body.png) }}
    @font-face {{ font-family: f; src: url({there}/font.woff) }} p {{ font-family: f }}</style>
    <p style="background-image:url('{there}/style.png')">看得见的话</p>
    <img src="{there}/img.png"><img srcset="{there}/srcset.png 1x, {there}/srcset2.png 2x">
    <picture><source srcset="{there}/source.png"><img src="{there}/inner.png"></picture>
    <svg xmlns:xlink="http://www.w3.org/1999/xlink"><image href="{there}/svg.png" width="9" height="9"/>
    <image xlink:href="{there}/xlink.png"/><use href="{there}/use.svg#a"/></svg>
    <table background="{there}/table.png"><tr><td background="{there}/td.png">格</td></tr></table>
    <video src="{there}/video.mp4" poster="{there}/poster.png" autoplay></video>
    <audio src="{there}/a.mp3" autoplay></audio>
    <iframe src="{there}/frame"></iframe><object data="{there}/object"></object><embed src="{there}/embed">
    <form action="{there}/form" method="post"><input name="x" value="1" autofocus><button>交</button></form>
    <input type="image" src="{there}/input.png"><a href="{there}/link" ping="{there}/ping">点我</a>
    <script>fetch("{there}/script"); new Image().src = "{there}/script.png"; document.forms[0].submit()</script>
    <img src="x" onerror="fetch('{there}/onerror')"><body onload="fetch('{there}/onload')">
    """


def set_aside(desk: FrontDesk, html: str) -> InboxId:
    """A held letter whose HTML no sanitiser has seen."""

    def add(uow: UnitOfWork) -> InboxId:
        raw = RawMail("wu@mail.example", ("xinxiang@gaj.example",), b"Subject: x\r\n\r\n")
        inbox_id, _ = uow.inbox.add(Arrival(ChannelName.EMAIL, "m1", "wu@mail.example", desk.now, raw_mail=raw))
        read = Reading("wu@mail.example", "看看这个", "看得见的话", html, words="看得见的话")
        uow.inbox.finish(inbox_id, InboxState.HELD, now=desk.now, reading=read)
        return inbox_id

    return desk.store.write(add)


def look_at_html(context: BrowserContext, inbox_id: InboxId) -> tuple[Page, list[str]]:
    """Open a letter's HTML; the page, and every address that its browser asked from then on."""
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/staff/triage/{inbox_id}")
    page.get_by_text("按原样式查看").click()
    expect(page.frame_locator(".letter-frame").get_by_text("看得见的话")).to_be_visible()
    return page, asked


@pytest.mark.parametrize("way", ["as it is shown", "had it slipped through the sanitiser"])
def test_no_request_leaves_the_browser_whatever_a_letter_holds(
    desk: FrontDesk, served: Served, chromium: Browser, way: str
) -> None:
    with an_outside() as outside:
        html = temptations(outside.address)
        if way == "as it is shown":
            raw = a_letter("看得见的话", html=html, precedence="bulk")
            inbox_id = PostRoom(desk).bring(raw)
        else:
            inbox_id = set_aside(desk, html)
        context = chromium.new_context(base_url=served.address, locale="zh-CN")
        sign_in(context.new_page(), "zong")
        page, asked = look_at_html(context, inbox_id)
        frame = page.frame_locator(".letter-frame")
        for words in ("点我", "交"):
            place = frame.get_by_text(words, exact=True)
            if place.count():
                place.first.click(no_wait_after=True)
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("heading", name="来信人新写的内容")).to_be_visible()
        context.close()
    assert outside.seen == []
    elsewhere = [address for address in asked if not address.startswith((served.address, "data:"))]
    if way == "as it is shown":
        assert elsewhere == [], "nor did the browser begin a request, and then think better of it"


def test_the_watch_of_that_test_sees_what_a_page_without_bounds_asks_for(chromium: Browser) -> None:
    """The other half of the proof: the same HTML outside the frame does ask the other server."""
    with an_outside() as outside:
        context = chromium.new_context()
        page = context.new_page()
        page.set_content(f'<img src="{outside.address}/img.png">')
        page.wait_for_load_state("networkidle")
        context.close()
    assert outside.seen == ["/img.png"]


def test_a_letter_is_split_by_hand_and_without_scripts(desk: FrontDesk, served: Served, chromium: Browser) -> None:
    post = PostRoom(desk)
    inbox_id = post.bring(a_letter(LETTER, precedence="bulk"))
    context = chromium.new_context(base_url=served.address, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "zong")
    page.goto(f"/staff/triage/{inbox_id}")
    page.get_by_role("link", name="拆成几件").click()
    page.get_by_label("第 4 段属于").select_option("0")
    page.get_by_role("button", name="看看拆成的样子").click()
    expect(page.get_by_text("将拆成 2 件")).to_be_visible()
    page.get_by_role("group", name="第 1 件").get_by_label("类别").select_option("complaint")
    page.get_by_role("group", name="第 2 件").get_by_label("类别").select_option("suggestion")
    page.get_by_role("button", name="拆成 2 件办理").click()
    expect(page.get_by_text("已拆分")).to_be_visible()
    post.work()
    page.goto("/staff/queue")
    page.get_by_role("link", name="建议增设自助办证机").click()
    expect(page.get_by_text("这是来信中的第 2 件，共 2 件")).to_be_visible()
    page.get_by_role("link", name="示例路派出所窗口态度恶劣").click()
    expect(page.get_by_text("这是来信中的第 1 件，共 2 件")).to_be_visible()
    context.close()


def test_many_are_ticked_by_one_press_refused_and_taken_back_with_the_keyboard(
    desk: FrontDesk, served: Served, page: Page
) -> None:
    post = PostRoom(desk)
    for number in range(3):
        post.bring(
            a_letter(f"第{number}封信的话", subject=f"第{number}封", message_id=f"<{number}@x>", precedence="bulk")
        )
    sign_in(page, "zong")
    page.goto("/staff/triage")
    page.get_by_role("link", name="全选本页").focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=id]:checked")).to_have_count(3)
    expect(page.get_by_role("link", name="取消全选")).to_be_visible()
    page.get_by_role("checkbox", name="选择：第1封").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="拒收", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="拒收这 2 封来信？")).to_be_visible()
    page.get_by_role("button", name="拒收", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="已拒收 2 封")).to_be_visible()
    page.get_by_role("button", name="撤销，放回待定").click()
    expect(page.get_by_role("heading", name="已放回待定 2 封")).to_be_visible()


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_the_pages_of_held_letters_fit_a_telephone(
    desk: FrontDesk, served: Served, chromium: Browser, locale: str
) -> None:
    post = PostRoom(desk)
    long = "https://example.org/" + "a" * 300
    inbox_id = post.bring(
        a_letter(
            f"{LETTER}\n\n{long}", html=f"<p>{long}</p>", subject="长" * 80, precedence="bulk", reply_to="li@x.example"
        )
    )
    context = chromium.new_context(base_url=served.address, locale="zh-CN", viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in(page, "zong")
    language = "zh" if locale == "zh-CN" else "en"
    paths = ("triage", f"triage/{inbox_id}", f"triage/{inbox_id}/split", "failed-addresses", "triage?all=1")
    for path in paths:
        page.goto(f"/staff/{path}{'&' if '?' in path else '?'}lang={language}")
        assert overflow_of(page) == 0, path
    page.goto(f"/staff/triage/{inbox_id}/split?lang={language}")
    page.locator("form.wide-form button[type=submit]").first.click()
    expect(page.locator("button[name=confirmed]")).to_be_visible()
    assert overflow_of(page) == 0
    context.close()
