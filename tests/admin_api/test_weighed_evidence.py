"""The table of what ties a letter to a case, and who proved its sender, as a clerk and the API see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_api.evidence import proof_of, weighing_of
from casework.message import InboxId
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk
from tests.admin_api.post_room import PostRoom, a_letter, reasons

PROOF = {
    "by": "mx.provider.example",
    "is_own": False,
    "results": {"spf": "pass", "dmarc": "fail"},
    "domains": {"spf": ["mail.example"], "dmarc": ["elsewhere.example"]},
    "standing": "fail",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("zong", Role.INTAKE)
    yield desk
    desk.store.close()


@pytest.fixture
def post(desk: FrontDesk) -> PostRoom:
    return PostRoom(desk)


@pytest.fixture
def browser(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "zong", reasons=reasons()) as browser:
        yield browser


def prove(desk: FrontDesk, post: PostRoom, inbox_id: InboxId) -> None:
    entry = post.entry(inbox_id)
    facts = {**entry.facts, "authentication": PROOF}
    desk.store.write(lambda uow: uow.inbox.finish(inbox_id, entry.state, now=desk.now, facts=facts))


def test_a_held_letter_shows_each_mark_its_weight_its_case_and_why_it_does_not_count(
    desk: FrontDesk, post: PostRoom, browser: Browser
) -> None:
    case = desk.receive("路灯坏了").case
    inbox_id = post.bring(a_letter(f"请问 {case.reference} 怎样了"))
    said = text_of(browser.open(f"/staff/triage/{inbox_id}")).partition("归属依据")[2]
    assert f"写明了事项编号 不计分：发件人不是当事人 {case.reference} 70" in said
    assert "合计 0 没有一条算数" in said
    english = text_of(browser.open(f"/staff/triage/{inbox_id}?lang=en"))
    assert "Names the reference Does not count: the sender does not belong to it" in english


def test_who_says_what_of_the_sender_is_told_in_words(desk: FrontDesk, post: PostRoom, browser: Browser) -> None:
    inbox_id = post.bring(a_letter("x", precedence="bulk"))
    assert "发件人是否真实" not in text_of(browser.open(f"/staff/triage/{inbox_id}"))
    prove(desk, post, inbox_id)
    said = text_of(browser.open(f"/staff/triage/{inbox_id}")).partition("发件人是否真实")[2]
    assert "多半不是，来信可能是冒名" in said
    assert "由前置邮件服务器核验：mx.provider.example" in said
    assert "DMARC 发件人地址是否得到其域名的证实 未通过 elsewhere.example" in said
    assert "SPF 这台服务器是否获准代该域名发信 通过 mail.example" in said
    assert "Probably not: the letter may be forged" in text_of(browser.open(f"/staff/triage/{inbox_id}?lang=en"))


def test_a_letter_that_joined_its_case_shows_there_why(desk: FrontDesk, post: PostRoom, browser: Browser) -> None:
    post.bring(a_letter("我要投诉示例路派出所窗口态度恶劣，2026年11月1日下午。", subject="投诉"))
    with desk.store.read() as uow:
        case = next(
            uow.cases.get(message.case_id)
            for message in uow.threads.messages_of_arrival(InboxId(1))
            if message.case_id is not None
        )
    assert "归属依据" not in text_of(browser.open(f"/staff/cases/{case.reference}"))
    joined = post.bring(
        a_letter(f"补充 {case.reference}：还有录音。", subject="补充", message_id="<wu-2@mail.example>")
    )
    prove(desk, post, joined)
    said = text_of(browser.open(f"/staff/cases/{case.reference}")).partition("归属依据")[2]
    assert f"写明了事项编号 {case.reference} +70 合计 70 分值已够" in said
    assert "发件人是否真实 多半不是" in said


def test_what_was_weighed_first_is_told_after_a_clerks_decision() -> None:
    facts = {"before": {"match": {"rows": [["same_subject", 40]], "total": 40, "sure_from": 50}}}
    weighing = weighing_of(facts, lambda _: None)
    assert weighing is not None
    assert ([one.kind for one in weighing.pointers], weighing.total, weighing.outcome) == (
        ["same_subject"],
        40,
        "not_sure",
    )
    assert proof_of({"before": {"authentication": PROOF}}) is not None
    assert (weighing_of({}, lambda _: None), proof_of({})) == (None, None)


def test_a_case_that_may_not_be_seen_is_not_named() -> None:
    facts = {"match": {"found": [{"kind": "case_reference", "weight": 70, "case": 3, "left_out": "stranger"}]}}
    weighing = weighing_of(facts, lambda _: None)
    assert weighing is not None
    assert (weighing.pointers[0].reference, weighing.pointers[0].points_elsewhere) == (None, True)
