"""Coming in: right and wrong passwords, lock-out, forms from elsewhere, first passwords, resets and sign-out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from admin_api.app import create_app
from admin_api.passwords import hash_password, is_password, make_password, weakness_of
from admin_api.signing_in import LOCK_FOR, RESET_FOR, STAFF_COOKIE, TRIES
from casework.outbox import OutboxState
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import PASSWORD, FrontDesk, a_front_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Browser:
    return Browser(create_app(desk.context, site="https://desk.example"))


def test_the_right_password_opens_a_session_that_scripts_and_other_sites_cannot_use(
    desk: FrontDesk, browser: Browser
) -> None:
    desk.hire("lin")
    answer = browser.sign_in("lin")
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/queue")
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(STAFF_COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert browser.open("/staff/queue").status_code == 200


def test_over_https_the_session_cookie_is_secure_and_transport_is_strict(desk: FrontDesk, browser: Browser) -> None:
    desk.hire("lin")
    browser.client.base_url = "https://desk.example"
    answer = browser.sign_in("lin")
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(STAFF_COOKIE))
    assert "Secure" in cookie
    assert "max-age" in answer.headers["strict-transport-security"]


def test_the_store_keeps_neither_password_nor_token(desk: FrontDesk, browser: Browser) -> None:
    desk.hire("lin")
    browser.sign_in("lin")
    token = browser.client.cookies[STAFF_COOKIE]
    with desk.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT token_hash FROM staff_sessions").all()
        hashes = connection.exec_driver_sql("SELECT password_hash FROM staff").all()
    assert token not in str(rows)
    assert PASSWORD not in str(hashes)
    assert "$argon2id$" in str(hashes)


@pytest.mark.parametrize("name", ["lin", "nobody-here"], ids=["a known name", "an unknown name"])
def test_after_five_failures_a_name_is_locked_whether_or_not_it_exists(
    name: str, desk: FrontDesk, browser: Browser
) -> None:
    desk.hire("lin")
    told = [text_of(browser.sign_in(name, "wrong-password")) for _ in range(TRIES - 1)]
    assert all("账号或密码不对" in one for one in told)
    locked = browser.sign_in(name, "wrong-password")
    assert locked.status_code == 429
    assert locked.headers["retry-after"] == "900"
    assert "失败次数太多" in text_of(locked)
    assert browser.sign_in(name).status_code == 429, "the right password does not help while it is locked"


def test_known_and_unknown_names_are_answered_alike(desk: FrontDesk, browser: Browser) -> None:
    desk.hire("lin")
    known, unknown = browser.sign_in("lin", "wrong-password"), browser.sign_in("nil", "wrong-password")
    assert known.status_code == unknown.status_code == 401
    assert text_of(known).replace("lin", "") == text_of(unknown).replace("nil", "")


def test_a_lock_ends_after_fifteen_minutes(desk: FrontDesk, browser: Browser) -> None:
    desk.hire("lin")
    for _ in range(TRIES):
        browser.sign_in("lin", "wrong-password")
    desk.wait(LOCK_FOR + timedelta(seconds=1))
    assert browser.sign_in("lin").status_code == 303


def test_a_closed_account_cannot_sign_in_and_its_session_ends(desk: FrontDesk, browser: Browser) -> None:
    lin = desk.hire("lin")
    browser.sign_in("lin")
    desk.store.write(lambda uow: uow.accounts.set_active(lin.id, active=False))
    assert browser.client.get("/staff/queue", follow_redirects=False).headers["location"].startswith("/staff/sign-in")
    assert browser.sign_in("lin").status_code == 401


def test_a_session_ends_by_itself(desk: FrontDesk, browser: Browser) -> None:
    desk.hire("lin")
    browser.sign_in("lin")
    desk.wait(desk.context.session_for + timedelta(seconds=1))
    assert browser.client.get("/staff/queue", follow_redirects=False).status_code == 303


def test_signing_out_ends_the_session_itself_and_not_only_the_cookie(desk: FrontDesk, browser: Browser) -> None:
    desk.hire("lin")
    browser.sign_in("lin")
    token = browser.client.cookies[STAFF_COOKIE]
    assert browser.send("/staff/queue", "/staff/sign-out").status_code == 303
    browser.client.cookies.set(STAFF_COOKIE, token)
    assert browser.client.get("/staff/queue", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("wish", "target"),
    [
        ("/staff/triage", "/staff/triage"),
        ("//evil.example/staff", "/staff/queue"),
        ("https://evil.example", "/staff/queue"),
        ("/\\evil.example", "/staff/queue"),
        ("/status", "/staff/queue"),
    ],
)
def test_after_signing_in_one_comes_where_one_wanted_but_never_elsewhere(
    wish: str, target: str, desk: FrontDesk, browser: Browser
) -> None:
    desk.hire("lin")
    answer = browser.send("/staff/sign-in", "/staff/sign-in", {"name": "lin", "password": PASSWORD, "next": wish})
    assert answer.headers["location"] == target


def test_a_sign_in_form_from_elsewhere_is_refused(desk: FrontDesk, browser: Browser) -> None:
    desk.hire("lin")
    fields = {"name": "lin", "password": PASSWORD}
    assert browser.client.post("/staff/sign-in", data=fields).status_code == 403
    browser.open("/staff/sign-in")
    assert browser.client.post("/staff/sign-in", data={**fields, "csrf": "guessed"}).status_code == 403
    crossed = browser.send("/staff/sign-in", "/staff/sign-in", fields, headers={"sec-fetch-site": "cross-site"})
    assert crossed.status_code == 403
    assert "表单没有提交" in text_of(crossed)


def test_a_first_password_must_be_changed_before_anything_else(desk: FrontDesk, browser: Browser) -> None:
    hashed = hash_password("given-by-admin-1")
    desk.store.write(
        lambda uow: uow.accounts.add_staff(
            "new",
            display_name="新",
            unit="city-bureau",
            role=Role.INTAKE,
            language="zh",
            mail="",
            password_hash=hashed,
        )
    )
    browser.sign_in("new", "given-by-admin-1")
    away = browser.client.get("/staff/queue", follow_redirects=False)
    assert away.headers["location"] == "/staff/password"
    fields = {"old": "given-by-admin-1", "new": "three dull words", "again": "three dull words"}
    changed = browser.send("/staff/password", "/staff/password", fields)
    assert changed.headers["location"] == "/staff/sign-in?done=password_changed"
    assert browser.sign_in("new", "three dull words").status_code == 303
    assert browser.open("/staff/queue").status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "again", "told"),
    [
        ("wrong-password", "three dull words", "three dull words", "现在的密码不对"),
        (PASSWORD, "three dull words", "three dull wordz", "两次输入"),
        (PASSWORD, "short", "short", "太短"),
        (PASSWORD, "aaaaaaaaaaaa", "aaaaaaaaaaaa", "太简单"),
        (PASSWORD, "chen-2026-chen", "chen-2026-chen", "不要包含账号名"),
        (PASSWORD, PASSWORD, PASSWORD, "不能和现在的一样"),
    ],
)
def test_a_bad_change_of_password_is_refused_with_its_reason(
    old: str, new: str, again: str, told: str, desk: FrontDesk
) -> None:
    desk.hire("chen")
    with signed_in(desk, "chen") as browser:
        answer = browser.send("/staff/password", "/staff/password", {"old": old, "new": new, "again": again})
        assert answer.status_code == 422
        assert told in text_of(answer)


def _reset_link(desk: FrontDesk) -> str:
    with desk.store.read() as uow:
        mails = uow.outbox.list([OutboxState.DUE], limit=10)
    assert len(mails) == 1
    found = re.search(r"https://desk\.example(/staff/reset\?token=\S+)", mails[0].reply.text)
    assert found is not None
    assert mails[0].to.value == "lin@gaj.example"
    return found[1]


def test_a_reset_link_comes_by_mail_and_works_once(desk: FrontDesk, browser: Browser) -> None:
    desk.hire("lin")
    answer = browser.send("/staff/forgotten", "/staff/forgotten", {"name": "lin"})
    assert "链接已经发出" in text_of(answer)
    assert desk.wakes
    link = _reset_link(desk)
    fields = {"token": link.partition("=")[2], "new": "three dull words", "again": "three dull words"}
    assert browser.send(link, "/staff/reset", fields).status_code == 303
    assert browser.sign_in("lin", PASSWORD).status_code == 401
    assert browser.sign_in("lin", "three dull words").status_code == 303
    browser.client.cookies.clear()
    again = browser.send(link, "/staff/reset", {**fields, "new": "four other words", "again": "four other words"})
    assert "链接已失效" in text_of(again)


def test_a_reset_link_holds_for_half_an_hour(desk: FrontDesk, browser: Browser) -> None:
    desk.hire("lin")
    browser.send("/staff/forgotten", "/staff/forgotten", {"name": "lin"})
    link = _reset_link(desk)
    desk.wait(RESET_FOR + timedelta(seconds=1))
    fields = {"token": link.partition("=")[2], "new": "three dull words", "again": "three dull words"}
    assert "链接已失效" in text_of(browser.send(link, "/staff/reset", fields))


def test_asking_for_a_reset_does_not_tell_whether_the_account_exists(desk: FrontDesk, browser: Browser) -> None:
    desk.hire("lin")
    known = browser.send("/staff/forgotten", "/staff/forgotten", {"name": "lin"})
    unknown = browser.send("/staff/forgotten", "/staff/forgotten", {"name": "nil"})
    assert known.status_code == unknown.status_code
    assert known.text == unknown.text


def test_one_name_gets_three_links_in_half_an_hour_and_no_more(desk: FrontDesk, browser: Browser) -> None:
    desk.hire("lin")
    for _ in range(5):
        browser.send("/staff/forgotten", "/staff/forgotten", {"name": "lin"})
    with desk.store.read() as uow:
        assert uow.outbox.count(OutboxState.DUE) == 3


def test_passwords_are_told_apart_and_a_damaged_hash_opens_nothing() -> None:
    hashed = hash_password("three dull words")
    assert is_password("three dull words", hashed)
    assert not is_password("three dull wordz", hashed)
    assert not is_password("three dull words", "damaged")
    assert weakness_of(make_password(), "lin") is None


@pytest.mark.parametrize("name", ["lin", "nobody-here"], ids=["a known name", "an unknown name"])
def test_old_failures_are_forgotten_alike_whether_or_not_the_account_exists(
    name: str, desk: FrontDesk, browser: Browser
) -> None:
    desk.hire("lin")
    for _ in range(TRIES - 1):
        browser.sign_in(name, "wrong-password")
    desk.wait(LOCK_FOR + timedelta(minutes=1))
    assert browser.sign_in(name, "wrong-password").status_code == 401
