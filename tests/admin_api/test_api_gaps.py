"""Gaps over the API: what is listed to whom, and closing one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from admin_api.api.authentication import Scope
from casework.commands import RecordEnquiry
from casework.ports import UnitOfWork
from tests.admin_api.api_desk import Desk, running_desk, say
from tests.admin_api.asked_questions import POULTRY
from tests.admin_api.test_api_entries import ALL, draft, entry, move

SLUG = "passport-renew"
DUE = {"review_due_on": "2027-05-25"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


def ask(desk: Desk, *questions: str) -> None:
    def work(uow: UnitOfWork) -> None:
        for question in questions:
            message = say(uow, question, writer="web-5", now=desk.context.clock())
            uow.enquiries.add(
                RecordEnquiry("hand_over", confidence=0.125),
                thread_id=message.thread_id,
                message_id=message.id,
                now=desk.context.clock(),
            )

    desk.store.write(work)


def publish(desk: Desk, slug: str = SLUG) -> None:
    made = draft(desk, slug).json()
    reviewer = desk.key_for(desk.officer, *ALL)
    assert move(desk, made, "review", key=reviewer).status_code == 200
    assert move(desk, made, "publish", DUE, reviewer).status_code == 200


def listed(desk: Desk, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = desk.get("/gaps", **query).json()["items"]
    return items


def test_gaps_are_listed_with_the_most_asked_first(desk: Desk) -> None:
    ask(desk, "市图书馆几点关门", *POULTRY, "我电话13800001111，小区里能养鸡吗")
    first, second = listed(desk)
    assert (first["count"], first["kinds"], first["confidence"]) == (4, {"unanswered": 4}, 0.125)
    assert "13800001111" not in str(first)
    assert second["text"] == "市图书馆几点关门"
    assert first["now"] == "hand_over"
    assert listed(desk, kind="not_helpful") == []
    page = desk.get("/gaps", limit=1).json()
    assert [one["key"] for one in listed(desk, limit=1, cursor=page["next_cursor"])] == [second["key"]]
    assert desk.get(f"/gaps/{first['newest']}").json()["key"] == first["key"]
    assert desk.get("/gaps", days=5).status_code == 422


def test_a_dismissed_gap_is_gone_until_it_is_asked_again(desk: Desk) -> None:
    ask(desk, *POULTRY)
    (gap,) = listed(desk)
    assert desk.post(f"/gaps/{gap['key']}/dismissal", {"reason": " "}).status_code == 422
    closed = desk.post(f"/gaps/{gap['key']}/dismissal", {"reason": "不归我们管", "seen": gap["newest"]})
    assert closed.json() == {"questions": 3}
    assert listed(desk) == []
    assert desk.get(f"/gaps/{gap['key']}").status_code == 404
    ask(desk, POULTRY[0])
    assert [one["count"] for one in listed(desk)] == [1]


def test_a_question_becomes_a_phrasing_in_a_draft_once(desk: Desk) -> None:
    publish(desk)
    ask(desk, *POULTRY)
    (gap,) = listed(desk)
    body = {"entry": SLUG, "phrasing": POULTRY[0], "language": "zh", "seen": gap["newest"]}
    made, again = (desk.post(f"/gaps/{gap['key']}/phrasings", body, once="one") for _ in range(2))
    assert (made.status_code, made.json()["stage"], made.json()["number"]) == (201, "draft", 2)
    assert made.json()["entry"]["phrasings"]["zh"] == [*entry(SLUG)["phrasings"]["zh"], POULTRY[0]]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert listed(desk) == []


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"entry": "no-such"}, 404, "no revision of entry"),
        ({"entry": "passport-first"}, 404, "no revision of entry"),
        ({"phrasing": "请拨13800001111"}, 422, "one person"),
        ({"phrasing": "办护照要多少钱"}, 422, "'passport-first' has this phrasing"),
    ],
    ids=["unknown", "not published", "personal", "claimed"],
)
def test_a_phrasing_that_cannot_be_taken_is_a_clear_problem(
    desk: Desk, wrong: dict[str, str], status: int, said: str
) -> None:
    publish(desk)
    ask(desk, *POULTRY)
    (gap,) = listed(desk)
    refused = desk.post(f"/gaps/{gap['key']}/phrasings", {"entry": SLUG, "phrasing": POULTRY[0], **wrong})
    assert (refused.status_code, said in refused.json()["detail"]) == (status, True)
    assert len(listed(desk)) == 1


def test_a_clerk_sees_no_question_that_belongs_to_no_case(desk: Desk) -> None:
    ask(desk, *POULTRY)
    (gap,) = listed(desk)
    key = desk.key_for(desk.clerk, Scope.GAPS_READ, Scope.GAPS_WRITE)
    assert desk.get("/gaps", key).json()["items"] == []
    assert desk.post(f"/gaps/{gap['key']}/dismissal", {"reason": "x"}, key).status_code == 404


def test_gaps_want_their_own_scopes(desk: Desk) -> None:
    reader = desk.key_for(desk.officer, Scope.GAPS_READ)
    assert desk.get("/gaps", reader).status_code == 200
    assert desk.post("/gaps/1/dismissal", {"reason": "x"}, reader).status_code == 403
    other = desk.key_for(desk.officer, Scope.ENTRIES_READ)
    assert desk.get("/gaps", other).status_code == 403


def test_a_drop_is_shown_and_publishing_it_must_be_accepted(desk: Desk) -> None:
    """A phrasing that takes the questions of another entry makes a labelled question wrong."""
    asked = "昨天把身份证弄丢了想补一张"
    object.__setattr__(desk.context, "labelled", ((asked, ("id-card-lost",)), ("市图书馆几点关门", ())))
    wrong = entry("passport-first")
    wrong["phrasings"] = {**wrong["phrasings"], "zh": [*wrong["phrasings"]["zh"], asked]}
    made = desk.post("/entries/passport-first/drafts", {"entry": wrong}).json()
    reviewer = desk.key_for(desk.officer, *ALL)
    move(desk, made, "review", key=reviewer)
    effect = desk.get(f"/entries/passport-first/revisions/{made['number']}/effect").json()
    assert (effect["questions"], effect["is_drop"]) == (2, True)
    assert (effect["before"]["right"], effect["after"]["right"]) == (2, 1)
    (change,) = effect["changes"]
    assert (change["question"], change["before"], change["answered_after"]) == (asked, "right", "passport-first")
    refused = move(desk, made, "publish", DUE, reviewer)
    assert refused.status_code == 422
    assert "accept_drop" in refused.json()["detail"]
    assert "1 would be answered rightly instead of 2" in refused.json()["detail"]
    accepted = move(desk, made, "publish", {**DUE, "accept_drop": True}, reviewer)
    assert (accepted.status_code, accepted.json()["stage"]) == (200, "published")
