"""Cases over the API: the queue, one case, and every move on it."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from admin_api.api.authentication import Scope
from admin_api.packing.verify import faults_of, read_pack
from casework.actions.own_case import decide_publication
from casework.case import CaseStatus
from casework.kinds import CaseKind
from casework.outbox import OutboxKind, OutboxState
from casework.staff import Role
from tests.admin_api.api_desk import Desk, add_staff, running_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


def test_a_case_is_shown_with_its_events_messages_and_deadline(desk: Desk) -> None:
    case = desk.open_case("三号窗口没有一次性告知材料。")
    shown = desk.get(f"/cases/{case.reference}")
    body = shown.json()
    assert shown.status_code == 200
    assert shown.headers["ETag"] == f'"{case.version}"'
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert [event["name"] for event in body["events"]] == ["case.opened", "deadline.set"]
    assert [message["text"] for message in body["messages"]] == ["三号窗口没有一次性告知材料。"]
    assert body["deadline"] == {
        "due_on": "2026-12-08",
        "days_left": 15,
        "start_on": "2026-11-23",
        "number": 15,
        "unit": "calendar_day",
        "basis": "不能当场告知的，自收到之日起15日内书面告知受理、转送去向或者应向何处提出",
    }
    assert body["party"]["name"] == "测试市民甲"
    assert "upheld" in body["allowed_dispositions"]


def test_a_reference_is_read_in_any_spelling_that_citizens_are_forgiven(desk: Desk) -> None:
    reference = desk.open_case().reference
    sloppy = reference.lower().replace("-", " ").replace("0", "o")
    assert desk.get(f"/cases/{sloppy}").json()["reference"] == reference


@pytest.mark.parametrize("reference", ["ZMD-2026-000999-9", "nonsense", "ZMD-2026-000001-0", "%00", "x" * 60])
def test_an_unknown_reference_is_not_found(desk: Desk, reference: str) -> None:
    desk.open_case()
    answer = desk.get(f"/cases/{reference}")
    assert answer.status_code == 404
    assert "reference" in answer.json()["detail"]


def test_the_queue_is_filtered_and_searched(desk: Desk) -> None:
    complaint = desk.open_case("护照窗口的投诉")
    suggestion = desk.open_case("建议增加叫号屏", kind=CaseKind.SUGGESTION, unit="household", writer="web-2")

    def found(**query: Any) -> list[str]:
        return [item["reference"] for item in desk.get("/cases", **query).json()["items"]]

    assert set(found()) == {complaint.reference, suggestion.reference}
    assert found(kind="suggestion") == [suggestion.reference]
    assert found(unit="exit-entry") == [complaint.reference]
    assert set(found(unit="bureau")) == {complaint.reference, suggestion.reference}
    assert found(q="叫号屏") == [suggestion.reference]
    assert found(status="closed") == []
    assert found(unassigned=True, kind="complaint") == [complaint.reference]
    assert found(assignee=desk.clerk.id) == []
    assert found(unit="no-such-unit") == []


def test_the_queue_is_read_page_by_page_without_gap_or_repeat(desk: Desk) -> None:
    references = {desk.open_case(f"第{number}件", writer=f"web-{number}").reference for number in range(7)}
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(4):
        page = desk.get("/cases", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [item["reference"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert len(seen) == 7
    assert set(seen) == references


def test_a_misspelt_filter_is_refused_instead_of_ignored(desk: Desk) -> None:
    answer = desk.get("/cases", sttaus="new")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "query/sttaus"


def test_assigning_gives_the_case_to_an_account_and_is_kept_in_the_history(desk: Desk) -> None:
    case = desk.open_case()
    answer = desk.post(f"/cases/{case.reference}/assignments", {"staff_id": desk.clerk.id})
    assert answer.status_code == 200
    assert answer.json()["assignee"] == desk.clerk.id
    assert answer.json()["status"] == "in_progress"
    desk.post(f"/cases/{case.reference}/transfers", {"unit": "household", "reason": "属于户籍业务"})
    history = desk.get(f"/cases/{case.reference}/assignments").json()["items"]
    assert [(row["staff_id"], row["from_unit"], row["unit"], row["reason"]) for row in history] == [
        (desk.clerk.id, None, None, None),
        (None, "exit-entry", "household", "属于户籍业务"),
    ]
    assert {row["by"] for row in history} == {f"staff:{desk.administrator.id}"}


def test_a_case_is_given_to_nobody_who_could_not_see_it(desk: Desk) -> None:
    case = desk.open_case(unit="household")
    refused = desk.post(f"/cases/{case.reference}/assignments", {"staff_id": desk.clerk.id})
    assert refused.status_code == 422
    assert "transfer" in refused.json()["detail"]
    assert desk.reload(case).assignee is None


@pytest.mark.parametrize(
    ("move", "body"),
    [
        ("assignments", {"staff_id": 999}),
        ("transfers", {"unit": "no-such-unit", "reason": "x"}),
        ("transfers", {"unit": "household", "reason": "  "}),
        ("transfers", {"unit": "exit-entry", "reason": "already there"}),
        ("notes", {"text": " "}),
        ("replies", {"text": ""}),
        ("replies", {"text": "a\x00b"}),
        ("replies", {"text": "x", "attachments": [{"name": "a", "content": "no base64!"}]}),
        ("replies", {"text": "x" * 50_001}),
        ("close", {"disposition": "adopted"}),
        ("close", {"disposition": "no-such-ending"}),
        ("notes", {"text": "x", "surplus": 1}),
        ("notes", {}),
        ("notes", []),
    ],
)
def test_a_move_that_makes_no_sense_is_rejected_and_leaves_no_event(desk: Desk, move: str, body: object) -> None:
    case = desk.open_case()
    answer = desk.post(f"/cases/{case.reference}/{move}", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]
    assert desk.reload(case).version == case.version


def test_a_reply_goes_to_the_outbox_with_its_files_and_wakes_the_jobs(desk: Desk) -> None:
    case = desk.open_case()
    pdf = b"%PDF-1.4 invented"
    body = {
        "text": "请携带户口簿。",
        "attachments": [{"name": "../清单.pdf", "content": base64.b64encode(pdf).decode()}],
    }
    answer = desk.post(f"/cases/{case.reference}/replies", body)
    assert answer.status_code == 201
    (kept,) = answer.json()["attachments"]
    assert (kept["name"], kept["content_type"], kept["size"]) == ("清单.pdf", "application/pdf", len(pdf))
    assert desk.context.blobs.get(kept["sha256"]) == pdf
    with desk.store.read() as uow:
        entries = [entry for entry in uow.outbox.list([OutboxState.DUE], limit=10) if entry.kind is OutboxKind.STAFF]
    assert [entry.reply.text for entry in entries] == ["请携带户口簿。"]
    assert len(desk.wakes) == 1
    assert desk.reload(case).status is CaseStatus.WAITING


def test_a_reply_of_20000_characters_arrives_whole(desk: Desk) -> None:
    case = desk.open_case()
    text = "很长的答复。" * 3333 + "完"
    assert desk.post(f"/cases/{case.reference}/replies", {"text": text}).status_code == 201
    assert desk.messages_of(case)[-1].text == text


def test_a_note_stays_inside(desk: Desk) -> None:
    case = desk.open_case()
    answer = desk.post(f"/cases/{case.reference}/notes", {"text": "已核实。"})
    assert answer.json()["direction"] == "note"
    with desk.store.read() as uow:
        assert all(entry.kind is OutboxKind.NOTICE for entry in uow.outbox.list(list(OutboxState), limit=10))


def test_a_case_is_closed_and_opened_again(desk: Desk) -> None:
    case = desk.open_case()
    closed = desk.post(f"/cases/{case.reference}/close", {"disposition": "upheld", "reason": "属实"}).json()
    assert (closed["status"], closed["disposition"], closed["days_left"]) == ("closed", "upheld", None)
    assert desk.post(f"/cases/{case.reference}/close", {"disposition": "upheld"}).status_code == 409
    assert desk.post(f"/cases/{case.reference}/notes", {"text": "仍可记录"}).status_code == 201
    opened = desk.post(f"/cases/{case.reference}/reopen", {"reason": "市民来电"}).json()
    assert (opened["status"], opened["disposition"]) == ("new", None)


def test_taking_over_and_giving_back_shows_who_speaks(desk: Desk) -> None:
    case = desk.open_case()
    desk.post(f"/cases/{case.reference}/take-over", {})
    assert desk.get(f"/cases/{case.reference}").json()["taken_over_by"] == desk.administrator.id
    desk.post(f"/cases/{case.reference}/give-back", {})
    assert desk.get(f"/cases/{case.reference}").json()["taken_over_by"] is None


def test_a_write_made_from_an_old_version_is_a_conflict(desk: Desk) -> None:
    case = desk.open_case()
    path, old = f"/cases/{case.reference}/notes", case.version
    by_body = {"text": "一", "version": old}
    assert desk.post(path, by_body).status_code == 201
    refused = desk.post(path, by_body)
    assert refused.status_code == 409
    assert f"version {old + 1}" in refused.json()["detail"]
    assert desk.post(path, {"text": "二"}, **{"If-Match": f'"{old}"'}).status_code == 409
    assert desk.post(path, {"text": "二"}, **{"If-Match": f'"{old + 1}"'}).status_code == 201
    assert desk.post(path, {"text": "三"}, **{"If-Match": "*"}).status_code == 201
    assert desk.post(path, {"text": "四"}, **{"If-Match": "yesterday"}).status_code == 422


def test_writes_are_done_in_the_name_of_the_account_of_the_key(desk: Desk) -> None:
    case = desk.open_case()
    key = desk.key_for(desk.clerk, Scope.CASES_WRITE)
    note = desk.post(f"/cases/{case.reference}/notes", {"text": "已核实。"}, key)
    assert note.json()["staff_id"] == desk.clerk.id


def test_the_evidence_pack_is_given_to_who_may_verify_and_checks_out(desk: Desk, tmp_path: Path) -> None:
    case = desk.open_case("三号窗口没有一次性告知材料。")
    answer = desk.get(f"/cases/{case.reference}/pack")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    path = tmp_path / "pack.zip"
    path.write_bytes(answer.content)
    assert faults_of(read_pack(path)) == []
    assert "测试市民甲".encode() in read_of(answer.content, "case.json")
    unnamed = desk.get(f"/cases/{case.reference}/pack", names=False)
    assert "测试市民甲".encode() not in read_of(unnamed.content, "case.json")
    assert desk.get(f"/cases/{case.reference}/pack", desk.key_for(desk.officer)).status_code == 403


def test_a_case_is_held_and_let_go_over_the_api_by_who_may_verify(desk: Desk) -> None:
    case = desk.open_case()
    path, inspector = f"/cases/{case.reference}", desk.key_for(add_staff(desk.store, "ji", Role.INSPECTOR, "bureau"))
    reason = {"reason": "行政诉讼"}
    assert "hold" in desk.get(f"{path}/handling", inspector).json()["steps"]
    assert desk.post(f"{path}/steps/hold", reason, desk.key_for(desk.officer)).status_code == 403
    assert desk.post(f"{path}/steps/hold", {"reason": " "}, inspector).status_code == 422
    assert desk.post(f"{path}/steps/hold", reason, inspector).status_code == 200
    assert desk.post(f"{path}/steps/hold", reason, inspector).status_code == 409
    handling = desk.get(f"{path}/handling", inspector).json()
    assert "held" in handling["marks"]
    assert "release" in handling["steps"]
    assert desk.post(f"{path}/steps/release", reason, inspector).status_code == 200
    assert desk.post(f"{path}/steps/release", reason, inspector).status_code == 409
    told = [(one["name"], one["text"]) for one in desk.get(path, inspector).json()["events"][-2:]]
    assert told == [("case.held", "行政诉讼"), ("case.released", "行政诉讼")]


def test_a_public_result_is_taken_back_over_the_api_with_the_reason(desk: Desk) -> None:
    case = desk.open_case("建议增加叫号屏", kind=CaseKind.CONSULTATION)
    path, officer = (
        f"/cases/{case.reference}",
        desk.key_for(add_staff(desk.store, "fawu", Role.DISCLOSURE_OFFICER, "bureau")),
    )
    desk.post(f"{path}/close", {"disposition": "answered"})
    desk.store.write(
        lambda uow: decide_publication(
            uow.cases.get(case.id), uow, office=desk.context.office, given=True, now=desk.context.clock()
        )
    )
    taking_back = f"{path}/steps/withdraw_result"
    assert desk.post(taking_back, {"reason": "内容有误"}, officer).status_code == 409
    result = {"title": "叫号屏", "matter": "建议增加叫号屏", "words": "已经增加"}
    assert desk.post(f"{path}/steps/publish_result", result, officer).status_code == 200
    assert desk.post(taking_back, {"reason": "内容有误"}, desk.key_for(desk.clerk)).status_code == 403
    assert desk.post(taking_back, {"reason": " "}, officer).status_code == 422
    assert desk.post(taking_back, {"reason": "内容有误"}, officer).status_code == 200
    with desk.store.read() as uow:
        assert uow.cases.get(case.id).published_at is None
        assert uow.cases.events(case.id)[-1].text == "内容有误"


def read_of(pack: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(pack)) as file:
        return file.read(next(one for one in file.namelist() if one.endswith(name)))
