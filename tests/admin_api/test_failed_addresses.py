"""Addresses that were not reached: what the other side said, whom it concerns, and writing there again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from casework.actions.correspondence import record_delivery, reply_to_citizen
from casework.case import Case
from casework.events import EventName
from casework.outbox import LEASE_FOR, DeliveryOutcome, DeliveryResult
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from casework.staff import Role
from tests.admin_api.api_desk import Desk, running_desk
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk

WU = Address(ChannelName.EMAIL, "wu@mail.example")
GONE = DeliveryResult(DeliveryOutcome.PERMANENT, "550 5.1.1 no such mailbox", address_is_dead=True)
LATER = DeliveryResult(DeliveryOutcome.TEMPORARY, "452 4.2.2 mailbox full")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("zong", Role.INTAKE)
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "zong") as browser:
        yield browser


def answer_and_fail(desk: FrontDesk, result: DeliveryResult, *, address: str = WU.value) -> Case:
    case = desk.receive("路灯坏了", channel=ChannelName.EMAIL, address=address).case
    staff = desk.hire(f"liu-{address.partition('@')[0]}", Role.INTAKE)

    def fail(uow: UnitOfWork) -> None:
        reply_to_citizen(uow.cases.get(case.id), "您好", uow, staff=staff, now=desk.now)
        for entry in uow.outbox.claim("w", [ChannelName.EMAIL], now=desk.now, lease=LEASE_FOR, limit=9):
            said = result if entry.to.value == address else DeliveryResult(DeliveryOutcome.DELIVERED)
            record_delivery(entry, said, uow, office=desk.context.office, now=desk.now)

    desk.store.write(fail)
    return case


def test_a_failed_address_is_listed_with_the_other_servers_words_and_its_cases(
    desk: FrontDesk, browser: Browser
) -> None:
    assert "没有无法送达的地址" in text_of(browser.open("/staff/failed-addresses"))
    case = answer_and_fail(desk, GONE)
    said = text_of(browser.open("/staff/failed-addresses"))
    for words in (
        "wu@mail.example",
        "永久失败",
        "550 5.1.1 no such mailbox",
        case.reference,
        "共 1 次",
        "标为无法送达",
    ):
        assert words in said
    assert 'href="/staff/failed-addresses"' in browser.open("/staff/outbox").text


def test_a_temporary_failure_stops_nothing(desk: FrontDesk, browser: Browser) -> None:
    answer_and_fail(desk, LATER)
    said = text_of(browser.open("/staff/failed-addresses"))
    assert "暂时失败" in said
    assert "可以发信" in said
    assert "允许再次发信" not in said


def test_mail_is_allowed_again_by_a_clerk_and_the_ledger_says_who(desk: FrontDesk, browser: Browser) -> None:
    case = answer_and_fail(desk, GONE)
    with desk.store.read() as uow:
        (failed,) = uow.parties.list_failed(limit=9)
    action = f"/staff/failed-addresses/{failed.id}/allow"
    assert browser.client.post(action, follow_redirects=False).status_code == 403
    assert browser.send("/staff/failed-addresses", action).status_code == 303
    with desk.store.read() as uow:
        assert uow.parties.undeliverable_since(WU) is None
        zong = uow.accounts.find_staff("zong")
        (event,) = [one for one in uow.cases.events(case.id) if one.name is EventName.ADDRESS_ALLOWED]
    assert zong is not None
    assert event.actor == f"staff:{zong[0].id}"
    said = text_of(browser.open("/staff/failed-addresses"))
    assert "由zong（示例）允许再次发信" in said
    assert "允许再次向来信人的地址发信" in text_of(browser.open(f"/staff/cases/{case.reference}"))
    assert browser.send("/staff/failed-addresses", "/staff/failed-addresses/999/allow").status_code == 404


def test_the_latest_failure_stands_first_and_older_ones_on_later_pages(desk: FrontDesk, browser: Browser) -> None:
    for number in range(27):
        address = Address(ChannelName.EMAIL, f"x{number}@mail.example")
        desk.store.write(
            lambda uow, to=address: uow.parties.note_failure(to, "550", permanent=True, now=desk.now)  # type: ignore[misc]
        )
        desk.wait(timedelta(minutes=1 if number % 2 else 0))
    first = browser.open("/staff/failed-addresses").text
    assert first.count("@mail.example") == 25
    assert first.index("x26@") < first.index("x25@") < first.index("x2@")
    later = first.partition('<nav class="pages">')[2].partition('href="')[2].partition('"')[0]
    rest = browser.open(later).text
    assert "x1@mail.example" in rest
    assert "x0@mail.example" in rest
    assert "x2@mail.example" not in rest


def test_clerks_of_a_unit_do_not_see_them(desk: FrontDesk) -> None:
    desk.hire("jing", Role.HANDLER, "exit-entry")
    with signed_in(desk, "jing") as clerk:
        assert clerk.open("/staff/failed-addresses").status_code == 403


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


def test_the_api_lists_failed_addresses_and_allows_mail_again(api: Desk) -> None:
    now = api.context.clock()
    for value in ("a@mail.example", "b@mail.example"):
        address = Address(ChannelName.EMAIL, value)
        api.store.write(
            lambda uow, to=address: uow.parties.note_failure(to, "550 5.1.1", permanent=True, now=now)  # type: ignore[misc]
        )
    first = api.get("/failed-addresses", limit=1).json()
    second = api.get("/failed-addresses", limit=1, cursor=first["next_cursor"]).json()
    shown = [page["items"][0] for page in (first, second)]
    assert [one["address"]["value"] for one in shown] == ["b@mail.example", "a@mail.example"]
    assert (shown[0]["detail"], shown[0]["is_permanent"], shown[0]["failures"]) == ("550 5.1.1", True, 1)
    path = f"/failed-addresses/{shown[0]['id']}/allow"
    allowed = api.post(path, {}, once="allow").json()
    assert allowed["allowed_by"] == api.administrator.id
    assert api.post(path, {}, once="allow").json() == allowed
    assert api.post("/failed-addresses/999/allow", {}).status_code == 404
    assert api.get("/failed-addresses", key=api.key_for(api.clerk)).status_code == 403
