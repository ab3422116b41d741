"""The life of entries over the API: who may do what, and what stands in the way is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from admin_api.api.authentication import Scope
from admin_api.errors import AdminRejected
from casework.staff import Role
from knowledge.bodies import body_of
from tests.admin_api.api_desk import Desk, add_staff, load_procedures, running_desk

SLUG = "passport-first"
DUE = {"review_due_on": "2027-05-25"}
ALL = (Scope.ENTRIES_READ, Scope.ENTRIES_WRITE, Scope.ENTRIES_PUBLISH)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


@pytest.fixture
def reviewer(desk: Desk) -> str:
    """The key of a second person, without whom nothing is published."""
    return desk.key_for(desk.officer, *ALL)


def entry(slug: str = SLUG, **changes: Any) -> dict[str, Any]:
    return {**body_of(load_procedures().get(slug)), **changes}


def draft(desk: Desk, slug: str = SLUG, key: str | None = None, **members: Any) -> Any:
    return desk.post(f"/entries/{slug}/drafts", {"entry": entry(slug), **members}, key)


def move(desk: Desk, revision: Any, step: str, body: dict[str, Any] | None = None, key: str | None = None) -> Any:
    path = f"/entries/{revision['slug']}/revisions/{revision['number']}/{step}"
    return desk.post(path, body or {}, key)


def published(desk: Desk, reviewer: str, slug: str = SLUG, **members: Any) -> Any:
    made = draft(desk, slug, **members).json()
    assert move(desk, made, "review", key=reviewer).status_code == 200
    answer = move(desk, made, "publish", DUE, reviewer)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_draft_is_reviewed_by_another_published_and_its_steps_are_told(desk: Desk, reviewer: str) -> None:
    made = draft(desk, note="新费用", after=0)
    assert (made.status_code, made.json()["stage"], made.json()["number"]) == (201, "draft", 1)
    assert made.json()["faults"] == []
    own = move(desk, made.json(), "review")
    assert (own.status_code, "may not review it" in own.json()["detail"]) == (422, True)
    assert move(desk, made.json(), "publish", DUE, reviewer).status_code == 422
    assert published(desk, reviewer)["stage"] == "published"
    shown = desk.get(f"/entries/{SLUG}/revisions/2").json()
    assert [(step["what"], step["by"]) for step in shown["steps"]] == [("review", "officer"), ("publish", "officer")]
    assert shown["entry"]["title"] == entry()["title"]
    assert [one["number"] for one in desk.get(f"/entries/{SLUG}").json()["items"]] == [2, 1]


def test_every_text_of_an_entry_has_a_version_of_its_own(desk: Desk, reviewer: str) -> None:
    first = published(desk, reviewer)
    second = draft(desk, after=first["number"]).json()
    assert second["version"] == "2026-11-23"
    third = draft(desk, after=second["number"]).json()
    assert third["version"] == "2026-11-23.2"


def test_a_draft_made_from_an_old_revision_and_an_amendment_of_an_old_one_are_conflicts(desk: Desk) -> None:
    made = draft(desk, after=0).json()
    assert draft(desk, after=0).status_code == 409
    path = f"/entries/{SLUG}/revisions/1/amendments"
    amended = desk.post(path, {"entry": entry(version="v9"), "edits": made["edits"]})
    assert (amended.status_code, amended.json()["version"]) == (200, "v9")
    assert desk.post(path, {"entry": entry(), "edits": made["edits"]}).status_code == 409


def test_whoever_amends_a_draft_may_not_review_it(desk: Desk, reviewer: str) -> None:
    made = draft(desk).json()
    assert desk.post(f"/entries/{SLUG}/revisions/1/amendments", {"entry": entry()}, reviewer).status_code == 200
    assert move(desk, made, "review", key=reviewer).status_code == 422


def test_an_entry_in_one_language_is_kept_as_a_draft_and_cannot_be_reviewed(desk: Desk, reviewer: str) -> None:
    half = entry(title={"zh": "只有中文"})
    made = desk.post(f"/entries/{SLUG}/drafts", {"entry": half}).json()
    assert [fault["pointer"] for fault in made["faults"]] == ["title.en"]
    refused = move(desk, made, "review", key=reviewer)
    assert (refused.status_code, "title.en" in refused.json()["detail"]) == (422, True)


def test_a_phrasing_that_another_entry_claims_is_told_at_review(desk: Desk, reviewer: str) -> None:
    published(desk, reviewer, "passport-renew")
    taken = entry("passport-renew")["phrasings"]["zh"][0]
    claiming = entry()
    claiming["phrasings"] = {**claiming["phrasings"], "zh": [*claiming["phrasings"]["zh"], taken]}
    made = desk.post(f"/entries/{SLUG}/drafts", {"entry": claiming}).json()
    refused = move(desk, made, "review", key=reviewer).json()["detail"]
    assert f"{taken!r} is claimed by 'passport-renew'" in refused


@pytest.mark.parametrize("disclosure", ["on_application", "not_disclosed"])
@pytest.mark.parametrize("ground", [{}, {"ground": ""}, {"ground": {"zh": "《条例》第十四条"}}], ids=str)
def test_a_class_that_is_not_proactive_is_reviewed_only_with_its_legal_ground(
    desk: Desk, reviewer: str, disclosure: str, ground: dict[str, Any]
) -> None:
    made = draft(desk, entry=entry(disclosure={"class": disclosure, **ground})).json()
    assert made["faults"][0]["pointer"].startswith("disclosure.ground")
    refused = move(desk, made, "review", key=reviewer)
    assert (refused.status_code, "disclosure.ground" in refused.json()["detail"]) == (422, True)
    said = {"zh": "《条例》第十四条", "en": "Regulations, art. 14"}
    sound = draft(desk, entry=entry(disclosure={"class": disclosure, "ground": said})).json()
    assert (sound["faults"], sound["disclosure"]) == ([], disclosure)
    assert move(desk, sound, "review", key=reviewer).status_code == 200


def test_a_class_that_nobody_knows_is_kept_from_the_public_and_cannot_be_reviewed(desk: Desk, reviewer: str) -> None:
    made = draft(desk, entry=entry(disclosure={"class": "secret", "ground": "x"})).json()
    assert made["disclosure"] == "not_disclosed"
    refused = move(desk, made, "review", key=reviewer)
    assert (refused.status_code, "'secret' is not a class" in refused.json()["detail"]) == (422, True)


def test_what_is_sent_back_or_withdrawn_says_why(desk: Desk, reviewer: str) -> None:
    made = draft(desk).json()
    assert move(desk, made, "send-back", {"reason": " "}, reviewer).status_code == 422
    assert move(desk, made, "send-back", {"reason": "费用不符"}, reviewer).json()["reason"] == "费用不符"
    assert move(desk, made, "withdraw", {"reason": "重复"}, reviewer).json()["stage"] == "withdrawn"


def test_what_is_published_is_confirmed_until_another_day_and_withdrawn(desk: Desk, reviewer: str) -> None:
    done = published(desk, reviewer)
    assert move(desk, done, "confirm", {"review_due_on": "2026-11-23"}, reviewer).status_code == 422
    confirmed = move(desk, done, "confirm", {"review_due_on": "2028-05-25"}, reviewer).json()
    assert confirmed["review_due_on"] == "2028-05-25"
    assert desk.get("/entries", due=True).json()["items"] == []
    assert move(desk, done, "withdraw", {"reason": "废止"}, reviewer).json()["ended_at"] is not None


def test_two_revisions_are_compared_field_by_field(desk: Desk) -> None:
    draft(desk)
    desk.post(f"/entries/{SLUG}/drafts", {"entry": entry(summary={"zh": "改了。", "en": "Changed."})})
    found = desk.get(f"/entries/{SLUG}/compare", old=1, new=2).json()
    assert [change["field"] for change in found["changes"]] == ["version", "summary.zh", "summary.en"]
    assert found["changes"][2]["lines"][-1] == {"mark": "added", "parts": [["Changed", True], [".", False]]}
    assert desk.get(f"/entries/{SLUG}/compare", old=1, new=9).status_code == 404


def test_revisions_are_listed_by_stage_and_words_a_page_at_a_time(desk: Desk, reviewer: str) -> None:
    published(desk, reviewer)
    for slug in ("passport-renew", "id-card-lost", "visa-extension"):
        draft(desk, slug)
    first = desk.get("/entries", stage="draft", limit=2).json()
    second = desk.get("/entries", stage="draft", limit=2, cursor=first["next_cursor"]).json()
    assert [one["slug"] for page in (first, second) for one in page["items"]] == [
        "visa-extension",
        "id-card-lost",
        "passport-renew",
    ]
    assert second["next_cursor"] is None
    assert [one["slug"] for one in desk.get("/entries", q="passport").json()["items"]] == ["passport-renew", SLUG]
    assert desk.get("/entries/nothing").status_code == 404


def test_a_clerk_drafts_for_the_own_unit_alone_and_reviews_nothing(desk: Desk) -> None:
    clerk = desk.key_for(desk.clerk, Scope.ENTRIES_READ, Scope.ENTRIES_WRITE)
    made = draft(desk, key=clerk, entry=entry(unit="exit-entry"))
    assert made.status_code == 201
    refused = draft(desk, "id-card-lost", clerk)
    assert refused.status_code == 403
    assert "lacks the right to draft entries of unit" in refused.json()["detail"]
    taking = desk.post(f"/entries/{SLUG}/drafts", {"entry": entry(unit="vehicles")}, clerk)
    assert taking.status_code == 403
    assert move(desk, made.json(), "review", key=clerk).json()["scope"] == "entries:publish"


def test_a_key_does_what_its_scopes_name(desk: Desk) -> None:
    reader = desk.key_for(desk.officer, Scope.ENTRIES_READ)
    assert desk.get("/entries", reader).status_code == 200
    assert draft(desk, key=reader).json()["scope"] == "entries:write"
    other = desk.key_for(add_staff(desk.store, "zhao", Role.INTAKE, "bureau"), Scope.PROCEDURES_READ)
    assert desk.get("/entries", other).status_code == 403


def test_a_step_that_is_sent_twice_is_taken_once(desk: Desk) -> None:
    body = {"entry": entry()}
    first, again = (desk.post(f"/entries/{SLUG}/drafts", body, once="one") for _ in range(2))
    assert (first.json(), again.headers["Idempotent-Replayed"]) == (again.json(), "true")
    assert len(desk.get(f"/entries/{SLUG}").json()["items"]) == 1


def test_what_stands_before_publishing_may_refuse(desk: Desk, reviewer: str) -> None:
    def refuse(_uow: object, _revision: object) -> None:
        raise AdminRejected("two labelled questions would be answered worse")

    made = draft(desk).json()
    move(desk, made, "review", key=reviewer)
    object.__setattr__(desk.context, "before_publishing", refuse)
    refused = move(desk, made, "publish", DUE, reviewer)
    assert (refused.status_code, refused.json()["detail"]) == (422, "two labelled questions would be answered worse")
    assert desk.get(f"/entries/{SLUG}/revisions/1").json()["stage"] == "reviewed"


@pytest.mark.parametrize("slug", ["Passport", "a--b", "-a", "a_b", "护照"])
def test_a_slug_that_cannot_stand_in_addresses_is_refused(desk: Desk, slug: str) -> None:
    assert desk.post(f"/entries/{slug}/drafts", {"entry": entry()}).status_code == 422
