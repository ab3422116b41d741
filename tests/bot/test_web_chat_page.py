"""The chat page without scripts, its headers, its files, and the script for other sites."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from bot.channels.web_chat import ChatLimits
from bot.channels.web_chat_drawing import lines_of
from bot.channels.web_chat_words import load_texts
from casework.message import Author, Direction, Reply
from casework.store import SqlUnitOfWork
from tests.bot.web_chat_house import HOST_SITE, House, open_house

FILES = Path("bot/channels/web_chat_files")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path, ChatLimits(messages=1000, conversations=1000)) as opened:
        yield opened


def _browser(house: House) -> httpx2.Client:
    headers = {"accept-language": "zh-CN", "origin": house.url, "sec-fetch-site": "same-origin"}
    return httpx2.Client(base_url=house.url, headers=headers, follow_redirects=True)


def _client_id(page: str) -> str:
    found = re.search(r'name="client_id" value="([^"]+)"', page)
    assert found
    return found[1]


def _send(browser: httpx2.Client, text: str, **more: str) -> httpx2.Response:
    fields = {"text": text, "client_id": _client_id(browser.get("/chat").text), **more}
    return browser.post("/chat", data=fields)


def test_a_question_by_plain_form_is_answered_on_the_page_with_its_source(house: House) -> None:
    with _browser(house) as browser:
        page = _send(browser, "办护照要多少钱")
    assert page.status_code == 200
    assert str(page.url).endswith("/chat#latest")
    for words in ("办护照要多少钱", "每本120元。", "首次申请普通护照", "版本 2026-11-01", "护照法》第五条"):
        assert words in page.text


def test_under_every_answer_stand_two_thumbs_that_a_plain_form_can_press(house: House) -> None:
    with _browser(house) as browser:
        _send(browser, "办护照要多少钱")
        page = _send(browser, "你好")
        assert page.text.count('class="thumbs" role="group" aria-label="这个答复有帮助吗"') == 1
        assert '<button type="submit" form="composer" name="choice" value="unhelpful:7">没帮助</button>' in page.text
        _send(browser, "", choice="unhelpful:7")
    pressed = house.desk.heard[-1]
    assert (pressed.choice, pressed.text) == ("unhelpful:7", "没帮助")


def test_a_choice_by_plain_form_says_what_stood_on_the_button(house: House) -> None:
    with _browser(house) as browser:
        asked = _send(browser, "投诉")
        assert 'value="file:yes"' in asked.text
        filed = _send(browser, "halfway typed", choice="file:yes")
    assert [message.text for message in house.desk.heard] == ["投诉", "是，提交"]
    assert "<dd>TST-2026-000123-4</dd>" in filed.text
    assert "<dd>7KQ2M-XW9RT</dd>" in filed.text
    assert 'value="file:yes"' not in filed.text


def test_an_example_by_plain_form_is_asked(house: House) -> None:
    with _browser(house) as browser:
        _send(browser, "", example="办护照要多少钱")
    assert house.desk.heard[0].text == "办护照要多少钱"


def test_the_same_form_sent_twice_is_one_message(house: House) -> None:
    with _browser(house) as browser:
        _send(browser, "先认识一下")
        fields = {"text": "只说一次", "client_id": _client_id(browser.get("/chat").text)}
        browser.post("/chat", data=fields)
        browser.post("/chat", data=fields)
    assert [message.text for message in house.desk.heard] == ["先认识一下", "只说一次"]


def test_files_go_with_a_plain_form_and_can_be_fetched_back_with_the_cookie(house: House) -> None:
    with _browser(house) as browser:
        fields = {"text": "见附件", "client_id": _client_id(browser.get("/chat").text)}
        page = browser.post("/chat", data=fields, files=[("file", ("一.txt", b"one")), ("file", ("二.txt", b"two"))])
        links = re.findall(r'href="(/chat/conversations/[^"]+/attachments/[^"]+)"', page.text)
        assert [browser.get(link).content for link in links] == [b"one", b"two"]
    with _browser(house) as stranger:
        assert stranger.get(links[0]).status_code == 401


def test_a_form_whose_file_field_was_left_empty_is_a_message_without_files(house: House) -> None:
    with _browser(house) as browser:
        fields = {"text": "没有附件", "client_id": _client_id(browser.get("/chat").text)}
        assert browser.post("/chat", data=fields, files=[("file", ("", b""))]).status_code == 200
    assert house.desk.heard[0].attachments == ()


def test_the_token_lives_in_a_cookie_that_no_script_and_no_other_site_gets(house: House) -> None:
    with _browser(house) as browser:
        browser.follow_redirects = False
        cookie = _send(browser, "你好").headers["set-cookie"].lower()
    for fact in ("sunwindow_chat=", "httponly", "samesite=lax", "path=/chat"):
        assert fact in cookie


def test_words_of_people_never_become_markup(house: House) -> None:
    attack = "</script><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"
    with _browser(house) as browser:
        page = _send(browser, attack)
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert "{{7*7}}" in page.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "https://behind-a-proxy.example"}, 303),
        ({}, 303),
    ],
    ids=["cross-site", "same-site", "foreign-origin", "own-behind-proxy", "no-browser"],
)
def test_a_form_of_another_site_is_refused(house: House, headers: dict[str, str], status: int) -> None:
    answer = house.client.post("/chat", data={"text": "您好", "client_id": "a"}, headers=headers)
    assert answer.status_code == status
    assert len(house.desk.heard) == (status == 303)


def test_words_that_could_not_be_taken_stay_in_the_form_under_the_same_id(house: House) -> None:
    with _browser(house) as browser:
        house.desk.in_trouble = True
        page = _send(browser, "很长的一段话")
        assert page.status_code == 503
        assert page.headers["retry-after"] == "5"
        assert ">很长的一段话</textarea>" in page.text
        house.desk.in_trouble = False
        browser.post("/chat", data={"text": "很长的一段话", "client_id": _client_id(page.text)})
    assert [message.text for message in house.desk.heard] == ["很长的一段话"]


@pytest.mark.parametrize("trouble", ["nothing saved", "answer lost after the commit"])
def test_a_first_message_in_trouble_is_sent_again_in_the_same_conversation_and_handled_once(
    house: House, trouble: str
) -> None:
    with _browser(house) as browser:
        form = {"text": "第一句话", "client_id": _client_id(browser.get("/chat").text)}
        house.desk.in_trouble = trouble == "nothing saved"
        house.desk.lost_answers = 0 if house.desk.in_trouble else 1
        failed = browser.post("/chat", data=form)
        assert failed.status_code >= 500
        assert _client_id(failed.text) == form["client_id"]
        house.desk.in_trouble = False
        begun = browser.cookies["sunwindow_chat"]
        page = browser.post("/chat", data={"text": "第一句话", "client_id": _client_id(failed.text)})
        assert page.status_code == 200
        assert browser.cookies["sunwindow_chat"] == begun
    assert [message.text for message in house.desk.heard] == ["第一句话"]
    assert house.desk.heard[0].sender.value == begun.partition(".")[0]


def test_a_text_that_is_too_long_is_refused_on_the_page_with_the_reason(house: House) -> None:
    with _browser(house) as browser:
        for text in ("字" * 100_001, "字" * 200_000):
            page = _send(browser, text)
            assert page.status_code == 413
            assert "100000" in page.text


def test_more_files_than_a_message_carries_are_refused_on_the_page_and_the_words_stay(house: House) -> None:
    with _browser(house) as browser:
        fields = {"text": "见附件", "client_id": _client_id(browser.get("/chat").text)}
        page = browser.post("/chat", data=fields, files=[("file", (f"{one}.txt", b"x")) for one in range(11)])
    assert page.status_code == 422
    assert "最多带 10 个附件" in page.text


def test_forgetting_drops_the_cookie_and_keeps_the_conversation(house: House) -> None:
    with _browser(house) as browser:
        _send(browser, "你好")
        conversation = house.desk.heard[0].sender.value
        page = browser.post("/chat/forget")
        assert "听到" not in page.text
        assert "sunwindow_chat" not in browser.cookies
    with house.store.read() as uow:
        assert uow.threads.find_chat(house.desk.heard[0].sender) is not None
        assert conversation


def test_a_cookie_that_is_not_ours_shows_an_empty_page(house: House) -> None:
    for cookie in ("x", "A" * 22 + "." + "B" * 43, "../../.x", "."):
        page = house.client.get("/chat", headers={"cookie": f"sunwindow_chat={cookie}"})
        assert page.status_code == 200
        assert "data-token" not in page.text


def test_what_staff_write_is_on_the_page_after_loading_it_again(house: House) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        thread = uow.threads.find_chat(house.desk.heard[0].sender)
        assert thread is not None
        now = house.chat.clock()
        uow.threads.add_message(thread.id, Direction.OUTBOUND, Author.STAFF, "请明天来窗口。", now=now, reply=Reply(""))

    with _browser(house) as browser:
        _send(browser, "你好")
        house.store.write(work)
        page = browser.get("/chat").text
    assert '<article class="message staff"' in page
    assert "请明天来窗口。" in page


def test_the_page_speaks_both_languages_and_remembers_the_choice(house: House) -> None:
    with _browser(house) as browser:
        assert "在线咨询" in browser.get("/chat").text
        assert '<html lang="en">' in browser.get("/chat?lang=en").text
        assert '<html lang="en">' in browser.get("/chat").text


def test_every_emergency_number_can_be_called_from_the_page(house: House) -> None:
    page = house.client.get("/chat").text
    assert re.findall(r'href="tel:(\d+)"', page) == ["110", "119", "120", "122"]


def test_only_the_listed_sites_may_frame_the_chat_and_only_its_embedded_form(house: House) -> None:
    alone, framed = house.client.get("/chat"), house.client.get("/chat?embed=1")
    assert alone.headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert alone.headers["x-frame-options"] == "DENY"
    assert framed.headers["content-security-policy"].endswith(f"frame-ancestors {HOST_SITE} https://city.example")
    assert "x-frame-options" not in framed.headers
    for answer in (alone, framed):
        assert "script-src 'self';" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_a_framed_page_never_uses_the_cookie_of_the_page_alone(house: House) -> None:
    with _browser(house) as browser:
        _send(browser, "秘密的话")
        page = browser.get("/chat?embed=1").text
    assert "秘密的话" not in page
    assert "data-token" not in page


def test_the_script_for_other_sites_names_the_sites_and_can_be_fetched_from_them(house: House) -> None:
    answer = house.client.get("/chat/embed.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    given = json.loads(answer.text.rstrip().removesuffix(");").rpartition("})(")[2])
    assert given["origins"] == [HOST_SITE, "https://city.example"]
    assert given["texts"]["en"]["open_chat"]


def test_files_of_the_page_are_kept_by_browsers_until_they_change(house: House) -> None:
    page = house.client.get("/chat").text
    for path in re.findall(r'(?:href|src)="(/chat/files/[^"]+)"', page):
        answer = house.client.get(path)
        assert answer.status_code == 200
        again = house.client.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
    assert house.client.get("/chat/files/chat.html").status_code == 404
    assert house.client.get("/chat/files/..%2f..%2fweb_chat.py").status_code == 404


def test_every_text_exists_in_both_languages_and_every_text_of_the_scripts_exists() -> None:
    assert load_texts().faults() == ()
    said = {name for file in FILES.glob("*.js") for name in re.findall(r"\bwords\.(\w+)", file.read_text("utf-8"))}
    assert len(said) > 20
    assert {f"script.{name}" for name in said} <= load_texts().keys()


def test_the_lines_of_a_card_begin_with_what_they_tell() -> None:
    card = "【办证】\n费用：20元。\n\n材料：\n• 照片"
    assert list(lines_of(card, is_card=True)) == [
        ("title", "", "办证"),
        ("labelled", "费用：", "20元。"),
        ("gap", "", ""),
        ("labelled", "材料：", ""),
        ("plain", "", "• 照片"),
    ]
    assert list(lines_of("编号：1", is_card=False)) == [("plain", "", "编号：1")]
