"""Covering documents over the API: boxes in shares of the page, and the redacted PDF out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from casework.attaching import keep_file
from casework.case import Case
from casework.kinds import CaseKind
from casework.papers.covering import faults_of
from casework.staff import Role, Staff
from tests.admin_api.api_desk import Desk, add_staff, running_desk
from tests.casework.papers_to_cover import SECRET, a_document, everything_in, spellings

BOX = {"page": 1, "left": 0.1, "top": 0.08, "right": 0.3, "bottom": 0.12, "ground": "trade_secret"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


@pytest.fixture
def handler(desk: Desk) -> Staff:
    return add_staff(desk.store, "handler", Role.HANDLER, "exit-entry")


@pytest.fixture
def case(desk: Desk) -> Case:
    return desk.open_case("申请公开登记表", kind=CaseKind.DISCLOSURE_APPLICATION)


def a_request(**changed: Any) -> dict[str, Any]:
    content = b64encode(a_document()).decode()
    return {"name": "a.pdf", "content": content, "boxes": [BOX], **changed}


def test_a_document_is_redacted_in_one_request_and_fetched(desk: Desk, handler: Staff, case: Case) -> None:
    key, path = desk.key_for(handler), f"/cases/{case.reference}/redactions"
    answer = desk.post(path, a_request(words=[{"words": SECRET, "ground": "privacy"}]), key)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert told["withheld"] == [
        {"page": 1, "ground": "privacy", "article": "15", "boxes": 1},
        {"page": 1, "ground": "trade_secret", "article": "15", "boxes": 1},
    ]
    assert told["boxes"][0] == BOX
    assert desk.get(path, key).json() == {"items": [told]}
    pdf = desk.get(f"{path}/{told['document']}/redacted.pdf", key)
    assert pdf.headers["content-type"] == "application/pdf"
    assert faults_of(pdf.content, pages=1) == []
    assert not any(spelling in everything_in(pdf.content) for spelling in spellings(SECRET))
    assert SECRET not in pdf.headers["content-disposition"]
    draft = {"ending": "partly_disclosed", "words": "提供一页。", "redacted": [told["redacted"]]}
    assert desk.post(f"/cases/{case.reference}/steps/draft", draft, key).status_code == 200
    assert desk.get(f"/cases/{case.reference}/handling", key).json()["warnings"] == []


def test_a_partial_draft_without_a_redacted_document_is_warned_of(desk: Desk, handler: Staff, case: Case) -> None:
    key = desk.key_for(handler)
    draft = {"ending": "partly_disclosed", "words": "提供一页。"}
    assert desk.post(f"/cases/{case.reference}/steps/draft", draft, key).status_code == 200
    assert desk.get(f"/cases/{case.reference}/handling", key).json()["warnings"] == ["no_redacted_document"]


def test_boxes_are_saved_as_a_draft_and_replaced(desk: Desk, handler: Staff, case: Case) -> None:
    key, path = desk.key_for(handler), f"/cases/{case.reference}/redactions"
    first = desk.post(path, a_request(make=False), key).json()
    assert (first["redacted"], first["is_current"]) == (None, False)
    document = first["document"]
    assert desk.get(f"{path}/{document}/redacted.pdf", key).status_code == 404
    other = {**BOX, "left": 0.5, "right": 0.6}
    second = desk.post(path, {"sha256": document, "boxes": [other]}, key).json()
    assert second["boxes"] == [other]
    assert second["is_current"]
    assert len(desk.get(path, key).json()["items"]) == 1


def test_the_same_request_twice_redacts_once(desk: Desk, handler: Staff, case: Case) -> None:
    key, path = desk.key_for(handler), f"/cases/{case.reference}/redactions"
    wanted = a_request()
    first = desk.post(path, wanted, key, once="one")
    again = desk.post(path, wanted, key, once="one")
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(desk.messages_of(case)) == 3, "the application, the original and the redacted document"


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        pytest.param({"boxes": [{**BOX, "ground": "taste"}]}, 422, "is no ground of this regime", id="no ground"),
        pytest.param({"boxes": [{**BOX, "page": 2}]}, 422, "has 1 pages", id="no page"),
        pytest.param({"boxes": [{**BOX, "left": 0.4}]}, 422, "no area", id="no area"),
        pytest.param({"boxes": [{**BOX, "right": 1.5}]}, 422, "less than or equal to 1", id="off the page"),
        pytest.param({"boxes": []}, 422, "nothing is covered", id="nothing"),
        pytest.param({"content": "JVBERi0xLjc="}, 422, "print it to a new PDF", id="broken"),
        pytest.param({"sha256": "a" * 64}, 422, "either content or sha256", id="two documents"),
        pytest.param({"content": None, "sha256": "a" * 64}, 404, "has no file", id="no such file"),
        pytest.param({"version": 99}, 409, "is at version", id="another version"),
    ],
)
def test_what_cannot_be_redacted_is_refused_with_the_way_out(
    changed: dict[str, Any], status: int, says: str, desk: Desk, handler: Staff, case: Case
) -> None:
    answer = desk.post(f"/cases/{case.reference}/redactions", a_request(**changed), desk.key_for(handler))
    assert answer.status_code == status, answer.text
    assert says in answer.text
    assert len(desk.messages_of(case)) == 1


def test_only_who_may_draft_redacts_and_only_in_own_units(desk: Desk, case: Case) -> None:
    path = f"/cases/{case.reference}/redactions"
    auditor = add_staff(desk.store, "reader", Role.INSPECTOR, "bureau")
    assert desk.post(path, a_request(), desk.key_for(auditor)).status_code == 403
    outside = add_staff(desk.store, "outside", Role.HANDLER, "household")
    assert desk.post(path, a_request(), desk.key_for(outside)).status_code == 404
    assert desk.get(path, desk.key_for(outside)).status_code == 404
    complaint = desk.open_case(writer="web-9")
    inside = add_staff(desk.store, "inside", Role.HANDLER, "exit-entry")
    answer = desk.post(f"/cases/{complaint.reference}/redactions", a_request(), desk.key_for(inside))
    assert (answer.status_code, "applications for government information" in answer.text) == (422, True)


def test_a_file_of_another_case_cannot_be_taken(desk: Desk, handler: Staff, case: Case) -> None:
    file = keep_file("b.pdf", a_document(), desk.context.blobs)
    desk.open_case("另一件", kind=CaseKind.DISCLOSURE_APPLICATION, unit="household", writer="w2", attachments=[file])
    wanted = {"sha256": file.sha256, "boxes": [BOX]}
    answer = desk.post(f"/cases/{case.reference}/redactions", wanted, desk.key_for(handler))
    assert answer.status_code == 404
