"""Accounts, keys and failed deliveries: what administrators and the desk do beside cases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from admin_api.api.authentication import hash_key
from admin_api.app import create_app
from casework.actions.correspondence import record_delivery, reply_to_citizen
from casework.case import Case
from casework.outbox import DeliveryOutcome, DeliveryResult, OutboxEntry, OutboxKind, OutboxState
from casework.party import ChannelName
from casework.ports import UnitOfWork
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk

NEW = {
    "name": "li.si",
    "display_name": "示例李",
    "unit": "exit-entry",
    "role": "handler",
    "language": "zh",
    "mail": "li@gaj.example",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("guan", Role.ADMINISTRATOR)
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "guan") as browser:
        yield browser


def secret_in(text: str) -> str:
    found = re.search(r'<code class="secret">([^<]+)<', text)
    assert found is not None, text
    return found[1]


def test_a_new_account_gets_a_first_password_that_is_shown_once_and_must_be_changed(
    desk: FrontDesk, browser: Browser
) -> None:
    added = browser.send("/staff/accounts", "/staff/accounts", NEW)
    password = secret_in(added.text)
    assert password not in browser.open("/staff/accounts").text
    other = Browser(create_app(desk.context))
    assert other.sign_in("li.si", password).status_code == 303
    assert other.client.get("/staff/queue", follow_redirects=False).headers["location"] == "/staff/password"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "Li Si", "账号名只能用"),
        ("name", "<b>", "账号名只能用"),
        ("display_name", " ", "请填写显示名"),
        ("unit", "nowhere", "请选择单位和角色"),
        ("role", "king", "请选择单位和角色"),
        ("mail", "li", "邮箱地址不完整"),
        ("mail", "li@a.example\r\nBcc: x@y.example", "邮箱地址不完整"),
        ("name", "guan", "已经有人用了"),
    ],
)
def test_a_faulty_new_account_is_refused_and_what_was_typed_stays(
    field: str, value: str, told: str, browser: Browser
) -> None:
    answer = browser.send("/staff/accounts", "/staff/accounts", {**NEW, field: value})
    assert answer.status_code in (409, 422)
    assert told in text_of(answer)
    assert 'class="secret"' not in answer.text
    assert 'value="示例李"' in answer.text or field == "display_name"


def test_an_account_is_closed_and_opened_again_but_never_the_own_one(desk: FrontDesk, browser: Browser) -> None:
    zong = desk.hire("zong")
    own = desk.store.write(lambda uow: uow.accounts.find_staff("guan"))
    assert own is not None
    browser.send("/staff/accounts", f"/staff/accounts/{zong.id}/close")
    assert Browser(create_app(desk.context)).sign_in("zong").status_code == 401
    browser.send("/staff/accounts", f"/staff/accounts/{zong.id}/reopen")
    assert Browser(create_app(desk.context)).sign_in("zong").status_code == 303
    refused = browser.send("/staff/accounts", f"/staff/accounts/{own[0].id}/close")
    assert refused.status_code == 409
    assert "不能停用自己的账号" in text_of(refused)
    assert browser.send("/staff/accounts", "/staff/accounts/999/close").status_code == 404


def test_a_new_first_password_ends_the_lock_and_the_sessions_of_an_account(desk: FrontDesk, browser: Browser) -> None:
    zong = desk.hire("zong")
    there = Browser(create_app(desk.context))
    there.sign_in("zong")
    for _ in range(5):
        Browser(create_app(desk.context)).sign_in("zong", "wrong-password")
    assert "暂时锁定" in text_of(browser.open("/staff/accounts"))
    password = secret_in(browser.send("/staff/accounts", f"/staff/accounts/{zong.id}/reset").text)
    assert there.client.get("/staff/queue", follow_redirects=False).status_code == 303
    assert Browser(create_app(desk.context)).sign_in("zong", password).status_code == 303


def test_a_key_is_shown_once_works_in_the_api_and_ends_when_revoked(desk: FrontDesk, browser: Browser) -> None:
    zong = desk.hire("zong")
    fields = {"name": "12345 热线", "account": str(zong.id), "scopes": ["cases:read", "triage:read"]}
    key = secret_in(browser.send("/staff/keys", "/staff/keys", fields).text)
    assert key not in browser.open("/staff/keys").text
    with desk.store.read() as uow:
        found = uow.accounts.find_api_key(hash_key(key))
    assert found is not None
    assert found.scopes == {"cases:read", "triage:read"}
    assert found.staff_id == zong.id
    browser.send("/staff/keys", f"/staff/keys/{found.id}/revoke")
    with desk.store.read() as uow:
        assert uow.accounts.find_api_key(hash_key(key)) is None
    assert "已作废" in text_of(browser.open("/staff/keys"))


def test_a_key_without_purpose_account_or_scope_or_beyond_its_account_is_refused(
    desk: FrontDesk, browser: Browser
) -> None:
    clerk = desk.hire("jing", Role.HANDLER, "exit-entry")
    good = {"name": "热线", "account": str(clerk.id), "scopes": ["cases:read"]}
    for change, told in (
        ({"name": " "}, "请写明用途"),
        ({"account": "x"}, "请选择账号"),
        ({"scopes": []}, "至少勾选一项"),
        ({"scopes": ["all"]}, "至少勾选一项"),
        ({"scopes": ["audit:read"]}, "没有其中某些权限"),
    ):
        answer = browser.send("/staff/keys", "/staff/keys", {**good, **change})
        assert answer.status_code == 422
        assert told in text_of(answer)


def fail(desk: FrontDesk, case: Case) -> OutboxEntry:
    zong = desk.hire(f"zong{case.id}")

    def send(uow: UnitOfWork) -> OutboxEntry:
        reply_to_citizen(case, "好的", uow, staff=zong, now=desk.now)
        claimed = uow.outbox.claim("t", list(ChannelName), now=desk.now, lease=timedelta(minutes=1), limit=50)
        (entry,) = (one for one in claimed if one.kind is OutboxKind.STAFF)
        result = DeliveryResult(DeliveryOutcome.PERMANENT, "550 <mailbox> full")
        return record_delivery(entry, result, uow, office=desk.context.office, now=desk.now)

    return desk.store.write(send)


def test_failed_deliveries_are_listed_with_every_try_and_sent_again_by_one_click(
    desk: FrontDesk, browser: Browser
) -> None:
    case = desk.receive("路灯坏了", channel=ChannelName.EMAIL, address="jia@mail.example").case
    entry = fail(desk, case)
    page = browser.open("/staff/outbox")
    assert "550 &lt;mailbox&gt; full" in page.text
    assert "永久失败" in text_of(page)
    assert case.reference in page.text
    assert "jia@mail.example" in page.text
    browser.send("/staff/outbox", f"/staff/outbox/{entry.id}/retry")
    with desk.store.read() as uow:
        assert uow.outbox.get(entry.id).state is OutboxState.DUE
    assert "没有发送失败的信息" in text_of(browser.open("/staff/outbox"))
    assert "工作人员回复" in text_of(browser.open("/staff/outbox?view=due"))
    assert browser.send("/staff/outbox", f"/staff/outbox/{entry.id}/retry").status_code == 409


def test_a_clerk_sends_again_only_what_belongs_to_the_own_cases(desk: FrontDesk) -> None:
    desk.hire("jiao", Role.HANDLER, "traffic-police")
    own = fail(desk, desk.receive("违章", unit="traffic-police", channel=ChannelName.EMAIL, address="a@m.example").case)
    foreign = fail(desk, desk.receive("签证", unit="exit-entry", channel=ChannelName.EMAIL, address="b@m.example").case)
    with signed_in(desk, "jiao") as browser:
        assert browser.send("/staff/queue", f"/staff/outbox/{own.id}/retry").status_code == 303
        assert browser.send("/staff/queue", f"/staff/outbox/{foreign.id}/retry").status_code == 403
