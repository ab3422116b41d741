"""Who is let in, for what, and what a unit's key sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from admin_api.api.application import PUBLIC_PATHS
from admin_api.api.authentication import Scope, current_caller, hash_key, is_open_to
from casework.kinds import CaseKind
from casework.staff import Role
from tests.admin_api.api_desk import MONDAY, Desk, running_desk, say

KNOWN_ROUTES = {
    ("GET", "/api/v1/cases"),
    ("POST", "/api/v1/cases/{reference}/replies"),
    ("GET", "/api/v1/messages/{message_id}/attachments/{sha256}"),
    ("POST", "/api/v1/triage/{inbox_id}/decision"),
    ("POST", "/api/v1/outbox/{outbox_id}/retry"),
    ("POST", "/api/v1/api-keys"),
    ("GET", "/api/v1/audit/events"),
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


def routes_of(desk: Desk) -> dict[tuple[str, str], Dependant | None]:
    found: dict[tuple[str, str], Dependant | None] = {}
    for context in iter_route_contexts(desk.app.routes):
        for method in getattr(context, "methods", None) or ():
            if method != "HEAD":
                found[method, str(context.path)] = getattr(context, "dependant", None)
    return found


def asks_for_a_caller(dependant: Dependant | None) -> bool:
    if dependant is None:
        return False
    return dependant.call is current_caller or any(asks_for_a_caller(inner) for inner in dependant.dependencies)


def test_every_route_that_is_not_public_asks_who_calls(desk: Desk) -> None:
    routes = routes_of(desk)
    assert set(routes) >= KNOWN_ROUTES
    open_ones = {path for (_, path), dependant in routes.items() if not asks_for_a_caller(dependant)}
    assert open_ones == set(PUBLIC_PATHS)


def test_every_route_that_is_not_public_answers_401_without_a_key(desk: Desk) -> None:
    for method, path in routes_of(desk):
        if path in PUBLIC_PATHS:
            continue
        filled = re.sub(r"\{\w+\}", "1", path)
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic Og=="}):
            answer = desk.client.request(method, filled, headers=headers)
            assert answer.status_code == 401, (method, path, headers)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.headers["Content-Type"] == "application/problem+json"


def verbs_of(method: str, path: str) -> set[str]:
    """What a scope may allow on a route: publishing is a right of its own, on the steps of a revision alone."""
    if method == "GET":
        return {"read"}
    return {"write", "publish"} if "/revisions/{number}/" in path else {"write"}


def test_every_route_answers_403_to_a_key_that_lacks_its_scope_and_names_it(desk: Desk) -> None:
    document = desk.client.get("/api/v1/openapi.json").json()
    for method, path in routes_of(desk):
        if path in PUBLIC_PATHS:
            continue
        lacking = Scope.STAFF_READ if path != "/api/v1/staff" else Scope.CASES_READ
        key = desk.key_for(desk.administrator, lacking)
        answer = desk.client.request(method, re.sub(r"\{\w+\}", "1", path), headers=desk.headers(key))
        assert answer.status_code == 403, (method, path)
        missing = answer.json()["scope"]
        assert missing in set(Scope)
        assert missing.rpartition(":")[2] in verbs_of(method, path)
        assert f'scope="{missing}"' in answer.headers["WWW-Authenticate"]
        assert path in document["paths"]


def test_a_scope_that_the_role_may_not_use_does_not_help(desk: Desk) -> None:
    key = desk.key_for(desk.clerk)
    answers = {path: desk.get(path, key).status_code for path in ("/triage", "/outbox", "/audit/events", "/api-keys")}
    assert set(answers.values()) == {403}
    assert desk.get("/triage", desk.key_for(desk.officer)).status_code == 200
    assert desk.get("/audit/events", desk.key_for(desk.officer)).status_code == 403


def test_the_key_of_a_closed_account_opens_nothing(desk: Desk) -> None:
    key = desk.key_for(desk.clerk)
    desk.store.write(lambda uow: uow.accounts.set_active(desk.clerk.id, active=False))
    assert desk.get("/cases", key).status_code == 403


def test_a_key_without_an_account_opens_nothing(desk: Desk) -> None:
    desk.store.write(lambda uow: uow.accounts.add_api_key("orphan", hash_key("k"), ["cases:read"], now=MONDAY))
    assert desk.get("/cases", "k").status_code == 403


def test_a_clerk_sees_the_cases_of_the_own_unit_and_below_alone(desk: Desk) -> None:
    key = desk.key_for(desk.clerk)
    own = desk.open_case("大厅排队太久", unit="exit-entry")
    below = desk.open_case("大厅没有座椅", unit="exit-entry-hall", writer="web-2")
    foreign = desk.open_case("户籍窗口态度差", unit="household", writer="web-3")
    seen = {item["reference"] for item in desk.get("/cases", key).json()["items"]}
    assert seen == {own.reference, below.reference}
    assert desk.get("/cases", key, unit="household").json()["items"] == []
    assert desk.get(f"/cases/{foreign.reference}", key).status_code == 404
    assert desk.post(f"/cases/{foreign.reference}/notes", {"text": "x"}, key).status_code == 404
    assert desk.get(f"/threads/{foreign.thread_id}", key).status_code == 404
    assert desk.get(f"/messages/{desk.messages_of(foreign)[0].id}", key).status_code == 404
    assert desk.get(f"/parties/{foreign.party_id}", key).status_code == 404
    assert {party["id"] for party in desk.get("/parties", key).json()["items"]} == {own.party_id, below.party_id}
    officer = desk.key_for(desk.officer)
    assert len(desk.get("/cases", officer).json()["items"]) == 3
    assert desk.get(f"/cases/{foreign.reference}", officer).status_code == 200


def test_after_a_transfer_the_old_unit_does_not_see_the_case_any_more(desk: Desk) -> None:
    key, case = desk.key_for(desk.clerk), desk.open_case()
    moved = desk.post(f"/cases/{case.reference}/transfers", {"unit": "household", "reason": "户籍业务"}, key)
    assert moved.status_code == 200
    assert desk.get(f"/cases/{case.reference}", key).status_code == 404


def test_who_wishes_to_stay_unnamed_is_not_shown_to_a_unit_anywhere(desk: Desk) -> None:
    name, writer = "匿名测试市民", "web-secret"
    case = desk.open_case("窗口收费不开票", anonymous=True, name=name, writer=writer)
    key = desk.key_for(desk.clerk)
    message = desk.messages_of(case)[0]
    desk.post(f"/cases/{case.reference}/replies", {"text": "已收到。"}, key)
    pages = [
        desk.get(path, key)
        for path in (
            "/cases",
            f"/cases/{case.reference}",
            f"/cases/{case.reference}/assignments",
            f"/threads/{case.thread_id}",
            f"/threads/{case.thread_id}/messages",
            f"/messages/{message.id}",
            "/parties",
        )
    ]
    for page in pages:
        assert page.status_code == 200
        assert name not in page.text
        assert writer not in page.text
        assert f"citizen:{case.party_id}" not in page.text
    shown = pages[1].json()
    assert (shown["party"], shown["thread_id"], shown["details"]) == (None, None, {"facts": "窗口收费不开票"})
    assert desk.get("/cases", key, q=name).json()["items"] == []
    assert desk.get(f"/parties/{case.party_id}", key).status_code == 404
    assert desk.get(f"/cases/{case.reference}").json()["party"]["name"] == name


def test_another_matter_of_the_same_chat_does_not_give_away_who_wishes_to_stay_unnamed(desk: Desk) -> None:
    key, name = desk.key_for(desk.clerk), "匿名测试市民"
    desk.store.write(lambda uow: say(uow, f"我叫{name}", writer="web-9", now=MONDAY))
    unnamed = desk.open_case("窗口收费不开票", anonymous=True, name=name, writer="web-9")
    named = desk.open_case("申请公开收费标准", name=name, writer="web-9", kind=CaseKind.DISCLOSURE_APPLICATION)
    assert unnamed.thread_id == named.thread_id
    thread = desk.get(f"/threads/{named.thread_id}", key).json()
    assert thread["cases"] == [named.reference]
    listed = desk.get(f"/threads/{named.thread_id}/messages", key).json()["items"]
    assert [message["text"] for message in listed] == ["申请公开收费标准"]
    [message] = desk.messages_of(unnamed)
    shown = desk.get(f"/messages/{message.id}", key).json()
    assert (shown["text"], shown["thread_id"]) == ("窗口收费不开票", None)
    assert len(desk.get(f"/threads/{named.thread_id}/messages").json()["items"]) == 3


def test_in_a_chat_with_matters_of_two_units_a_clerk_sees_the_own_one_alone(desk: Desk) -> None:
    key = desk.key_for(desk.clerk)
    own = desk.open_case("护照的事", unit="exit-entry", writer="web-9")
    assert len(desk.get(f"/threads/{own.thread_id}/messages", key).json()["items"]) == 1
    small_talk = desk.store.write(lambda uow: say(uow, "你好", writer="web-9", now=MONDAY))
    assert len(desk.get(f"/threads/{own.thread_id}/messages", key).json()["items"]) == 2
    other = desk.open_case("户口的事", unit="household", kind=CaseKind.CONSULTATION, writer="web-9")
    assert other.thread_id == own.thread_id
    shown = desk.get(f"/threads/{own.thread_id}", key).json()
    assert shown["cases"] == [own.reference]
    texts = [item["text"] for item in desk.get(f"/threads/{own.thread_id}/messages", key).json()["items"]]
    assert texts == ["护照的事"]
    assert desk.get(f"/messages/{small_talk.id}", key).status_code == 404
    assert len(desk.get(f"/threads/{own.thread_id}/messages").json()["items"]) == 3


def test_scopes_without_a_row_are_open_to_every_role() -> None:
    assert is_open_to(Scope.CASES_WRITE, Role.HANDLER)
    assert not is_open_to(Scope.TRIAGE_READ, Role.HANDLER)
    assert not is_open_to(Scope.KEYS_WRITE, Role.INTAKE)
    assert all(is_open_to(scope, Role.ADMINISTRATOR) for scope in Scope)
