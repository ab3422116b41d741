"""The outbox over the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from admin_api.signing_in import ask_for_reset
from casework.kinds import CaseKind
from casework.message import Reply
from casework.outbox import DeliveryOutcome, DeliveryResult, OutboxEntry, OutboxKind, OutboxState
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from casework.references import make_query_code
from tests.admin_api.api_desk import MONDAY, Desk, running_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


def fail_a_reply(desk: Desk) -> OutboxEntry:
    case = desk.open_case()
    desk.post(f"/cases/{case.reference}/replies", {"text": "请携带户口簿。"})

    def work(uow: UnitOfWork) -> OutboxEntry:
        later = MONDAY + timedelta(hours=1)
        (entry,) = uow.outbox.claim("test", [ChannelName.WEB_CHAT], now=later, lease=timedelta(minutes=1), limit=10)
        return uow.outbox.record(entry.id, DeliveryResult(DeliveryOutcome.PERMANENT, "gone"), now=later)

    return desk.store.write(work)


def test_a_failed_entry_is_shown_with_its_receipts_and_sent_again(desk: Desk) -> None:
    entry = fail_a_reply(desk)
    assert entry.state is OutboxState.FAILED
    listed = desk.get("/outbox", state="failed").json()["items"]
    assert [item["id"] for item in listed] == [entry.id]
    shown = desk.get(f"/outbox/{entry.id}").json()
    assert shown["text"] == "请携带户口簿。"
    assert [(receipt["outcome"], receipt["detail"]) for receipt in shown["receipts"]] == [("permanent", "gone")]
    wakes = len(desk.wakes)
    again = desk.post(f"/outbox/{entry.id}/retry", {})
    assert (again.status_code, again.json()["state"]) == (200, "due")
    assert len(desk.wakes) == wakes + 1
    assert desk.post(f"/outbox/{entry.id}/retry", {}).status_code == 409


def test_entries_are_listed_latest_first_and_page_by_page(desk: Desk) -> None:
    for number in range(3):
        # The notice of an urgent case has a mail of its own; others may be joined.
        desk.open_case(writer=f"web-{number}", kind=CaseKind.CRIME_REPORT)
    ids = [item["id"] for item in desk.get("/outbox").json()["items"]]
    assert len(ids) == 3
    assert ids == sorted(ids, reverse=True)
    first = desk.get("/outbox", limit=2).json()
    second = desk.get("/outbox", limit=2, cursor=first["next_cursor"]).json()
    assert [item["id"] for item in first["items"] + second["items"]] == ids


def test_what_opens_a_case_or_an_account_is_not_shown_to_the_desk(desk: Desk) -> None:
    code, key = make_query_code(), desk.key_for(desk.officer)
    ask_for_reset("administrator", desk.context, site="https://desk.example")

    def tell_the_code(uow: UnitOfWork) -> None:
        reply = Reply(f"查询码：{code}", key="file_complaint.filed")
        uow.outbox.add(OutboxKind.RECEIPT, Address(ChannelName.WEB_CHAT, "web-1"), reply, language="zh", now=MONDAY)

    desk.store.write(tell_the_code)
    shown = [desk.get(f"/outbox/{item['id']}", key).json() for item in desk.get("/outbox", key).json()["items"]]
    assert [(entry["wording"], entry["text"]) for entry in shown] == [
        ("file_complaint.filed", "查询码：•••••-•••••"),
        ("notice.reset", ""),
    ]
