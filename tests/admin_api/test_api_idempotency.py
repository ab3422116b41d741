"""A write that is sent twice happens once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_api.api.authentication import Scope
from tests.admin_api.api_desk import Desk, running_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


@pytest.fixture
def desk_on_both(tmp_path: Path, store_url: str) -> Iterator[Desk]:
    """PostgreSQL has several writers at once, where SQLite has one."""
    with running_desk(tmp_path, url=store_url) as running:
        yield running


def notes_of(desk: Desk, reference: str) -> list[str]:
    body = desk.get(f"/cases/{reference}").json()
    return [message["text"] for message in body["messages"] if message["direction"] == "note"]


def test_every_post_needs_an_idempotency_key(desk: Desk) -> None:
    document = desk.client.get("/api/v1/openapi.json").json()
    posts = [path for path, item in document["paths"].items() if "post" in item]
    assert "/api/v1/cases/{reference}/notes" in posts
    for path in posts:
        answer = desk.client.post(path.format_map(Ones()), json={}, headers=desk.headers())
        assert answer.status_code == 400, path
        assert "Idempotency-Key" in answer.json()["detail"]


class Ones(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "1"


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a b", "a\tb"])
def test_a_key_that_is_not_visible_ascii_is_refused(desk: Desk, key: str) -> None:
    case = desk.open_case()
    headers = {**desk.headers(), "Idempotency-Key": key}
    answer = desk.client.post(f"/api/v1/cases/{case.reference}/notes", json={"text": "x"}, headers=headers)
    assert answer.status_code == 400


def test_the_same_key_and_request_get_the_same_answer_and_change_nothing_again(desk: Desk) -> None:
    path = f"/cases/{desk.open_case().reference}"
    first = desk.post(f"{path}/notes", {"text": "一次"}, once="k1")
    again = desk.post(f"{path}/notes", {"text": "一次"}, once="k1")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert notes_of(desk, path.removeprefix("/cases/")) == ["一次"]
    assert len(desk.wakes) == 1


def test_the_same_key_for_another_request_is_refused(desk: Desk) -> None:
    case = desk.open_case()
    desk.post(f"/cases/{case.reference}/notes", {"text": "一"}, once="k1")
    other_body = desk.post(f"/cases/{case.reference}/notes", {"text": "二"}, once="k1")
    other_path = desk.post(f"/cases/{case.reference}/replies", {"text": "一"}, once="k1")
    assert (other_body.status_code, other_path.status_code) == (422, 422)
    assert "Idempotency-Key" in other_body.json()["detail"]
    assert notes_of(desk, case.reference) == ["一"]


def test_keys_of_two_callers_do_not_meet(desk: Desk) -> None:
    case = desk.open_case()
    other = desk.key_for(desk.clerk, Scope.CASES_WRITE)
    desk.post(f"/cases/{case.reference}/notes", {"text": "甲"}, once="k1")
    desk.post(f"/cases/{case.reference}/notes", {"text": "乙"}, other, once="k1")
    assert notes_of(desk, case.reference) == ["甲", "乙"]


def test_a_refused_write_may_be_mended_under_the_same_key(desk: Desk) -> None:
    case = desk.open_case()
    assert desk.post(f"/cases/{case.reference}/close", {"disposition": "adopted"}, once="k1").status_code == 422
    assert desk.post(f"/cases/{case.reference}/close", {"disposition": "upheld"}, once="k1").status_code == 200


def at_once(desk: Desk, path: str, body: object, *, times: int, once: str | None = None) -> list[int]:
    """The statuses of the same POST sent by so many threads at the same moment."""
    start = threading.Barrier(times)
    statuses: list[int] = []

    def write() -> None:
        start.wait(timeout=10)
        statuses.append(desk.post(path, body, once=once).status_code)

    threads = [threading.Thread(target=write) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(statuses) == times
    return sorted(statuses)


def test_many_at_once_under_one_key_write_once(desk_on_both: Desk) -> None:
    case = desk_on_both.open_case()
    statuses = at_once(desk_on_both, f"/cases/{case.reference}/notes", {"text": "同时"}, times=8, once="k1")
    assert statuses[0] == 201
    assert set(statuses) <= {201, 409}
    assert notes_of(desk_on_both, case.reference) == ["同时"]


def test_two_at_once_from_one_version_let_one_through(desk_on_both: Desk) -> None:
    case = desk_on_both.open_case()
    body = {"disposition": "upheld", "version": case.version}
    assert at_once(desk_on_both, f"/cases/{case.reference}/close", body, times=2) == [200, 409]
    names = [event["name"] for event in desk_on_both.get(f"/cases/{case.reference}").json()["events"]]
    assert names.count("case.closed") == 1


def test_many_notes_at_once_are_all_kept_in_one_whole_ledger(desk_on_both: Desk) -> None:
    case = desk_on_both.open_case()
    statuses = at_once(desk_on_both, f"/cases/{case.reference}/notes", {"text": "记"}, times=6)
    assert statuses == [201] * 6
    assert desk_on_both.get(f"/audit/cases/{case.reference}").json()["broken_links"] == []
    assert notes_of(desk_on_both, case.reference) == ["记"] * 6


def test_the_longest_key_is_kept_on_both_databases(desk_on_both: Desk) -> None:
    path = f"/cases/{desk_on_both.open_case().reference}/notes"
    answers = [desk_on_both.post(path, {"text": "一次"}, once="k" * 200) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
