"""Every error is told as problem details, pages are left to whoever makes them, and our own faults are temporary."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from fastapi.testclient import TestClient

from admin_api.api.bounded_route import MAX_BODY
from admin_api.error_handlers import Problem, install_error_handlers
from admin_api.errors import AdminConflict, AdminNotFound, AdminRejected, AdminUnavailable, TooManyTries
from casework.errors import CaseworkConflict, CaseworkNotFound, CaseworkRejected, CaseworkUnavailable
from knowledge.errors import KnowledgeNotFound
from tests.admin_api.api_desk import Desk, make_app, running_desk

SECRET = "the citizen wrote: help"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


def app_that_raises(error: Exception, *, html: Any = None) -> TestClient:
    app = FastAPI()

    @app.get("/page")
    @app.get("/api/v1/thing")
    def fail() -> None:
        raise error

    install_error_handlers(app, html)
    return TestClient(app)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CaseworkRejected(), 422),
        (CaseworkNotFound(), 404),
        (CaseworkConflict(), 409),
        (CaseworkUnavailable(), 503),
        (AdminRejected(), 422),
        (AdminNotFound(), 404),
        (AdminConflict(), 409),
        (AdminUnavailable(), 503),
        (KnowledgeNotFound(), 404),
        (TooManyTries(retry_after=timedelta(seconds=90)), 429),
        (HTTPException(418, "short and stout"), 418),
        (RuntimeError(SECRET), 503),
        (MemoryError(), 503),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_the_branch_of_an_error_decides_its_status(error: Exception, status: int) -> None:
    answer = app_that_raises(error).get("/api/v1/thing")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert set(body) >= {"type", "title", "detail"}
    assert SECRET not in answer.text
    assert ("Retry-After" in answer.headers) == (status in {429, 503})


def test_what_nobody_expected_is_logged_by_kind_and_place_and_quoted_by_id() -> None:
    with structlog.testing.capture_logs() as logs:
        answer = app_that_raises(RuntimeError(SECRET)).get("/api/v1/thing?word=private")
    (line,) = logs
    assert answer.json()["error_id"] == line["error_id"]
    assert (line["action"], line["error"], line["route"]) == ("request_failed", "RuntimeError", "/api/v1/thing")
    assert any(__file__ in place for place in line["places"])
    assert SECRET not in json.dumps(line)
    assert "private" not in json.dumps(line)


def test_a_browser_gets_a_page_outside_the_api_and_a_program_never() -> None:
    def page(request: Request, problem: Problem) -> Response:
        assert request.url.path == "/page"
        return HTMLResponse(f"<h1>{problem.title}</h1>", problem.status)

    browser = {"Accept": "text/html,application/xhtml+xml"}
    for error, status in ((CaseworkUnavailable(), 503), (CaseworkNotFound(), 404), (RuntimeError(), 503)):
        client = app_that_raises(error, html=page)
        shown = client.get("/page", headers=browser)
        assert (shown.status_code, shown.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
        assert ("Retry-After" in shown.headers) == (status == 503)
        assert client.get("/page").headers["Content-Type"] == "application/problem+json"
        assert client.get("/api/v1/thing", headers=browser).headers["Content-Type"] == "application/problem+json"


def test_a_page_that_fails_itself_is_told_as_problem_details() -> None:
    def page(request: Request, problem: Problem) -> Response:
        raise RuntimeError(SECRET)

    answer = app_that_raises(ValueError(SECRET), html=page).get("/page", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_stream_that_breaks_is_logged_without_its_words() -> None:
    app = FastAPI()

    @app.get("/stream")
    def stream() -> Response:
        def pieces() -> Iterator[bytes]:
            yield b"first"
            raise RuntimeError(SECRET)

        return StreamingResponse(pieces())

    install_error_handlers(app)
    with structlog.testing.capture_logs() as logs:
        TestClient(app, raise_server_exceptions=False).get("/stream")
    assert [line["error"] for line in logs] == ["RuntimeError"]
    assert SECRET not in json.dumps(logs)


def test_an_unknown_address_and_a_wrong_method_are_problems_too(desk: Desk) -> None:
    missing = desk.get("/no-such-thing")
    assert (missing.status_code, missing.json()["status"]) == (404, 404)
    wrong = desk.client.delete("/api/v1/cases", headers=desk.headers())
    assert wrong.status_code == 405
    assert wrong.headers["Allow"] == "GET"
    assert wrong.headers["Content-Type"] == "application/problem+json"
    both = desk.client.delete("/api/v1/api-keys", headers=desk.headers())
    assert both.headers["Allow"] == "GET, POST"


def test_a_fault_of_the_request_is_named_by_its_place_and_never_repeated(desk: Desk) -> None:
    case = desk.open_case()
    answer = desk.post(f"/cases/{case.reference}/assignments", {"staff_id": SECRET, "version": -1})
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"body/staff_id", "body/version"}
    assert SECRET not in answer.text


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"text": "\\ud800"}', b"", b"null", b"[" * 100_000])
def test_a_body_that_is_no_json_is_refused_with_422(desk: Desk, body: bytes) -> None:
    case = desk.open_case()
    headers = {**desk.headers(), "Idempotency-Key": "x", "Content-Type": "application/json"}
    answer = desk.client.post(f"/api/v1/cases/{case.reference}/notes", content=body, headers=headers)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_without_end_is_cut_off(desk: Desk) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(MAX_BODY // 2**20 + 2):
            yield b" " * 2**20

    headers = {**desk.headers(), "Idempotency-Key": "x", "Content-Type": "application/json"}
    answer = desk.client.post("/api/v1/cases/ZMD-2026-000001-9/notes", content=endless(), headers=headers)
    assert answer.status_code == 413


def test_without_the_store_the_answer_is_503_and_when_to_come_back(desk: Desk) -> None:
    class GoneStore:
        def read(self) -> Any:
            raise CaseworkUnavailable

    gone: Any = GoneStore()
    client = TestClient(make_app(replace(desk.context, store=gone)))
    answer = client.get("/api/v1/cases", headers=desk.headers())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize("cursor", ["nonsense", "YWZ0ZXI6", "é", "YWZ0ZXI6OTk5OTk5OTk5OQ", "!!!!", "x" * 101])
def test_a_cursor_that_is_not_ours_is_refused(desk: Desk, cursor: str) -> None:
    assert desk.get("/cases", cursor=cursor).status_code == 422


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many"])
def test_a_limit_out_of_bounds_is_refused(desk: Desk, limit: str) -> None:
    assert desk.get("/cases", limit=limit).status_code == 422


@pytest.mark.parametrize("path", ["/threads/0", "/threads/99999999999999999999", "/messages/x", "/outbox/-1"])
def test_an_id_that_no_store_can_hold_is_refused(desk: Desk, path: str) -> None:
    assert desk.get(path).status_code == 422


@pytest.mark.parametrize(
    "path", ["/threads/77", "/messages/77", "/outbox/77", "/triage/77", "/parties/77", "/units/x", "/procedures/x"]
)
def test_an_unknown_thing_is_not_found(desk: Desk, path: str) -> None:
    answer = desk.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"]
