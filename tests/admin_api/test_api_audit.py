"""The audit trail, the catalogue and the description of the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from admin_api.api.application import PUBLIC_PATHS
from admin_api.api.routers.audit import UNSETTLED_FOR
from admin_api.api.schemas import (
    audit,
    cases,
    correspondence,
    moves,
    outbox,
    parties,
    procedures,
    staff,
    triage,
    units,
)
from admin_api.api.schemas.fields import Schema, example_of
from tests.admin_api.api_desk import Desk, load_procedures, running_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


def settle(desk: Desk) -> None:
    """Let the seconds pass after which events are told; the desk's clock ticks once at every look."""
    for _ in range(int(UNSETTLED_FOR.total_seconds()) + 1):
        desk.context.clock()


def test_every_event_is_read_once_over_pages(desk: Desk) -> None:
    first, second = desk.open_case(), desk.open_case(writer="web-2")
    desk.post(f"/cases/{first.reference}/notes", {"text": "x"})
    assert desk.get("/audit/events").json()["items"] == []
    settle(desk)
    seen: list[tuple[str, int, str]] = []
    cursor = None
    while True:
        page = desk.get("/audit/events", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [(item["case"], item["number"], item["name"]) for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [
        (first.reference, 1, "case.opened"),
        (first.reference, 2, "deadline.set"),
        (second.reference, 1, "case.opened"),
        (second.reference, 2, "deadline.set"),
        (first.reference, 3, "note.added"),
    ]


def test_a_ledger_that_somebody_changed_is_found_broken(desk: Desk) -> None:
    case = desk.open_case()
    desk.post(f"/cases/{case.reference}/notes", {"text": "x"})
    whole = desk.get(f"/audit/cases/{case.reference}").json()
    assert whole == {"case": case.reference, "events": 3, "is_whole": True, "broken_links": []}
    with desk.store.engine.begin() as connection:
        connection.execute(text("UPDATE case_events SET actor = 'staff:99' WHERE number = 3"))
    broken = desk.get(f"/audit/cases/{case.reference}").json()
    assert broken["is_whole"] is False
    assert broken["broken_links"] == ["event 3: was changed after it was written"]


def test_units_are_listed_and_shown(desk: Desk) -> None:
    items = desk.get("/units").json()["items"]
    assert [unit["slug"] for unit in items] == ["bureau", "exit-entry", "exit-entry-hall", "household"]
    assert desk.get("/units/household").json() == items[3]


def test_procedures_are_listed_by_unit_and_words_and_shown_whole(desk: Desk) -> None:
    everything = desk.get("/procedures", limit=200).json()["items"]
    assert [item["slug"] for item in everything] == [entry.slug for entry in load_procedures()]
    some = desk.get("/procedures", unit="exit-entry", q="护照").json()["items"]
    assert "passport-first" in {item["slug"] for item in some}
    assert {item["unit"] for item in some} == {"exit-entry"}
    first = desk.get("/procedures", limit=3).json()
    second = desk.get("/procedures", limit=3, cursor=first["next_cursor"]).json()
    assert [item["slug"] for item in first["items"] + second["items"]] == [item["slug"] for item in everything[:6]]
    shown = desk.get("/procedures/passport-first").json()
    assert shown["facets"]["fee"]["yuan"] == [120.0]
    assert "护照法" in shown["basis"][0]["zh"]


def test_the_description_has_an_example_for_every_request_and_answer(desk: Desk) -> None:
    document = desk.client.get("/api/v1/openapi.json").json()
    missing = [
        f"{path} {name}"
        for path, item in document["paths"].items()
        for operation in item.values()
        for name, part in [("request", operation.get("requestBody", {"content": {}})), *operation["responses"].items()]
        for media in part["content"].values()
        if not has_example(media, document)
    ]
    assert missing == []
    assert not has_example({"schema": {"type": "object"}}, document)


def has_example(media: dict[str, Any], document: dict[str, Any]) -> bool:
    schema = media.get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return "example" in media or "examples" in schema


def test_every_example_is_one_that_its_shape_accepts(desk: Desk) -> None:
    modules = (audit, cases, correspondence, moves, outbox, parties, procedures, staff, triage, units)
    shapes = {
        shape
        for module in modules
        for shape in vars(module).values()
        if isinstance(shape, type) and issubclass(shape, Schema) and shape is not Schema
    }
    assert len(shapes) > 30
    for shape in shapes:
        shape.model_validate(dict(example_of(shape)))


def test_operations_have_ids_tags_and_a_sentence(desk: Desk) -> None:
    document = desk.client.get("/api/v1/openapi.json").json()
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    tags = {tag["name"] for tag in document["tags"]}
    assert all(len(operation["tags"]) == 1 and set(operation["tags"]) <= tags for operation in operations)
    assert {tag for operation in operations for tag in operation["tags"]} == tags
    assert all(operation["description"] for operation in operations)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_the_page_of_the_description_loads_nothing(desk: Desk) -> None:
    page = desk.client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "POST /api/v1/cases/{reference}/replies" in page.text
    assert 'id="unprocessable-content"' in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert {"/api/v1/docs", "/api/v1/openapi.json"} == PUBLIC_PATHS
