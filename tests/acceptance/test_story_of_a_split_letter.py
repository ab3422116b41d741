"""One letter, three matters: a clerk splits it at the console, and each goes its own way. On both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.case import Case
from casework.events import EventName, broken_links
from casework.inbox import ClerkDecision, InboxState
from casework.kinds import CaseKind
from casework.message import Direction
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk
from tests.admin_api.post_room import PostRoom, a_letter, reasons

REFERENCE = re.compile(r"ZMD-\d{4}-\d{6}-\d")
LETTER = """尊敬的领导：

一、2026年11月3日，示例路派出所窗口的工作人员态度恶劣，让我白跑了三趟，我要投诉。

二、首次办理普通护照要多少钱？

三、建议在示例广场增设自助办证机，方便老人。

谢谢"""


@pytest.fixture
def desk(tmp_path: Path, store_url: str) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path, store_url)
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


def cases_of(desk: FrontDesk, post: PostRoom) -> list[Case]:
    found = sorted({reference for entry in post.sent() for reference in REFERENCE.findall(entry.reply.text)})
    with desk.store.read() as uow:
        return [case for reference in found if (case := uow.cases.find(reference))]


def test_each_matter_of_a_split_letter_is_handled_and_answered_apart(
    desk: FrontDesk, post: PostRoom, browser: Browser
) -> None:
    inbox_id = post.bring(a_letter(LETTER, subject="几件事", precedence="bulk"))
    assert post.entry(inbox_id).state is InboxState.HELD
    receipts = len(post.sent())
    path = f"/staff/triage/{inbox_id}/split"
    page = browser.open(path)
    assert page.status_code == 200
    marks = re.findall(r'<option value="(\d)" selected>', page.text)
    assert marks == ["0", "1", "2", "3", "0"], "the writer's own numbers are the first idea"
    fields = {f"mark-{place}": mark for place, mark in enumerate("01230")} | {"by": "paragraph"}
    shown = browser.send(path, path, fields)
    assert "将拆成 3 件" in text_of(shown)
    assert text_of(shown).count("尊敬的领导：") == 3
    kinds = {"kind-1": "complaint", "kind-3": "suggestion"}
    done = browser.send(path, path, {**fields, **kinds, "confirmed": "yes"})
    assert done.headers["location"] == "/staff/triage?done=split"
    again = browser.send(path, path, {**fields, **kinds, "confirmed": "yes"})
    assert again.status_code == 409
    post.work()
    post.work()

    entry = post.entry(inbox_id)
    assert (entry.state, entry.decision, len(entry.parts)) == (InboxState.HANDLED, ClerkDecision.SPLIT, 3)
    assert entry.raw_mail is not None
    complaint, suggestion = cases_of(desk, post)
    assert (complaint.kind, suggestion.kind) == (CaseKind.COMPLAINT, CaseKind.SUGGESTION)
    assert complaint.subject.startswith("2026年11月3日，示例路派出所窗口")
    mails = post.sent()[receipts:]
    assert len(mails) == 3
    for number, (mail, fact) in enumerate(
        zip(mails, (complaint.reference, "120元", suggestion.reference), strict=True)
    ):
        assert f"这封是关于第 {number + 1} 件" in mail.reply.text
        assert fact in mail.reply.text
        assert mail.in_reply_to is not None
        assert mail.in_reply_to.message_id == "<wu-1@mail.example>"
    assert len({mail.thread_id for mail in mails}) == 3, "an answer to one of them belongs to its matter alone"


def test_the_cases_know_one_another_and_who_split_the_letter(desk: FrontDesk, post: PostRoom, browser: Browser) -> None:
    inbox_id = post.bring(a_letter(LETTER, precedence="bulk"))
    path = f"/staff/triage/{inbox_id}/split"
    fields = {f"mark-{place}": mark for place, mark in enumerate("01120")} | {"by": "paragraph", "confirmed": "yes"}
    browser.send(path, path, {**fields, "kind-1": "complaint", "kind-2": "suggestion"})
    post.work()
    first, second = cases_of(desk, post)
    with desk.store.read() as uow:
        staff = uow.accounts.find_staff("zong")
        ledger = uow.cases.events(first.id)
        said = [one for one in uow.threads.messages_of_case(first.id) if one.direction is Direction.INBOUND]
    assert staff is not None
    (event,) = [event for event in ledger if event.name is EventName.SPLIT]
    assert event.actor == f"staff:{staff[0].id}"
    assert event.facts["sisters"] == [second.reference]
    assert broken_links(ledger) == ()
    assert ["多少钱" in one.text and "投诉" in one.text and "自助" not in one.text for one in said] == [True]
    page = browser.open(f"/staff/cases/{first.reference}")
    assert "这是来信中的第 1 件，共 2 件" in text_of(page)
    assert f'href="/staff/cases/{second.reference}"' in page.text
    whole = browser.open(f"/staff/triage/{inbox_id}")
    assert all(words in whole.text for words in ("白跑了三趟", "多少钱", "自助办证机"))
    assert "已决定：拆成几件" in text_of(whole)


def test_a_part_joins_the_case_that_the_clerk_names_and_the_rest_is_new(
    desk: FrontDesk, post: PostRoom, browser: Browser
) -> None:
    post.bring(
        a_letter("我要投诉示例路派出所窗口态度恶劣，2026年11月1日。", subject="投诉", message_id="<wu-0@mail.example>")
    )
    (case,) = cases_of(desk, post)
    inbox_id = post.bring(a_letter(LETTER, precedence="bulk"))
    path = f"/staff/triage/{inbox_id}/split"
    fields = {f"mark-{place}": mark for place, mark in enumerate("01220")} | {"by": "paragraph", "confirmed": "yes"}
    wrong = browser.send(path, path, {**fields, "reference-1": "ZMD-2026-999999-9"})
    assert wrong.status_code == 422
    assert "没有拆成" in text_of(wrong)
    assert "ZMD-2026-999999-9" in wrong.text
    browser.send(path, path, {**fields, "reference-1": case.reference.lower(), "kind-2": "suggestion"})
    post.work()
    with desk.store.read() as uow:
        said = [one for one in uow.threads.messages_of_case(case.id) if one.direction is Direction.INBOUND]
    assert len(said) == 2
    assert "白跑了三趟" in said[1].text
    assert len(cases_of(desk, post)) == 2


def test_a_letter_of_one_matter_is_not_split(desk: FrontDesk, post: PostRoom, browser: Browser) -> None:
    inbox_id = post.bring(a_letter(LETTER, precedence="bulk"))
    path = f"/staff/triage/{inbox_id}/split"
    page = browser.send(path, path, {f"mark-{place}": "1" for place in range(5)} | {"by": "paragraph"})
    assert page.status_code == 422
    assert "至少要分成两件" in text_of(page)
    assert post.entry(inbox_id).state is InboxState.HELD
    sentences = browser.open(f"{path}?by=sentence")
    assert sentences.text.count('class="piece"') == 5
    desk.hire("jing", Role.HANDLER, "exit-entry")
    with signed_in(desk, "jing") as clerk:
        assert clerk.open(path).status_code == 403
