"""Looking a case up by reference and query code: what is told, to whom, and how guessing is slowed down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response

from admin_api.app import create_app
from casework.actions.correspondence import add_note, reply_to_citizen
from casework.ports import UnitOfWork
from casework.query_tries import FROM_AN_ADDRESS, FROM_ONE_SOURCE, WINDOW
from tests.admin_api.browsing import Browser, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Browser:
    return Browser(create_app(desk.context))


def ask(browser: Browser, reference: str, code: str, language: str = "zh") -> Response:
    answer = browser.send(f"/status?lang={language}", "/status", {"reference": reference, "code": code})
    return browser.open(answer.headers["location"]) if answer.status_code == 303 else answer


def test_the_right_code_shows_where_the_case_stands_and_what_we_wrote(desk: FrontDesk, browser: Browser) -> None:
    opened, zong = desk.receive("路灯坏了"), desk.hire("zong")

    def answer(uow: UnitOfWork) -> None:
        add_note(opened.case, "只给同事看", uow, staff=zong, now=desk.now)
        reply_to_citizen(uow.cases.get(opened.case.id), "周四前<b>修好</b>", uow, staff=zong, now=desk.now)

    desk.store.write(answer)
    page = ask(browser, opened.case.reference, opened.query_code)
    said = text_of(page)
    assert page.status_code == 200
    for words in (opened.case.reference, "已回复您", "2026年12月8日", "还有 15 天"):
        assert words in said
    assert "周四前&lt;b&gt;修好" in page.text
    assert "只给同事看" not in said
    assert "示例甲" not in said
    assert "zong" not in said, "no name of staff"
    assert "no-store" in page.headers["cache-control"]


@pytest.mark.parametrize("spelling", ["lower", "bare", "spaced"])
def test_reference_and_code_are_forgiven_their_spelling(spelling: str, desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    reference, code = opened.case.reference, opened.query_code
    shapes = {
        "lower": (reference.lower(), code.lower()),
        "bare": (reference.replace("-", ""), code.replace("-", "")),
        "spaced": (f" {reference} ", f" {code.replace('-', ' ')} "),
    }
    assert ask(browser, *shapes[spelling]).status_code == 200


def test_an_unknown_reference_and_a_wrong_code_get_one_answer(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    wrong = ask(browser, opened.case.reference, "AAAAA-AAAAA")
    unknown = ask(browser, "ZMD-2026-000009-4", "AAAAA-AAAAA")
    assert wrong.status_code == unknown.status_code == 404
    assert "编号或查询码不对" in text_of(wrong)
    assert wrong.text.replace(opened.case.reference, "") == unknown.text.replace("ZMD-2026-000009-4", "")


def test_after_five_wrong_codes_a_case_is_closed_to_guessing_for_a_while(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    for _ in range(FROM_ONE_SOURCE):
        assert ask(browser, opened.case.reference, "AAAAA-AAAAA").status_code == 404
    slowed = ask(browser, opened.case.reference, opened.query_code)
    assert slowed.status_code == 429
    assert slowed.headers["retry-after"] == str(int(WINDOW.total_seconds()))
    assert "请稍等" in text_of(slowed)
    assert "试的次数太多" in text_of(slowed)
    desk.wait(2 * WINDOW)
    assert ask(browser, opened.case.reference, opened.query_code).status_code == 200


def test_one_address_cannot_try_many_references(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    for number in range(FROM_AN_ADDRESS):
        assert ask(browser, f"ZMD-2026-0001{number:02}-0", "AAAAA-AAAAA").status_code == 404
    assert ask(browser, opened.case.reference, opened.query_code).status_code == 429


def test_looking_often_with_the_right_code_is_never_slowed_down(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    for _ in range(2 * FROM_ONE_SOURCE):
        assert ask(browser, opened.case.reference, opened.query_code).status_code == 200


@pytest.mark.parametrize(
    ("reference", "code"), [("", ""), ("😀", "😀"), ("<script>", "x"), ("长" * 5000, "长" * 5000), ("\x00", "\x00")]
)
def test_nonsense_is_answered_like_any_wrong_code(reference: str, code: str, browser: Browser) -> None:
    answer = ask(browser, reference, code)
    assert answer.status_code == 404
    assert "<script>" not in answer.text


def test_a_form_from_another_site_is_refused(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    fields = {"reference": opened.case.reference, "code": opened.query_code}
    assert browser.client.post("/status", data=fields).status_code == 403


def test_the_page_is_there_in_english_too(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("The street lamp is broken", language="en")
    said = text_of(ask(browser, opened.case.reference, opened.query_code, language="en"))
    assert "Received, not yet taken up" in said
    assert "8 December 2026" in said
