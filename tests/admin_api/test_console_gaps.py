"""Gaps in the console: what is shown to whom, adding a phrasing, drafting an entry, and dismissing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from casework.commands import RecordEnquiry
from casework.message import Author, Direction
from casework.party import Address, ChannelName
from casework.staff import Role
from casework.store import SqlUnitOfWork
from knowledge.publication import Stage
from tests.admin_api.asked_questions import (
    POULTRY,
    answer_as_staff,
    ask,
    ask_for_poultry,
    drafts_of,
    publish_demo,
)
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk

LOST = "id-card-lost"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("zong", Role.INTAKE)
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "zong") as browser:
        yield browser


def first_gap(browser: Browser) -> str:
    """The address of the gap that stands first."""
    found = re.search(r'href="(/staff/gaps/\d+)\?', browser.open("/staff/gaps").text)
    assert found
    return found[1]


def test_one_question_in_three_wordings_is_one_gap_asked_three_times(desk: FrontDesk, browser: Browser) -> None:
    ask(desk, "市图书馆几点关门")
    ask_for_poultry(desk)
    page = browser.open("/staff/gaps")
    counts = re.findall(r'class="gap-count"[^>]*><b>(\d+)</b>', page.text)
    assert counts == ["3", "1"]
    assert "共 2 组、4 次提问" in text_of(page)
    assert "没有答复" in text_of(page)
    shown = text_of(browser.open(first_gap(browser)))
    assert all(words in shown for words in POULTRY)


def test_the_list_says_in_which_way_a_question_was_not_well_answered(desk: FrontDesk, browser: Browser) -> None:
    ask(desk, "办护照要多少钱")
    ask(desk, "没帮助", choice="unhelpful:1")
    ask_for_poultry(desk)
    page = text_of(browser.open("/staff/gaps?kind=not_helpful"))
    assert "办护照要多少钱" in page
    assert "当时给出的答复" in page
    assert POULTRY[0] not in page
    assert "办护照要多少钱" not in text_of(browser.open("/staff/gaps?kind=unanswered"))


def test_none_of_these_is_told_apart_from_being_asked_back(desk: FrontDesk, browser: Browser) -> None:
    assert ask(desk, "身份证").decision == "ask_back"
    ask(desk, "都不是", choice="none")
    page = text_of(browser.open("/staff/gaps?kind=declined"))
    assert "共 1 组" in page


def test_what_points_to_one_person_is_struck_out(desk: FrontDesk, browser: Browser) -> None:
    ask(desk, "我电话13800001111，小区里能养鸡吗")
    for page in (browser.open("/staff/gaps"), browser.open(first_gap(browser))):
        assert "13800001111" not in page.text
        assert "我电话***，小区里能养鸡吗" in text_of(page)


def test_a_page_holds_twenty_gaps_and_leads_to_the_next(desk: FrontDesk, browser: Browser) -> None:
    names = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌"

    def work(uow: SqlUnitOfWork) -> None:
        where = Address(ChannelName.WEB_CHAT, "web-1")
        party = uow.parties.ensure(where, language="zh", name=None, now=desk.now)
        thread = uow.threads.ensure_chat(where, party.id, language="zh", now=desk.now)
        for name in names:
            message = uow.threads.add_message(thread.id, Direction.INBOUND, Author.CITIZEN, f"{name * 4}", now=desk.now)
            uow.enquiries.add(RecordEnquiry("hand_over"), thread_id=thread.id, message_id=message.id, now=desk.now)

    desk.store.write(work)
    page = browser.open("/staff/gaps")
    assert len(re.findall('class="gap-count"', page.text)) == 20
    assert 'href="/staff/gaps?page=2"' in page.text
    assert len(re.findall('class="gap-count"', browser.open("/staff/gaps?page=2").text)) == 1


def test_a_clerk_sees_the_questions_of_the_own_units_cases_alone(desk: FrontDesk) -> None:
    ask_for_poultry(desk)
    desk.hire("ji", Role.HANDLER, unit="exit-entry")
    case = desk.receive("护照的事", unit="exit-entry").case

    def work(uow: SqlUnitOfWork) -> None:
        message = uow.threads.add_message(
            case.thread_id, Direction.INBOUND, Author.CITIZEN, "护照照片底色", now=desk.now, case_id=case.id
        )
        uow.enquiries.add(RecordEnquiry("hand_over"), thread_id=case.thread_id, message_id=message.id, now=desk.now)

    desk.store.write(work)
    with signed_in(desk, "zong") as browser:
        poultry = first_gap(browser)
        assert "共 2 组" in text_of(browser.open("/staff/gaps"))
    with signed_in(desk, "ji") as browser:
        page = text_of(browser.open("/staff/gaps"))
        assert "护照照片底色" in page
        assert "养鸡" not in page
        assert browser.open(poultry).status_code == 404


def test_a_question_becomes_a_phrasing_in_a_draft_and_leaves_the_list(desk: FrontDesk, browser: Browser) -> None:
    publish_demo(desk, LOST)
    ask_for_poultry(desk)
    gap = first_gap(browser)
    fields = {"entry": LOST, "phrasing": POULTRY[0], "language": "zh", "seen": "99"}
    assert browser.send(gap, f"{gap}/phrasing", fields).headers["location"].endswith("done=phrasing_proposed")
    (draft,) = drafts_of(desk, LOST)
    assert draft.body["phrasings"]["zh"][-1] == POULTRY[0]  # type: ignore[index]
    assert (draft.number, draft.standing.drafted_by, draft.standing.stage) == (2, "zong", Stage.DRAFT)
    assert "没有待补的问题" in text_of(browser.open("/staff/gaps"))
    assert desk.context.library().get(LOST).phrasings["zh"].count(POULTRY[0]) == 0


def test_a_second_phrasing_joins_the_draft_that_is_open(desk: FrontDesk, browser: Browser) -> None:
    publish_demo(desk, LOST)
    for words in ("小区里能养鸡吗", "在哪里可以停船"):
        ask(desk, words)
        gap = first_gap(browser)
        browser.send(gap, f"{gap}/phrasing", {"entry": LOST, "phrasing": words, "language": "zh", "seen": "99"})
    (draft,) = drafts_of(desk, LOST)
    assert draft.body["phrasings"]["zh"][-2:] == ["小区里能养鸡吗", "在哪里可以停船"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"entry": ""}, "请选择一个条目"),
        ({"phrasing": "？"}, "问法要写成一句话"),
        ({"phrasing": "13800001111能养鸡吗"}, "去掉身份证号"),
        ({"phrasing": "护照丢了怎么办" * 40}, "最多 200 字"),
        ({"entry": "passport-first"}, "没有已公布的版本"),
        ({"entry": "no-such-entry"}, "没有已公布的版本"),
        ({"phrasing": "办护照要多少钱"}, "另一个条目已经有这种问法"),
    ],
    ids=["no entry", "no words", "personal", "long", "unpublished", "unknown", "of another entry"],
)
def test_a_phrasing_that_cannot_be_taken_is_told_and_what_was_typed_stays(
    desk: FrontDesk, browser: Browser, fields: dict[str, str], told: str
) -> None:
    publish_demo(desk, LOST)
    ask_for_poultry(desk)
    gap = first_gap(browser)
    filled = {"entry": LOST, "phrasing": "小区能养鸡不", "language": "zh", "seen": "99", **fields}
    refused = browser.send(gap, f"{gap}/phrasing", filled)
    assert refused.status_code in {404, 422}
    assert re.search(told, text_of(refused))
    assert filled["phrasing"] in refused.text
    assert drafts_of(desk, LOST) == []


def test_another_entry_is_found_by_its_title(desk: FrontDesk, browser: Browser) -> None:
    ask_for_poultry(desk)
    page = browser.open(f"{first_gap(browser)}?q=机动车抵押")
    first = re.findall(r'name="entry" value="([^"]+)"', page.text)[0]
    assert first == "vehicle-mortgage"


def test_what_is_dismissed_comes_back_when_it_is_asked_again(desk: FrontDesk, browser: Browser) -> None:
    ask_for_poultry(desk)
    gap = first_gap(browser)
    assert browser.send(gap, f"{gap}/dismiss", {"reason": " ", "seen": "99"}).status_code == 422
    sent = browser.send(gap, f"{gap}/dismiss", {"reason": "不归我们管", "seen": "99"})
    assert sent.headers["location"].endswith("done=gap_dismissed")
    assert "没有待补的问题" in text_of(browser.open("/staff/gaps"))
    assert browser.open(gap).status_code == 404
    desk.wait(timedelta(hours=1))
    ask(desk, POULTRY[1])
    assert "共 1 组、1 次提问" in text_of(browser.open("/staff/gaps"))


def test_a_question_that_came_while_the_page_was_open_is_not_dismissed_unseen(
    desk: FrontDesk, browser: Browser
) -> None:
    ask_for_poultry(desk)
    gap = first_gap(browser)
    seen = re.search(r'name="seen" value="(\d+)"', browser.open(gap).text)
    assert seen
    ask(desk, POULTRY[0], who="later")
    browser.send(gap, f"{gap}/dismiss", {"reason": "不归我们管", "seen": seen[1]})
    assert "共 1 组、1 次提问" in text_of(browser.open("/staff/gaps"))


def test_a_staff_answer_becomes_a_draft_entry_with_gaps_to_fill(desk: FrontDesk, browser: Browser) -> None:
    ask_for_poultry(desk)
    colleague = desk.hire("li")
    handled = ask(desk, POULTRY[0], who="web-0")
    answer = answer_as_staff(desk, handled.thread_id, "城区内禁止饲养家禽。咨询13800001111", colleague.id)
    gap = first_gap(browser)
    assert f"/staff/proposals/{answer}?gap=" in browser.open(gap).text
    form = f"/staff/proposals/{answer}?gap={gap.rpartition('/')[2]}&seen=99"
    page = browser.open(form)
    assert "城区内禁止饲养家禽。咨询***" in page.text
    assert f'value="{POULTRY[0]}"' in page.text
    fields = {
        "slug": "keep-poultry",
        "unit": "city-bureau",
        "question": POULTRY[0],
        "answer": "城区内禁止饲养家禽。",
        "language": "zh",
        "gap": gap.rpartition("/")[2],
        "seen": "99",
    }
    sent = browser.send(form, f"/staff/proposals/{answer}", fields)
    assert sent.headers["location"] == "/staff/gaps?done=entry_proposed"
    (draft,) = drafts_of(desk, "keep-poultry")
    assert draft.body["summary"] == {"zh": "城区内禁止饲养家禽。"}
    assert draft.body["fee"] == {"bureau_must_fill": True}
    assert "没有待补的问题" in text_of(browser.open("/staff/gaps"))
    again = browser.send(form, f"/staff/proposals/{answer}", fields)
    assert again.status_code == 409
    assert "这个代号已经有条目了" in text_of(again)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"slug": "Keep Poultry"}, "还不能生成草稿"),
        ({"answer": "致电13800001111"}, "还不能生成草稿"),
        ({"unit": "nowhere"}, "请选择负责单位"),
        ({"slug": "passport-first"}, "这个代号已经有条目了"),
    ],
)
def test_a_draft_that_cannot_be_made_is_told_and_what_was_typed_stays(
    desk: FrontDesk, browser: Browser, wrong: dict[str, str], told: str
) -> None:
    handled = ask(desk, "小区里能养鸡吗")
    answer = answer_as_staff(desk, handled.thread_id, "不能。", desk.hire("li").id)
    path = f"/staff/proposals/{answer}"
    fields = {"slug": "keep-poultry", "unit": "city-bureau", "question": "能养鸡吗", "answer": "不能养", **wrong}
    refused = browser.send(path, path, fields)
    assert refused.status_code in {409, 422}
    assert told in text_of(refused)
    assert fields["answer"] in refused.text
    assert drafts_of(desk, fields["slug"]) == []


def test_only_what_staff_answered_becomes_an_entry(desk: FrontDesk, browser: Browser) -> None:
    handled = ask(desk, "小区里能养鸡吗")
    assert browser.open(f"/staff/proposals/{handled.message.id}").status_code == 404
    assert browser.open("/staff/proposals/99999").status_code == 404


def test_a_conversation_offers_to_make_an_entry_of_what_staff_answered(desk: FrontDesk, browser: Browser) -> None:
    handled = ask(desk, "小区里能养鸡吗")
    answer = answer_as_staff(desk, handled.thread_id, "不能。", desk.hire("li").id)
    assert f'href="/staff/proposals/{answer}"' in browser.open(f"/staff/conversations/{handled.thread_id}").text


def test_the_pages_speak_english_too(desk: FrontDesk) -> None:
    ask(desk, "may I keep chickens at home?")
    desk.hire("ann", language="en")
    with signed_in(desk, "ann") as browser:
        assert "Not answered" in text_of(browser.open("/staff/gaps?lang=en"))
        page = text_of(browser.open(f"{first_gap(browser)}?lang=en"))
        assert "Add and send to review" in page
