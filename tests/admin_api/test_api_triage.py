"""Held and shunted messages over the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.inbox import Arrival, ClerkDecision, InboxState, RawMail, Reading
from casework.message import Attachment, InboxId
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


def test_the_list_is_narrowed_by_reason_and_sender(desk: Desk) -> None:
    held = set_aside(desk)
    assert [item["id"] for item in desk.get("/triage", reason="bulk", sender="CITIZEN@").json()["items"]] == [held]
    for query in ({"reason": "bul"}, {"sender": "nobody"}):
        assert desk.get("/triage", **query).json()["items"] == []


def test_many_are_decided_on_at_once_and_each_is_told_of(desk: Desk) -> None:
    first, second = set_aside(desk), set_aside(desk, external_id="m2")
    wish = {"ids": [first, second, 9999], "decision": "refuse"}
    told = desk.post("/triage/decisions", wish, once="many").json()["results"]
    assert [(one["id"], one["done"], one["obstacle"]) for one in told] == [
        (first, True, None),
        (second, True, None),
        (9999, False, "gone"),
    ]
    assert desk.post("/triage/decisions", wish, once="many").json()["results"] == told
    assert [one["obstacle"] for one in desk.post("/triage/decisions", wish).json()["results"]][:2] == ["conflict"] * 2
    back = desk.post("/triage/put-back", {"ids": [first, second]}).json()["results"]
    assert [one["done"] for one in back] == [True, True]
    assert [item["state"] for item in desk.get("/triage").json()["items"]] == ["held", "held"]


@pytest.mark.parametrize(
    "wish",
    [{"ids": [], "decision": "refuse"}, {"ids": [1], "decision": "join"}, {"ids": [1], "decision": "split"}],
    ids=["none", "join", "split"],
)
def test_some_decisions_are_not_for_many(desk: Desk, wish: dict[str, object]) -> None:
    assert desk.post("/triage/decisions", wish).status_code == 422


def set_aside_letter(desk: Desk, text: str) -> InboxId:
    inbox_id = set_aside(desk)
    reading = Reading("citizen@example.org", "两件事", text, words=text, quoted="旧文", quoted_author="某人")
    desk.store.write(lambda uow: uow.inbox.finish(inbox_id, InboxState.HELD, now=MONDAY, reading=reading))
    return inbox_id


def test_a_letter_is_split_by_its_paragraphs_once(desk: Desk) -> None:
    inbox_id = set_aside_letter(desk, "您好：\n\n一、路灯坏了。\n\n二、办护照要多少钱？")
    pieces = desk.get(f"/triage/{inbox_id}/pieces").json()
    assert [(one["place"], one["text"], one["guess"]) for one in pieces["items"]] == [
        (0, "您好：", 0),
        (1, "一、路灯坏了。", 1),
        (2, "二、办护照要多少钱？", 2),
    ]
    wish = {"parts": [{"pieces": [1], "kind": "complaint"}, {"pieces": [2]}]}
    answer = desk.post(f"/triage/{inbox_id}/split", wish, once="split")
    assert (answer.status_code, answer.json()["decision"]) == (200, "split")
    assert answer.json()["decided_by"] == desk.administrator.id
    assert desk.post(f"/triage/{inbox_id}/split", wish, once="split").json() == answer.json()
    assert desk.post(f"/triage/{inbox_id}/split", wish).status_code == 409
    with desk.store.read() as uow:
        parts = uow.inbox.get(inbox_id).parts
    assert [part.text for part in parts] == ["您好：\n\n一、路灯坏了。", "您好：\n\n二、办护照要多少钱？"]
    assert [part.title for part in parts] == ["路灯坏了。", "办护照要多少钱？"]


@pytest.mark.parametrize(
    "parts",
    [
        [{"pieces": [1]}],
        [{"pieces": [1]}, {"pieces": [1]}],
        [{"pieces": [1]}, {"pieces": [150]}],
        [{"pieces": [0]}, {"pieces": [1], "reference": "ZMD-2026-999999-9"}],
    ],
    ids=["one part", "a part without a piece", "a piece that is not there", "a case that is not there"],
)
def test_a_split_that_cannot_be_meant_changes_nothing(desk: Desk, parts: list[dict[str, object]]) -> None:
    inbox_id = set_aside_letter(desk, "一件事。\n\n另一件事。")
    assert desk.post(f"/triage/{inbox_id}/split", {"parts": parts}).status_code == 422
    assert desk.get(f"/triage/{inbox_id}").json()["state"] == "held"
    assert desk.post(f"/triage/{inbox_id}/decision", {"decision": "split"}).status_code == 422


def test_a_held_letter_is_given_in_its_parts_and_its_files_are_downloaded(desk: Desk) -> None:
    inbox_id = set_aside_letter(desk, "新的话")
    shown = desk.get(f"/triage/{inbox_id}").json()
    assert (shown["words"], shown["quoted"], shown["quoted_author"]) == ("新的话", "旧文", "某人")
    sha256 = desk.context.blobs.put(b"%PDF-1.4")
    files = (Attachment("a.pdf", "application/pdf", 8, sha256),)
    reading = Reading("citizen@example.org", "x", attachments=files)
    desk.store.write(lambda uow: uow.inbox.finish(inbox_id, InboxState.HELD, now=MONDAY, reading=reading))
    (file,) = desk.get(f"/triage/{inbox_id}").json()["attachments"]
    answer = desk.get(f"/triage/{inbox_id}/attachments/{file['sha256']}")
    assert answer.content == b"%PDF-1.4"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert desk.get(f"/triage/{inbox_id}/attachments/abc").status_code == 404


def test_the_evidence_and_the_proof_of_the_sender_are_told(desk: Desk) -> None:
    case = desk.open_case()
    held = set_aside(desk)
    found = [{"kind": "case_reference", "weight": 70, "case": case.id}]
    facts = {
        "match": {"rows": [["case_reference", 70], ["authentication_fail", -80]], "total": -10, "sure_from": 50},
        "authentication": {"by": "mx.example", "is_own": True, "results": {"dmarc": "fail"}, "standing": "fail"},
    }
    facts["match"]["found"] = found
    desk.store.write(lambda uow: uow.inbox.finish(held, InboxState.HELD, now=MONDAY, facts=facts))
    told = desk.get(f"/triage/{held}").json()
    assert told["evidence"] == {
        "pointers": [{"kind": "case_reference", "weight": 70, "case": case.reference, "left_out": ""}],
        "standing": "fail",
        "standing_weight": -80,
        "total": -10,
        "sure_from": 50,
        "outcome": "not_sure",
    }
    assert told["authentication"]["results"] == [{"method": "dmarc", "result": "fail", "domains": []}]
    assert told["authentication"]["is_own"] is True


def test_an_archive_is_listed_apart_when_that_is_asked(desk: Desk) -> None:
    today, old = set_aside(desk), set_aside(desk, external_id="m2")
    unread = set_aside(desk, InboxState.SHUNTED, external_id="m3")
    reading = Reading("citizen@example.org", "咨询", "你好", reasons=("reason.archived",))
    desk.store.write(lambda uow: uow.inbox.finish(old, InboxState.HELD, now=MONDAY, reading=reading))

    def listed(**query: str) -> list[int]:
        return [item["id"] for item in desk.get("/triage", **query).json()["items"]]

    assert listed() == [unread, old, today]
    assert listed(archived="false") == [unread, today]
    assert listed(archived="true") == [old]
