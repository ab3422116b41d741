"""Held and shunted messages: why they wait, how they are shown, and what a clerk may decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.inbox import Arrival, ClerkDecision, InboxState, RawMail, Reading
from casework.message import CaseId, InboxId
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from casework.staff import Role
from casework.wording import Wording
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk

REASONS = Wording({"zh": {"reason.stranger": "发件人不是当事人"}, "en": {"reason.stranger": "Not that citizen"}})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("zong", Role.INTAKE)
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "zong", reasons=REASONS) as browser:
        yield browser


def set_aside(
    desk: FrontDesk,
    state: InboxState = InboxState.HELD,
    *,
    subject: str = "关于路灯",
    text: str = "我是邻居",
    html: str = "",
    guess: CaseId | None = None,
    reading: bool = True,
    number: int = 1,
) -> InboxId:
    def add(uow: UnitOfWork) -> InboxId:
        raw = RawMail("wu@mail.example", ("xinxiang@gaj.example",), b"Subject: raw <source>\r\n\r\nbody")
        arrival = Arrival(ChannelName.EMAIL, f"mail-{number}", "wu@mail.example", desk.now, raw_mail=raw)
        inbox_id, _ = uow.inbox.add(arrival)
        read = Reading("戊 <wu@mail.example>", subject, text, html, ("a.pdf",), ("reason.stranger",), guess)
        error = "" if reading else "ValueError at parsing:12"
        uow.inbox.finish(inbox_id, state, now=desk.now, reading=read if reading else None, error=error)
        return inbox_id

    return desk.store.write(add)


def state_of(desk: FrontDesk, inbox_id: InboxId) -> tuple[InboxState, ClerkDecision | None]:
    with desk.store.read() as uow:
        entry = uow.inbox.get(inbox_id)
        return entry.state, entry.decision


def test_the_list_tells_why_each_message_waits_and_where_it_may_belong(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("路灯坏了").case
    set_aside(desk, guess=case.id)
    set_aside(desk, InboxState.SHUNTED, reading=False, number=2)
    page = browser.open("/staff/triage")
    said = text_of(page)
    assert "1 封等您定夺，1 封因系统故障搁置" in said
    assert "发件人不是当事人" in said
    assert case.reference in said
    assert "系统故障：ValueError at parsing:12" in said
    assert '<b class="count">2</b>' in page.text


def test_a_letter_is_shown_as_text_and_its_html_only_in_a_locked_frame(desk: FrontDesk, browser: Browser) -> None:
    inbox_id = set_aside(desk, text="<script>alert(1)</script>", html="<p>你好<b>路灯</b></p>")
    page = browser.open(f"/staff/triage/{inbox_id}").text
    assert "<script>alert" not in page
    assert f'sandbox title="按原样式查看" loading="lazy" src="/staff/triage/{inbox_id}/letter"' in page
    assert "<p>你好<b>路灯</b></p>" not in page
    letter = browser.open(f"/staff/triage/{inbox_id}/letter")
    policy = letter.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert letter.headers["x-frame-options"] == "SAMEORIGIN"
    assert "<b>路灯</b>" in letter.text


def test_what_could_not_be_read_is_shown_by_its_source_and_can_be_saved(desk: FrontDesk, browser: Browser) -> None:
    inbox_id = set_aside(desk, InboxState.SHUNTED, reading=False)
    page = browser.open(f"/staff/triage/{inbox_id}").text
    assert "Subject: raw &lt;source&gt;" in page
    source = browser.open(f"/staff/triage/{inbox_id}/source")
    assert source.content.startswith(b"Subject: raw")
    assert source.headers["content-disposition"].startswith("attachment")
    assert browser.open(f"/staff/triage/{inbox_id}/letter").status_code == 404


def test_one_click_replays_a_shunted_message(desk: FrontDesk, browser: Browser) -> None:
    inbox_id = set_aside(desk, InboxState.SHUNTED, reading=False)
    assert 'name="decision" value="replay"' in browser.open("/staff/triage").text
    answer = browser.send("/staff/triage", f"/staff/triage/{inbox_id}/decision", {"decision": "replay"})
    assert answer.headers["location"] == "/staff/triage?done=replay"
    assert state_of(desk, inbox_id)[1] is ClerkDecision.REPLAY
    assert desk.wakes


@pytest.mark.parametrize("decision", ["accept", "replay"])
def test_what_is_decided_goes_back_to_the_worker(decision: str, desk: FrontDesk, browser: Browser) -> None:
    inbox_id = set_aside(desk)
    browser.send(f"/staff/triage/{inbox_id}", f"/staff/triage/{inbox_id}/decision", {"decision": decision})
    assert state_of(desk, inbox_id) == (InboxState.RECEIVED, ClerkDecision(decision))


def test_a_message_is_joined_to_the_case_that_the_clerk_names_in_any_spelling(
    desk: FrontDesk, browser: Browser
) -> None:
    case, inbox_id = desk.receive("路灯坏了").case, set_aside(desk)
    action = f"/staff/triage/{inbox_id}/decision"
    for wrong in ("", "ZMD-2026-999999-9", "x"):
        refused = browser.send(f"/staff/triage/{inbox_id}", action, {"decision": "join", "reference": wrong})
        assert refused.status_code == 422
        assert "没有这个编号的事项" in text_of(refused)
    fields = {"decision": "join", "reference": case.reference.lower().replace("-", " ")}
    assert browser.send(f"/staff/triage/{inbox_id}", action, fields).status_code == 303
    with desk.store.read() as uow:
        assert uow.inbox.get(inbox_id).decided_case_id == case.id


def test_refusing_ends_a_message_and_blocking_its_sender_too(desk: FrontDesk, browser: Browser) -> None:
    refused, blocked = set_aside(desk), set_aside(desk, number=2)
    browser.send(f"/staff/triage/{refused}", f"/staff/triage/{refused}/decision", {"decision": "refuse"})
    with desk.store.read() as uow:
        assert not uow.doors.is_blocked(Address(ChannelName.EMAIL, "wu@mail.example"))
    browser.send(f"/staff/triage/{blocked}", f"/staff/triage/{blocked}/decision", {"decision": "block"})
    assert state_of(desk, refused)[0] is state_of(desk, blocked)[0] is InboxState.REFUSED
    with desk.store.read() as uow:
        assert uow.doors.is_blocked(Address(ChannelName.EMAIL, "wu@mail.example"))
    assert "没有待定的来信" in text_of(browser.open("/staff/triage"))


def test_a_sender_who_was_blocked_by_mistake_is_heard_again(desk: FrontDesk, browser: Browser) -> None:
    inbox_id = set_aside(desk)
    browser.send(f"/staff/triage/{inbox_id}", f"/staff/triage/{inbox_id}/decision", {"decision": "block"})
    page = browser.open("/staff/triage")
    assert "已屏蔽的发件人（1）" in text_of(page)
    assert "wu@mail.example" in page.text
    sent = {"channel": "email", "address": "wu@mail.example"}
    assert browser.client.post("/staff/triage/unblock", data=sent, follow_redirects=False).status_code == 403
    assert browser.send("/staff/triage", "/staff/triage/unblock", {**sent, "channel": "pigeon"}).status_code == 422
    assert browser.send("/staff/triage", "/staff/triage/unblock", sent).status_code == 303
    with desk.store.read() as uow:
        assert not uow.doors.is_blocked(Address(ChannelName.EMAIL, "wu@mail.example"))
    assert "已屏蔽的发件人" not in text_of(browser.open("/staff/triage"))


def test_the_second_of_two_clerks_is_told_that_the_first_was_quicker(desk: FrontDesk, browser: Browser) -> None:
    inbox_id = set_aside(desk)
    action = f"/staff/triage/{inbox_id}/decision"
    browser.send(f"/staff/triage/{inbox_id}", action, {"decision": "refuse"})
    late = browser.send("/staff/queue", action, {"decision": "accept"})
    assert late.status_code == 409
    assert "别人先处理了" in text_of(late)
    assert browser.send("/staff/queue", action, {"decision": "nonsense"}).status_code == 422
    assert browser.open("/staff/triage/999").status_code == 404


def test_what_was_refused_has_a_list_of_its_own_and_can_be_accepted_after_all(
    desk: FrontDesk, browser: Browser
) -> None:
    set_aside(desk, subject="等着的")
    refused = set_aside(desk, InboxState.REFUSED, subject="其实是人写的", number=2)
    waiting, listed = browser.open("/staff/triage"), browser.open("/staff/triage?view=refused")
    assert "其实是人写的" not in waiting.text
    assert "等着的" not in listed.text
    for fact in ("其实是人写的", "发件人不是当事人", "已拒收 1"):
        assert fact in text_of(listed)
    path = f"/staff/triage/{refused}"
    page = browser.open(path)
    assert "改为受理" in text_of(page)
    assert 'value="refuse"' not in page.text
    action = f"{path}/decision"
    assert browser.send(path, action, {"decision": "accept", "was": "held"}).status_code == 409
    assert browser.send(path, action, {"decision": "accept", "was": "refused"}).status_code == 303
    assert state_of(desk, refused) == (InboxState.RECEIVED, ClerkDecision.ACCEPT)


def test_reasons_of_a_refusal_without_a_reading_come_from_the_facts(desk: FrontDesk, browser: Browser) -> None:
    inbox_id = set_aside(desk, InboxState.REFUSED, reading=False)
    facts = {"because": ["stranger: x"]}
    desk.store.write(lambda uow: uow.inbox.finish(inbox_id, InboxState.REFUSED, now=desk.now, facts=facts))
    assert "发件人不是当事人" in text_of(browser.open("/staff/triage?view=refused"))


def test_a_letter_of_a_blocked_sender_is_accepted_after_unblocking_only(desk: FrontDesk, browser: Browser) -> None:
    inbox_id = set_aside(desk, InboxState.REFUSED)
    wu, hired = Address(ChannelName.EMAIL, "wu@mail.example"), desk.hire("liu", Role.INTAKE)
    desk.store.write(lambda uow: uow.doors.block_sender(wu, reason="clerk", staff_id=hired.id, now=desk.now))
    read = Reading("wu@mail.example", "关于路灯")
    desk.store.write(lambda uow: uow.inbox.finish(inbox_id, InboxState.REFUSED, now=desk.now, reading=read))
    path, wish = f"/staff/triage/{inbox_id}", {"decision": "accept", "was": "refused"}
    refused = browser.send(path, f"{path}/decision", wish)
    assert refused.status_code == 422
    assert "请先在" in text_of(refused)
    desk.store.write(lambda uow: uow.doors.unblock_sender(wu))
    assert browser.send(path, f"{path}/decision", wish).status_code == 303


def test_a_clerk_sees_where_answers_are_asked_for_when_that_is_not_the_sender(
    desk: FrontDesk, browser: Browser
) -> None:
    inbox_id = set_aside(desk)
    read = Reading("wu@mail.example", "关于路灯", answers_to="li@mail.example")
    desk.store.write(lambda uow: uow.inbox.finish(inbox_id, InboxState.HELD, now=desk.now, reading=read))
    assert "要求回信寄往 li@mail.example" in text_of(browser.open(f"/staff/triage/{inbox_id}"))


def test_a_conversation_that_a_notice_names_is_found_by_its_number(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("有人要跳楼<b>快</b>").case
    found = browser.client.get("/staff/conversations", params={"number": f" {case.thread_id} "}, follow_redirects=False)
    assert found.headers["location"] == f"/staff/conversations/{case.thread_id}"
    page = browser.open(found.headers["location"])
    assert "有人要跳楼&lt;b&gt;快" in page.text
    assert case.reference in page.text
    for wrong in ("x", "999", "-1", "9" * 30):
        assert browser.client.get("/staff/conversations", params={"number": wrong}).status_code == 404


def test_notes_among_staff_are_no_conversation_and_clerks_do_not_leaf_through_conversations(
    desk: FrontDesk, browser: Browser
) -> None:
    case = desk.receive("路灯坏了").case
    page = f"/staff/cases/{case.reference}"
    browser.send(page, f"{page}/note", {"text": "只给同事看"})
    with desk.store.read() as uow:
        internal = uow.threads.internal_of(case.id)
    assert internal is not None
    assert browser.open(f"/staff/conversations/{internal.id}").status_code == 404
    desk.hire("jing", Role.HANDLER, "exit-entry")
    with signed_in(desk, "jing") as clerk:
        assert clerk.open(f"/staff/conversations/{case.thread_id}").status_code == 403


@pytest.mark.parametrize("path", ["triage/{}", "triage?after={}", "outbox?after={}", "conversations/{}"])
def test_a_number_that_no_database_can_hold_is_the_visitors_mistake_and_not_our_trouble(
    path: str, desk: FrontDesk, browser: Browser
) -> None:
    assert browser.open("/staff/" + path.format("9" * 25)).status_code == 422


def test_an_archive_stands_apart_and_does_not_bury_what_came_today(desk: FrontDesk, browser: Browser) -> None:
    def take_in(number: int) -> None:
        reading = Reading("wu@mail.example", f"旧信{number}", "x", reasons=("reason.archived", "reason.stranger"))
        inbox_id = set_aside(desk, subject="x", number=number)
        desk.store.write(lambda uow: uow.inbox.finish(inbox_id, InboxState.HELD, now=desk.now, reading=reading))

    set_aside(desk, subject="路灯又坏了")
    set_aside(desk, InboxState.SHUNTED, reading=False, number=2)
    for number in range(10, 40):
        take_in(number)
    said = text_of(browser.open("/staff/triage"))
    assert "路灯又坏了" in said
    assert "旧信" not in said
    assert "待定 2 旧邮件 30" in said
    assert "待定来信 2" in said
    assert "1 封等您定夺，1 封因系统故障搁置" in said
    archive = browser.open("/staff/triage?view=archive")
    assert "旧信39" in text_of(archive)
    assert "路灯又坏了" not in text_of(archive)
    older = re.search(r'href="(/staff/triage\?view=archive&(?:amp;)?after=\d+)"', archive.text)
    assert older is not None
    rest = text_of(browser.open(older[1].replace("&amp;", "&")))
    assert "旧信10" in rest
    assert "路灯又坏了" not in rest
    assert "发件人不是当事人 (30)" in text_of(archive)
