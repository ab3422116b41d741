"""Mail servers and Telegram in trouble: what is due is tried again and arrives, what is refused is shown to staff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.running.audit import audit, wait_for_rest
from tests.running.citizens import a_letter, post
from tests.running.front_desk import RunningDesk, running_desk
from tests.running.product import wait_until
from tests.running.smarthost import Mood
from tests.running.visits import QUESTION
from tests.telegram_peer import Fault


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(tmp_path_factory.mktemp("trouble")) as running:
        yield running


def ask_by_mail(desk: RunningDesk, sender: str) -> None:
    post(desk.product, a_letter(f"请问{QUESTION}？", sender=sender, subject="咨询"), mail_from=sender)


def entries_to(desk: RunningDesk, address: str) -> list[dict[str, Any]]:
    """The outbox entries to an address, each with its receipts."""
    items = desk.api("GET", "/outbox?limit=100").json()["items"]
    found = [item["id"] for item in items if item["to"]["value"] == address]
    return [desk.api("GET", f"/outbox/{number}").json() for number in found]


def outcomes(desk: RunningDesk, address: str) -> list[str]:
    """How each try to reach an address ended."""
    return [receipt["outcome"] for entry in entries_to(desk, address) for receipt in entry["receipts"]]


def test_receipts_arrive_however_the_mail_server_behaves_and_lost_answers_are_counted(desk: RunningDesk) -> None:
    moods = {
        "slow@citizen.example": Mood.SLOW,
        "later@citizen.example": Mood.DEFERS,
        "silent@citizen.example": Mood.HANGS,
        "cut@citizen.example": Mood.DROPS,
        "unheard@citizen.example": Mood.LOSES_ANSWERS,
    }
    desk.smarthost.moods.update(moods)
    for sender in moods:
        ask_by_mail(desk, sender)
    for sender in moods:
        wait_until(lambda sender=sender: bool(outcomes(desk, sender)), f"a receipt of {sender}")  # type: ignore[misc]
    desk.smarthost.moods.clear()
    first = {sender: outcomes(desk, sender)[0] for sender in moods}
    assert first == {
        "slow@citizen.example": "delivered",
        "later@citizen.example": "temporary",
        # After the last octet nobody can know whether the letter was taken (RFC 1047).
        "silent@citizen.example": "unknown",
        "cut@citizen.example": "unknown",
        "unheard@citizen.example": "unknown",
    }
    wait_for_rest(desk.product.store_url)
    report = audit(desk.product.store_url, [], desk.smarthost, desk.telegram)
    assert report.violations == []
    times = {sender: len(desk.smarthost.to(sender)) for sender in moods}
    assert times == dict.fromkeys(moods, 1) | {"unheard@citizen.example": 2}
    repeats = {entry["to"]["value"]: entry["repeats"] for sender in moods for entry in entries_to(desk, sender)}
    assert repeats == {
        "slow@citizen.example": 0,
        "later@citizen.example": 0,
        "silent@citizen.example": 1,
        "cut@citizen.example": 1,
        "unheard@citizen.example": 1,
    }


def test_a_letter_that_the_mail_server_refuses_is_shown_to_staff_and_sent_on_their_word(desk: RunningDesk) -> None:
    sender = "refused@citizen.example"
    desk.smarthost.moods[sender] = Mood.REFUSES
    ask_by_mail(desk, sender)
    wait_until(lambda: bool(outcomes(desk, sender)), "a receipt")
    failed = desk.api("GET", "/outbox?state=failed").json()["items"]
    assert [item["to"]["value"] for item in failed] == [sender]
    assert failed[0]["last_error"].startswith("554")
    desk.smarthost.moods.clear()
    assert desk.api("POST", f"/outbox/{failed[0]['id']}/retry", {}).status_code == 200
    (letter,) = desk.smarthost.wait_for(sender)
    assert "120元" in letter.text
    wait_for_rest(desk.product.store_url)
    assert audit(desk.product.store_url, [], desk.smarthost, desk.telegram).violations == []


def test_answers_reach_telegram_after_429_and_5xx_and_lost_answers_are_counted(desk: RunningDesk) -> None:
    telegram = desk.telegram
    faults = {
        9101: Fault.too_many(2),
        9102: Fault.refused(500, "Internal Server Error"),
        9103: Fault(drop="before"),
        9104: Fault(drop="after"),
    }
    before = audit(desk.product.store_url, [], None).counts["repeats counted"]
    telegram.fail("getUpdates", Fault.refused(502, "Bad Gateway"))
    for chat_id, fault in faults.items():
        telegram.fail("sendMessage", fault)
        calls = len(telegram.calls("sendMessage"))
        telegram.citizen(chat_id).says(QUESTION)
        # One after the other, so that each citizen meets the fault that is meant.
        telegram.wait_for_calls("sendMessage", calls + 1)
    for chat_id in faults:
        telegram.wait_for_sent(1, chat_id, seconds=30)
    wait_for_rest(desk.product.store_url)
    report = audit(desk.product.store_url, [], desk.smarthost, telegram)
    assert report.violations == []
    assert {chat_id: len(telegram.sent(chat_id)) for chat_id in faults} == {9101: 1, 9102: 1, 9103: 1, 9104: 2}
    # Of a connection that was cut nobody knows whether the message had gone through.
    assert report.counts["repeats counted"] - before == 2
