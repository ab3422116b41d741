"""Staff and API keys over the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from admin_api.api.authentication import Scope
from tests.admin_api.api_desk import Desk, running_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


def test_accounts_are_listed_without_anything_secret(desk: Desk) -> None:
    items = desk.get("/staff").json()["items"]
    assert {item["name"] for item in items} == {"administrator", "clerk", "officer"}
    assert not any("password" in member for item in items for member in item)


def test_a_new_key_works_with_its_scopes_alone_until_it_is_revoked(desk: Desk) -> None:
    body = {"name": "statistics", "scopes": ["cases:read"], "staff_id": desk.officer.id}
    made = desk.post("/api-keys", body)
    assert made.status_code == 201
    key = made.json()["key"]
    assert key.startswith("swk_")
    assert desk.get("/cases", key).status_code == 200
    assert desk.get("/staff", key).status_code == 403
    listed = desk.get("/api-keys")
    assert key not in listed.text
    assert listed.json()["items"][0]["name"] == "statistics"
    revoked = desk.post(f"/api-keys/{made.json()['id']}/revoke", {})
    assert revoked.json()["revoked_at"] is not None
    assert desk.get("/cases", key).status_code == 401


def test_a_repeated_request_for_a_key_names_the_same_key_which_is_stored_nowhere(desk: Desk) -> None:
    body = {"name": "statistics", "scopes": ["cases:read"], "staff_id": desk.officer.id}
    first = desk.post("/api-keys", body, once="k1").json()
    again = desk.post("/api-keys", body, once="k1").json()
    assert again == first
    with desk.store.engine.connect() as connection:
        tables = ("api_keys", "idempotency_keys")
        kept = repr([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables])
    assert "statistics" in kept
    assert first["key"] not in kept


def test_a_key_cannot_make_a_stronger_one(desk: Desk) -> None:
    weak = desk.key_for(desk.administrator, Scope.KEYS_WRITE, Scope.CASES_READ)
    body = {"name": "more", "scopes": ["cases:read", "audit:read"], "staff_id": desk.administrator.id}
    answer = desk.post("/api-keys", body, weak)
    assert answer.status_code == 422
    assert "audit:read" in answer.json()["detail"]
    assert desk.post("/api-keys", {**body, "scopes": ["cases:read"]}, weak).status_code == 201


def test_only_administrators_make_keys(desk: Desk) -> None:
    body = {"name": "more", "scopes": ["cases:read"], "staff_id": desk.clerk.id}
    assert desk.post("/api-keys", body, desk.key_for(desk.officer)).status_code == 403


@pytest.mark.parametrize(
    "change",
    [{"scopes": []}, {"scopes": ["everything"]}, {"staff_id": 999}, {"name": "  "}, {"scopes": ["triage:read"]}],
)
def test_a_key_that_makes_no_sense_is_rejected(desk: Desk, change: dict[str, object]) -> None:
    body = {"name": "more", "scopes": ["cases:read"], "staff_id": desk.clerk.id, **change}
    before = len(desk.get("/api-keys").json()["items"])
    assert desk.post("/api-keys", body).status_code == 422
    assert len(desk.get("/api-keys").json()["items"]) == before


def test_a_key_for_a_closed_account_is_rejected_and_an_unknown_key_not_found(desk: Desk) -> None:
    desk.store.write(lambda uow: uow.accounts.set_active(desk.clerk.id, active=False))
    body = {"name": "more", "scopes": ["cases:read"], "staff_id": desk.clerk.id}
    assert desk.post("/api-keys", body).status_code == 422
    assert desk.post("/api-keys/999/revoke", {}).status_code == 404
