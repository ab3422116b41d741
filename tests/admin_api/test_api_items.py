"""The life of items over the API: the same steps and rights as those of entries."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from admin_api.api.authentication import Scope
from casework.staff import Role
from tests.admin_api.api_desk import Desk, add_staff, running_desk

SLUG = "exit-entry-fees"
DUE = {"review_due_on": "2027-05-25"}
ALL = (Scope.ITEMS_READ, Scope.ITEMS_WRITE, Scope.ITEMS_PUBLISH)
ITEM: dict[str, Any] = {
    "title": "出入境证件收费公示",
    "dated_on": "2026-03-02",
    "category": "licensing",
    "unit": "exit-entry",
    "text": "普通护照每本120元。",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


@pytest.fixture
def reviewer(desk: Desk) -> str:
    """The key of a second person, without whom nothing is published."""
    return desk.key_for(desk.officer, *ALL)


def draft(desk: Desk, key: str | None = None, slug: str = SLUG, after: int | None = None, **changes: Any) -> Any:
    body = {"item": {**ITEM, **changes}, **({} if after is None else {"after": after})}
    return desk.post(f"/items/{slug}/drafts", body, key)


def move(desk: Desk, number: int, step: str, body: dict[str, Any] | None = None, key: str | None = None) -> Any:
    return desk.post(f"/items/{SLUG}/revisions/{number}/{step}", body or {}, key)


def test_an_item_is_drafted_reviewed_by_another_published_confirmed_and_withdrawn(desk: Desk, reviewer: str) -> None:
    made = draft(desk, after=0)
    assert (made.status_code, made.json()["stage"], made.json()["category"]) == (201, "draft", "licensing")
    own = move(desk, 1, "review")
    assert (own.status_code, "may not review it" in own.json()["detail"]) == (422, True)
    assert move(desk, 1, "publish", DUE, reviewer).status_code == 422
    assert move(desk, 1, "review", key=reviewer).status_code == 200
    assert move(desk, 1, "publish", DUE, reviewer).json()["stage"] == "published"
    assert move(desk, 1, "confirm", {"review_due_on": "2027-06-01"}, reviewer).json()["review_due_on"] == "2027-06-01"
    assert move(desk, 1, "withdraw", {"reason": "有误"}, reviewer).json()["reason"] == "有误"
    steps = [step["what"] for step in desk.get(f"/items/{SLUG}/revisions/1").json()["steps"]]
    assert steps == ["review", "publish", "confirm", "withdraw"]


def test_a_draft_is_sent_back_amended_and_compared(desk: Desk, reviewer: str) -> None:
    draft(desk)
    assert move(desk, 1, "send-back", {"reason": "写明币种"}, reviewer).status_code in {200, 422}
    changed = {"item": {**ITEM, "text": "普通护照每本人民币120元。"}, "edits": 99}
    assert move(desk, 1, "amendments", changed).status_code == 409
    current = desk.get(f"/items/{SLUG}/revisions/1").json()["edits"]
    assert move(desk, 1, "amendments", {**changed, "edits": current}).json()["text"] == "普通护照每本人民币120元。"
    assert draft(desk, after=1, text="第二稿").json()["number"] == 2
    assert draft(desk, after=1).status_code == 409
    assert "taken" in draft(desk, after=0).text
    told = desk.get(f"/items/{SLUG}/compare", old=1, new=2).json()
    assert "text.zh" in [change["field"] for change in told["changes"]]
    assert [one["number"] for one in desk.get(f"/items/{SLUG}").json()["items"]] == [2, 1]


def test_a_file_is_sent_with_a_draft_kept_by_a_later_one_and_fetched(desk: Desk) -> None:
    content = b"%PDF-1.4 demo"
    sent = {"name": "收费.pdf", "content": b64encode(content).decode()}
    first = draft(desk, file=sent).json()
    assert (first["file"]["name"], first["file"]["content_type"]) == ("收费.pdf", "application/pdf")
    assert draft(desk, after=1, file_of=1).json()["file"] == first["file"]
    fetched = desk.get(f"/items/{SLUG}/revisions/2/file")
    assert (fetched.content, fetched.headers["content-disposition"][:10]) == (content, "attachment")
    assert draft(desk, after=2).json()["file"] is None
    assert desk.get(f"/items/{SLUG}/revisions/3/file").status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "title_missing"),
        ({"dated_on": "2030-01-01"}, "date_ahead"),
        ({"unit": "nowhere"}, "unit_unknown"),
        ({"disclosure": "not_disclosed"}, "ground_missing"),
        ({"text": ""}, "content_missing"),
        ({"category": "gossip"}, "category"),
        ({"strange": 1}, "strange"),
    ],
)
def test_what_is_wrong_with_an_item_is_named(desk: Desk, changes: dict[str, Any], said: str) -> None:
    refused = draft(desk, **changes)
    assert refused.status_code == 422
    assert said in refused.text


def test_lists_are_narrowed_and_paged(desk: Desk) -> None:
    for number in range(5):
        draft(desk, slug=f"item-{number}", title=f"第{number}号信息")
    draft(desk, slug="kept-back", disclosure="not_disclosed", ground="第十四条", unit="household")
    first = desk.get("/items", limit=4).json()
    rest = desk.get("/items", limit=4, cursor=first["next_cursor"]).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (4, 2, None)
    assert [one["slug"] for one in desk.get("/items", disclosure="not_disclosed").json()["items"]] == ["kept-back"]
    assert [one["slug"] for one in desk.get("/items", q="第3号").json()["items"]] == ["item-3"]
    assert [one["slug"] for one in desk.get("/items", unit="household").json()["items"]] == ["kept-back"]
    assert desk.get("/items", stage="published").json()["items"] == []
    assert desk.get("/items/nothing").status_code == 404


def test_a_clerk_drafts_for_the_own_unit_alone_and_a_key_needs_its_scope(desk: Desk) -> None:
    clerk = desk.key_for(desk.clerk, Scope.ITEMS_READ, Scope.ITEMS_WRITE)
    assert draft(desk, clerk).status_code == 201
    assert draft(desk, clerk, slug="foreign", unit="household").status_code == 422
    assert move(desk, 1, "review", key=clerk).status_code == 403
    other = add_staff(desk.store, "another", Role.HANDLER, "household")
    key = desk.key_for(other, Scope.ITEMS_READ, Scope.ITEMS_WRITE)
    assert move(desk, 1, "amendments", {"item": {**ITEM, "unit": "household"}}, key).status_code == 403
    assert desk.get("/items", key=desk.key_for(desk.clerk, Scope.ENTRIES_READ)).status_code == 403
