"""What holds for every console page: who may open it, its headers, its form tokens, its languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_api.app import create_app
from admin_api.pages import CONTENT_SECURITY_POLICY
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk

OPEN_TO_ALL = ["/staff/sign-in", "/staff/forgotten", "/staff/reset?token=x"]
FOR_STAFF = ["/staff/queue", "/staff/password"]
FOR_THE_DESK = ["/staff/triage", "/staff/outbox"]
FOR_ADMINISTRATORS = ["/staff/accounts", "/staff/keys"]
FORMS = [
    "/staff/sign-out",
    "/staff/password",
    "/staff/language",
    "/staff/cases/ZMD-2026-000001-1/reply",
    "/staff/cases/ZMD-2026-000001-1/note",
    "/staff/cases/ZMD-2026-000001-1/take-over",
    "/staff/cases/ZMD-2026-000001-1/give-back",
    "/staff/cases/ZMD-2026-000001-1/assign",
    "/staff/cases/ZMD-2026-000001-1/transfer",
    "/staff/cases/ZMD-2026-000001-1/close",
    "/staff/cases/ZMD-2026-000001-1/reopen",
    "/staff/triage/1/decision",
    "/staff/outbox/1/retry",
    "/staff/accounts",
    "/staff/accounts/2/close",
    "/staff/accounts/2/reopen",
    "/staff/accounts/2/reset",
    "/staff/keys",
    "/staff/keys/1/revoke",
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("guan", Role.ADMINISTRATOR)
    desk.hire("zong", Role.INTAKE)
    desk.hire("jing", Role.HANDLER, "exit-entry")
    desk.receive("路灯坏了")
    yield desk
    desk.store.close()


@pytest.mark.parametrize("path", FOR_STAFF + FOR_THE_DESK + FOR_ADMINISTRATORS + ["/staff/live", "/staff/cases/x"])
def test_without_a_session_every_staff_page_leads_to_sign_in(path: str, desk: FrontDesk) -> None:
    answer = Browser(create_app(desk.context)).client.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/staff/sign-in")


@pytest.mark.parametrize("action", FORMS)
def test_every_form_without_its_token_is_refused_and_changes_nothing(action: str, desk: FrontDesk) -> None:
    with signed_in(desk, "guan") as browser:
        before = _rows(desk)
        for fields in ({}, {"csrf": "guessed", "version": "2", "text": "x", "new": "y"}):
            answer = browser.client.post(action, data={"version": "2", **fields}, follow_redirects=False)
            assert answer.status_code == 403
        assert _rows(desk) == before


def _rows(desk: FrontDesk) -> list[int]:
    tables = ("case_events", "messages", "outbox", "staff", "staff_sessions", "api_keys")
    with desk.store.engine.connect() as connection:
        return [connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() for table in tables]


@pytest.mark.parametrize("path", FOR_THE_DESK + FOR_ADMINISTRATORS)
def test_a_clerk_is_kept_out_of_the_rooms_of_the_desk_and_does_not_see_their_doors(path: str, desk: FrontDesk) -> None:
    with signed_in(desk, "jing") as browser:
        answer = browser.open(path)
        assert answer.status_code == 403
        assert "您的账号不能打开这一页" in text_of(answer)
        assert f'href="{path}"' not in browser.open("/staff/queue").text


@pytest.mark.parametrize("path", FOR_ADMINISTRATORS)
def test_the_desk_is_kept_out_of_accounts_and_keys(path: str, desk: FrontDesk) -> None:
    with signed_in(desk, "zong") as browser:
        assert browser.open(path).status_code == 403


@pytest.mark.parametrize("path", OPEN_TO_ALL + FOR_STAFF + FOR_THE_DESK + FOR_ADMINISTRATORS + ["/staff/cases/nix"])
def test_every_page_carries_the_strict_headers_and_nothing_inline(path: str, desk: FrontDesk) -> None:
    with signed_in(desk, "guan") as browser:
        answer = browser.open(path)
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert "'unsafe" not in CONTENT_SECURITY_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "style=" not in answer.text
        assert "<script>" not in answer.text
        assert " on" + "click=" not in answer.text


def test_staff_pages_are_not_kept_by_browsers(desk: FrontDesk) -> None:
    with signed_in(desk, "guan") as browser:
        assert browser.open("/staff/queue").headers["cache-control"] == "no-store"


def test_a_language_that_was_chosen_stays(desk: FrontDesk) -> None:
    with signed_in(desk, "guan") as browser:
        assert 'lang="zh-CN"' in browser.open("/staff/queue").text
        answer = browser.send("/staff/queue", "/staff/language", {"language": "en", "back": "/staff/queue"})
        assert answer.headers["location"] == "/staff/queue"
        assert "Held messages" in text_of(browser.open("/staff/queue"))
    with desk.store.read() as uow:
        found = uow.accounts.find_staff("guan")
        assert found is not None
        assert found[0].language == "en"


def test_the_address_can_ask_for_a_language_before_anybody_signs_in(desk: FrontDesk) -> None:
    browser = Browser(create_app(desk.context), language="zh-CN,zh;q=0.9,en;q=0.5")
    assert "工作人员登录" in text_of(browser.open("/staff/sign-in"))
    assert "Staff sign-in" in text_of(browser.open("/staff/sign-in?lang=en"))
    assert "Staff sign-in" in text_of(browser.open("/staff/sign-in"))


def test_a_broken_store_is_told_as_trouble_of_ours_in_the_readers_language(desk: FrontDesk) -> None:
    with signed_in(desk, "guan") as browser:
        with desk.store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE case_events RENAME TO hidden_events")
            connection.exec_driver_sql("ALTER TABLE cases RENAME TO hidden_cases")
        answer = browser.open("/staff/queue?lang=en")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert "Something failed on our side" in text_of(answer)
        assert "Traceback" not in answer.text


def test_scripts_and_styles_are_ours_or_out_of_the_installed_wheel_and_may_be_kept(desk: FrontDesk) -> None:
    with signed_in(desk, "guan") as browser:
        for name in ("sunwindow.css", "console.js", "htmx.min.js", "mark.svg"):
            answer = browser.open(f"/static/{name}")
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
        assert browser.open("/static/../app.py").status_code == 404
