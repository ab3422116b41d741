"""Held and shunted messages over the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.inbox import Arrival, ClerkDecision, InboxState, RawMail, Reading
from casework.message import InboxId
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from tests.admin_api.api_desk import MONDAY, Desk, running_desk

DATA = b"From: citizen@example.org\r\nSubject: test\r\n\r\nhello"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


def set_aside(desk: Desk, state: InboxState = InboxState.HELD, *, external_id: str = "m1") -> InboxId:
    def work(uow: UnitOfWork) -> InboxId:
        mail = RawMail("citizen@example.org", ("desk@example.org",), DATA)
        arrival = Arrival(ChannelName.EMAIL, external_id, "citizen@example.org", MONDAY, raw_mail=mail)
        inbox_id, _ = uow.inbox.add(arrival)
        reading = Reading("citizen@example.org", "咨询", "你好", "<p>你好</p>", ("a.pdf",), ("bulk",))
        error = "ValueError at parsing" if state is InboxState.SHUNTED else ""
        uow.inbox.finish(inbox_id, state, now=MONDAY, reading=reading, error=error)
        return inbox_id

    return desk.store.write(work)


def test_held_and_shunted_messages_are_listed_latest_first(desk: Desk) -> None:
    held = set_aside(desk)
    shunted = set_aside(desk, InboxState.SHUNTED, external_id="m2")
    set_aside(desk, InboxState.HANDLED, external_id="m3")
    listed = desk.get("/triage").json()["items"]
    assert [(item["id"], item["state"]) for item in listed] == [(shunted, "shunted"), (held, "held")]
    assert listed[0]["error"] == "ValueError at parsing"
    assert [item["id"] for item in desk.get("/triage", state="held").json()["items"]] == [held]
    first = desk.get("/triage", limit=1).json()
    second = desk.get("/triage", limit=1, cursor=first["next_cursor"]).json()
    assert [page["items"][0]["id"] for page in (first, second)] == [shunted, held]
    assert second["next_cursor"] is None


def test_refused_messages_are_listed_when_asked_for_and_accepted_only_by_who_knows_it(desk: Desk) -> None:
    set_aside(desk)
    refused = set_aside(desk, InboxState.REFUSED, external_id="m2")
    listed = desk.get("/triage", state="refused").json()["items"]
    assert [(item["id"], item["state"], item["reasons"]) for item in listed] == [(refused, "refused", ["bulk"])]
    path = f"/triage/{refused}/decision"
    assert desk.post(path, {"decision": "accept"}).status_code == 409
    assert desk.post(path, {"decision": "refuse", "was_refused": True}).status_code == 409
    assert desk.post(path, {"decision": "accept", "was_refused": True}).json()["state"] == "received"


def test_a_message_is_shown_with_reasons_and_its_mail_can_be_saved(desk: Desk) -> None:
    held = set_aside(desk)
    shown = desk.get(f"/triage/{held}").json()
    assert (shown["text"], shown["reasons"], shown["attachment_names"]) == ("你好", ["bulk"], ["a.pdf"])
    mail = desk.get(f"/triage/{held}/mail")
    assert mail.content == DATA
    assert mail.headers["Content-Disposition"].startswith("attachment")


def test_a_shunted_message_is_replayed_by_one_call(desk: Desk) -> None:
    shunted = set_aside(desk, InboxState.SHUNTED)
    answer = desk.post(f"/triage/{shunted}/decision", {"decision": "replay"})
    assert answer.status_code == 200
    assert answer.json()["decision"] == "replay"
    with desk.store.read() as uow:
        entry = uow.inbox.get(shunted)
    assert (entry.state, entry.decision) == (InboxState.RECEIVED, ClerkDecision.REPLAY)
    assert len(desk.wakes) == 1
    assert desk.post(f"/triage/{shunted}/decision", {"decision": "replay"}).status_code == 409


def test_a_message_is_joined_to_a_case_that_exists(desk: Desk) -> None:
    held, case = set_aside(desk), desk.open_case()
    path = f"/triage/{held}/decision"
    assert desk.post(path, {"decision": "join"}).status_code == 422
    assert desk.post(path, {"decision": "join", "reference": "ZMD-2026-000999-9"}).status_code == 422
    assert desk.post(path, {"decision": "accept", "reference": case.reference}).status_code == 422
    assert desk.post(path, {"decision": "join", "reference": case.reference.lower()}).status_code == 200
    with desk.store.read() as uow:
        assert uow.inbox.get(held).decided_case_id == case.id


def test_blocking_refuses_the_message_and_its_sender(desk: Desk) -> None:
    held = set_aside(desk)
    answer = desk.post(f"/triage/{held}/decision", {"decision": "block"}, desk.key_for(desk.officer))
    assert answer.json()["state"] == "refused"
    with desk.store.read() as uow:
        assert uow.doors.is_blocked(Address(ChannelName.EMAIL, "citizen@example.org"))


@pytest.mark.parametrize("body", [{"decision": "burn"}, {}, {"decision": None}])
def test_a_decision_that_does_not_exist_is_refused(desk: Desk, body: object) -> None:
    assert desk.post(f"/triage/{set_aside(desk)}/decision", body).status_code == 422


def test_a_decision_on_nothing_is_not_found(desk: Desk) -> None:
    assert desk.post("/triage/77/decision", {"decision": "accept"}).status_code == 404
