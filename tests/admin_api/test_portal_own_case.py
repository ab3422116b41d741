"""The page of one's own case: what it shows, who opens it, and what can be done on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from httpx2 import Response

from admin_api.app import create_app
from admin_api.portal.case_key import KEPT_FOR, KEY_COOKIE, opens, seal_key
from admin_api.portal.status_forms import MOST_SENT
from casework.actions.closure import close
from casework.actions.intake import Arrival, OpenedCase, open_case
from casework.actions.stepping import Walker
from casework.case import Case, CaseStatus
from casework.commands import OpenCase
from casework.disposition import Disposition
from casework.events import EventName
from casework.kinds import CaseKind
from casework.letter import LetterKind
from casework.message import Author, Direction, Message, StaffId
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from tests.admin_api.browsing import Browser, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk

PDF = b"%PDF-1.7 a letter"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Browser:
    return Browser(create_app(desk.context))


def enter(browser: Browser, opened: OpenedCase) -> str:
    """Give the code; the path of the page."""
    fields = {"reference": opened.case.reference, "code": opened.query_code}
    answer = browser.send("/status", "/status", fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def send(browser: Browser, page: str, form: str, **fields: str) -> Response:
    """Send a form of the page and open what it leads to; a refused one is its own answer."""
    answer = browser.send(page, f"{page}/{form}", fields)
    return browser.open(answer.headers["location"]) if answer.status_code == 303 else answer


def end(desk: FrontDesk, case: Case, how: Disposition = Disposition.ANSWERED) -> Case:
    clerk = desk.hire(f"zong-{case.id}-{desk.now:%d%H%M%S}")

    def work(uow: UnitOfWork) -> Case:
        return close(uow.cases.get(case.id), how, Walker(uow, desk.context.office, clerk, desk.now))

    return desk.store.write(work)


def an_unconfirmed_application(desk: FrontDesk) -> OpenedCase:
    def work(uow: UnitOfWork) -> OpenedCase:
        where = Address(ChannelName.WEB_CHAT, "applicant")
        party = uow.parties.ensure(where, language="zh", name=None, now=desk.now)
        thread = uow.threads.ensure_chat(where, party.id, language="zh", now=desk.now)
        said = uow.threads.add_message(thread.id, Direction.INBOUND, Author.CITIZEN, "申请公开", now=desk.now)
        return open_case(
            OpenCase(CaseKind.DISCLOSURE_APPLICATION, "申请公开"),
            uow,
            office=desk.context.office,
            thread=thread,
            message=said,
            now=desk.now,
            arrival=Arrival(desk.now, confirmed=False),
        )

    return desk.store.write(work)


def messages(desk: FrontDesk, case: Case) -> list[Message]:
    with desk.store.read() as uow:
        return list(uow.threads.messages_of_case(case.id))


def events(desk: FrontDesk, case: Case) -> list[EventName]:
    with desk.store.read() as uow:
        return [event.name for event in uow.cases.events(case.id)]


def add_letter(desk: FrontDesk, case: Case, kind: LetterKind, number: str) -> int:
    sha256 = desk.context.blobs.put(PDF)

    def work(uow: UnitOfWork) -> int:
        return uow.letters.add(
            case.id, kind, number, language="zh", title=f"文书{number}", body="正文", facts={}, issued_at=desk.now,
            issued_by=StaffId(1), pdf_sha256=sha256, docx_sha256=sha256,
        ).id  # fmt: skip

    return desk.store.write(work)


def test_the_page_says_what_is_next_who_owes_it_and_by_when(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    said = text_of(browser.open(enter(browser, opened)))
    unit = desk.context.office.bureau.unit(opened.case.unit)
    for words in ("下一步", "告知您是否受理", f"由{unit.name.zh}办理", "2026年12月8日", "还有 15 天", "路灯坏了"):
        assert words in said


def test_the_code_is_asked_once_and_no_address_tells_it(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    page = enter(browser, opened)
    assert page == f"/status/{opened.case.reference}"
    assert opened.case.reference in text_of(browser.open(page))
    cookie = next(one for one in browser.client.cookies.jar if one.name == KEY_COOKIE)
    assert opened.query_code not in (cookie.value or "")
    assert opened.query_code.replace("-", "") not in (cookie.value or "")


def test_the_cookie_is_hidden_from_scripts_other_sites_and_other_pages(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    fields = {"reference": opened.case.reference, "code": opened.query_code}
    set_cookie = browser.send("/status", "/status", fields).headers["set-cookie"].lower()
    for word in (KEY_COOKIE, "httponly", "samesite=strict", "path=/status", "max-age=1200"):
        assert word in set_cookie


def test_the_key_holds_for_twenty_minutes_from_the_last_look(desk: FrontDesk, browser: Browser) -> None:
    page = enter(browser, desk.receive("路灯坏了"))
    for _ in range(3):
        desk.wait(KEPT_FOR - timedelta(seconds=1))
        assert "路灯坏了" in text_of(browser.open(page))
    desk.wait(KEPT_FOR)
    assert "路灯坏了" not in text_of(browser.open(page))


def test_a_key_opens_no_other_case_and_a_forged_one_none(desk: FrontDesk, browser: Browser) -> None:
    mine, other = desk.receive("路灯坏了"), desk.receive("别人的事", address="web-2", name="示例乙")
    page = enter(browser, mine)
    stranger = browser.open(f"/status/{other.case.reference}")
    assert "别人的事" not in stranger.text
    nobody = browser.open("/status/ZMD-2026-000099-3")
    shown = [
        re.sub(r'value="[^"]*"', "", answer.text.replace(ref, ""))
        for answer, ref in ((stranger, other.case.reference), (nobody, "ZMD-2026-000099-3"))
    ]
    assert shown[0] == shown[1], "whether there is such a case is told to nobody"
    browser.client.cookies.clear()
    browser.client.cookies.set(KEY_COOKIE, f"{mine.case.id}.99999999999.{'0' * 64}", path="/status")
    assert "路灯坏了" not in browser.open(page).text


def test_a_key_is_bound_to_its_case_its_code_and_its_time(desk: FrontDesk) -> None:
    case, other = desk.receive("路灯坏了").case, desk.receive("别人的事", address="web-2").case
    key, now = seal_key(case, "stored", b"secret", now=desk.now), desk.now
    assert opens(key, case, "stored", b"secret", now=now)
    assert not opens(key, other, "stored", b"secret", now=now)
    assert not opens(key, case, "another code", b"secret", now=now)
    assert not opens(key, case, "stored", b"another secret", now=now)
    assert not opens(key, case, "stored", b"secret", now=now + KEPT_FOR)
    longer = key.replace(key.split(".")[1], str(int(key.split(".")[1]) + 60))
    assert not opens(longer, case, "stored", b"secret", now=now)
    assert not any(opens(word, case, "stored", b"secret", now=now) for word in ("", ".", f"{case.id}.x.y", "１.2.3"))


def test_whoever_leaves_takes_the_key_away(desk: FrontDesk, browser: Browser) -> None:
    page = enter(browser, desk.receive("路灯坏了"))
    assert browser.send(page, "/status/leave").status_code == 303
    assert "路灯坏了" not in browser.open(page).text


@pytest.mark.parametrize("form", ["add", "confirm", "withdraw", "review", "rate", "publication"])
def test_no_form_works_without_the_key_or_from_another_site(form: str, desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    page = f"/status/{opened.case.reference}"
    refused = browser.send("/status", f"{page}/{form}", {"text": "x", "grade": "1"})
    assert refused.status_code == 401
    assert "请重新输入查询码" in text_of(refused)
    enter(browser, opened)
    assert browser.client.post(f"{page}/{form}", data={"text": "x"}).status_code == 403
    assert events(desk, opened.case) == [EventName.OPENED, EventName.DEADLINE_SET]


def test_what_is_added_reaches_the_case_once_with_its_files(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    page = enter(browser, opened)
    once = re.search(r'name="once" value="([^"]+)"', browser.open(page).text)
    assert once
    for _ in range(2):
        answer = browser.send(
            page,
            f"{page}/add",
            {"text": "又有一盏", "once": once[1]},
            files={"files": ("a.txt", b"photo", "text/plain")},
        )
        assert answer.status_code == 303
    added = [message for message in messages(desk, opened.case) if message.text == "又有一盏"]
    assert [(one.number, [file.name for file in one.attachments]) for one in added] == [(2, ["a.txt"])]
    assert events(desk, opened.case).count(EventName.MESSAGE_RECEIVED) == 1
    shown = browser.open(page)
    assert "又有一盏" in text_of(shown)
    file = added[0].attachments[0]
    given = browser.open(f"{page}/files/{file.sha256}")
    assert given.content == b"photo"
    assert given.headers["content-disposition"].startswith("attachment")


def test_nothing_is_added_by_an_empty_form(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    refused = send(browser, enter(browser, opened), "add", text="  ")
    assert refused.status_code == 422
    assert "请写明内容，或选择文件" in text_of(refused)


def test_a_flood_of_forms_is_slowed_down(desk: FrontDesk, browser: Browser) -> None:
    page = enter(browser, desk.receive("路灯坏了"))
    for number in range(MOST_SENT):
        assert browser.send(page, f"{page}/add", {"text": f"第{number}条"}).status_code == 303
    assert browser.send(page, f"{page}/add", {"text": "还有"}).status_code == 429


def test_withdrawing_asks_once_more_and_then_closes(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")
    page = enter(browser, opened)
    assert "确定要撤回吗" in text_of(browser.open(f"{page}/withdraw"))
    assert desk.look(opened.case).status is CaseStatus.NEW
    answer = browser.send(f"{page}/withdraw", f"{page}/withdraw", {"text": "已经修好了"})
    said = text_of(browser.open(answer.headers["location"]))
    assert "已按您的意思撤回" in said
    assert "当事人撤回" in said
    assert "已按您的意思撤回" not in text_of(browser.open(page)), "said once"
    assert desk.look(opened.case).disposition is Disposition.WITHDRAWN
    assert "请评价办理结果" not in said
    assert "补充情况" not in said


def test_an_online_application_waits_for_its_writer_to_confirm(desk: FrontDesk, browser: Browser) -> None:
    opened = an_unconfirmed_application(desk)
    page = enter(browser, opened)
    said = text_of(browser.open(page))
    assert "等您确认收到" in said
    told = text_of(send(browser, page, "confirm"))
    assert "答复期限从今天起算" in told
    assert "书面答复您" in told
    assert desk.look(opened.case).received_on is not None
    assert "已经确认过收到" in text_of(send(browser, page, "confirm"))


def test_a_closed_case_is_rated_once_and_a_poor_grade_opens_it(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("什么时候办", kind=CaseKind.CONSULTATION)
    page = enter(browser, opened)
    assert "请评价办理结果" not in text_of(browser.open(page))
    end(desk, opened.case)
    said = text_of(browser.open(page))
    for words in ("请评价办理结果", "非常满意", "基本满意", "非常不满意"):
        assert words in said
    assert "请选择一个满意度" in text_of(send(browser, page, "rate", grade="9"))
    told = text_of(send(browser, page, "rate", grade="1", text="没有回答问题"))
    assert "感谢您的评价" in told
    assert "重新打开" in told, "the message that it is mended"
    assert desk.look(opened.case).status is CaseStatus.NEW


def test_a_good_grade_stays_and_cannot_be_given_twice(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("什么时候办", kind=CaseKind.CONSULTATION)
    page = enter(browser, opened)
    end(desk, opened.case)
    assert "您的评价：非常满意" in text_of(send(browser, page, "rate", grade="5"))
    assert "已经评价过" in text_of(send(browser, page, "rate", grade="1"))
    assert desk.look(opened.case).rating == 5


def test_consent_is_asked_only_where_it_is_needed_and_can_be_taken_back(desk: FrontDesk, browser: Browser) -> None:
    by_class = desk.receive("什么时候办", kind=CaseKind.CONSULTATION)
    page = enter(browser, by_class)
    end(desk, by_class.case)
    assert "我同意把办理结果公开" not in text_of(browser.open(page))
    complaint = desk.receive("态度不好", address="web-2")
    page = enter(browser, complaint)
    end(desk, complaint.case, Disposition.UPHELD)
    assert "我同意把办理结果公开" in text_of(browser.open(page))
    assert "您已同意公开" in text_of(send(browser, page, "rate", grade="4", publish="1"))
    assert "不公开这件事的结果" in text_of(send(browser, page, "publication"))
    assert events(desk, complaint.case).count(EventName.PUBLICATION_CONSENTED) == 2


def test_a_review_is_offered_after_the_opinion_and_once(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("态度不好")
    page = enter(browser, opened)
    assert "申请复查" not in text_of(browser.open(page))
    facts = {"ending": "upheld", "on": "2026-11-23"}
    desk.store.write(
        lambda uow: uow.cases.append(opened.case.id, EventName.DECIDED, at=desk.now, actor="staff:1", facts=facts)
    )
    end(desk, opened.case, Disposition.NOT_UPHELD)
    assert "申请复查" in text_of(browser.open(page))
    told = text_of(send(browser, page, "review", text="不服"))
    assert "正在复查" in told
    assert "30 日内请求复查" not in told
    assert "请等待书面答复" in text_of(send(browser, page, "review", text="不服"))


def test_letters_to_the_holder_are_given_as_pdf_and_those_to_others_are_not(desk: FrontDesk, browser: Browser) -> None:
    opened, other = desk.receive("路灯坏了"), desk.receive("别人的事", address="web-2")
    receipt = add_letter(desk, opened.case, LetterKind.RECEIPT, "收〔2026〕1号")
    third = add_letter(desk, opened.case, LetterKind.THIRD_PARTY, "征〔2026〕1号")
    foreign = add_letter(desk, other.case, LetterKind.RECEIPT, "收〔2026〕2号")
    page = enter(browser, opened)
    said = text_of(browser.open(page))
    assert "收〔2026〕1号" in said
    assert "征〔2026〕1号" not in said
    given = browser.open(f"{page}/letters/{receipt}")
    assert (given.status_code, given.content) == (200, PDF)
    assert [browser.open(f"{page}/letters/{number}").status_code for number in (third, foreign, 999)] == [404] * 3
    browser.client.cookies.clear()
    assert PDF not in browser.open(f"{page}/letters/{receipt}").content


def test_what_others_wrote_about_the_case_and_notes_stay_hidden(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")

    def join_another(uow: UnitOfWork) -> None:
        where = Address(ChannelName.WEB_CHAT, "web-9")
        party = uow.parties.ensure(where, language="zh", name="示例丙", now=desk.now)
        thread = uow.threads.ensure_chat(where, party.id, language="zh", now=desk.now)
        said = uow.threads.add_message(thread.id, Direction.INBOUND, Author.CITIZEN, "我是邻居", now=desk.now)
        uow.threads.set_message_case(said.id, opened.case.id)

    desk.store.write(join_another)
    said = text_of(browser.open(enter(browser, opened)))
    assert "路灯坏了" in said
    assert "我是邻居" not in said


def test_a_deadline_of_an_unknown_name_does_not_break_the_page(desk: FrontDesk, browser: Browser) -> None:
    opened = desk.receive("路灯坏了")

    def rename(uow: UnitOfWork) -> None:
        kept = [one for one in uow.deadlines.of_case(opened.case.id) if one.due_on]
        strange = [replace(kept[0], name=name, owed_by="somebody", state="running") for name in ("planted", "reply:2")]
        uow.deadlines.replace(opened.case.id, [*kept, *strange])

    desk.store.write(rename)
    answer = browser.open(enter(browser, opened))
    assert answer.status_code == 200
    assert "办理中的其他步骤" in text_of(answer)


def test_the_page_is_there_in_english_too(desk: FrontDesk, browser: Browser) -> None:
    page = enter(browser, desk.receive("The street lamp is broken", language="en"))
    said = text_of(browser.open(f"{page}?lang=en"))
    for words in ("Next step", "Tell you whether the matter is accepted", "by 8 December 2026", "Withdraw this matter"):
        assert words in said
