"""The page of a case: what it shows, what may be done, and forms that were made from an older state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from casework.actions.correspondence import add_note, record_delivery, reply_to_citizen
from casework.case import Case, CaseStatus
from casework.disposition import Disposition
from casework.events import EventName
from casework.kinds import CaseKind
from casework.message import Author, Direction, Message
from casework.outbox import DeliveryOutcome, DeliveryResult, OutboxEntry, OutboxKind, OutboxState
from casework.party import ChannelName
from casework.ports import UnitOfWork
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("zong", Role.INTAKE)
    desk.hire("jiao", Role.HANDLER, "traffic-police")
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "zong") as browser:
        yield browser


def page_of(case: Case) -> str:
    return f"/staff/cases/{case.reference}"


def messages(desk: FrontDesk, case: Case, direction: Direction) -> list[Message]:
    with desk.store.read() as uow:
        return [one for one in uow.threads.messages_of_case(case.id) if one.direction is direction]


def events(desk: FrontDesk, case: Case) -> list[EventName]:
    with desk.store.read() as uow:
        return [event.name for event in uow.cases.events(case.id)]


def test_the_page_shows_what_was_stated_said_and_done_and_by_when(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("路灯坏了三周", details={"facts": "路灯坏了", "place": "示例路18号", "unnamed": "no"}).case
    said = text_of(browser.open(page_of(case)))
    for words in (
        "路灯坏了三周",
        "地点 示例路18号",
        "是否保密姓名 否",
        "示例甲",
        "《信访工作条例》第二十三条",
        "2026年12月8日",
    ):
        assert words in said
    assert "还有 15 天" in said
    assert "收到，分到" in said
    assert "15 日，自 2026年11月23日 次日起算" in said


def test_a_reply_goes_to_the_outbox_and_the_writer_takes_over(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("路灯坏了").case
    answer = browser.send(page_of(case), f"{page_of(case)}/reply", {"text": "您好，周四前修好。"})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{page_of(case)}?done=reply"
    with desk.store.read() as uow:
        entries = uow.outbox.list([OutboxState.DUE], limit=10)
        assert [entry.reply.text for entry in entries if entry.kind is OutboxKind.STAFF] == ["您好，周四前修好。"]
        assert uow.threads.get(case.thread_id).taken_over_by is not None
    assert desk.wakes
    shown = text_of(browser.open(answer.headers["location"]))
    assert "回复已登记" in shown
    assert "等待发送" in shown
    assert "正在人工答复" in shown
    assert desk.look(case).status is CaseStatus.WAITING


def test_a_stale_form_does_nothing_tells_what_is_new_and_keeps_all_that_was_typed(
    desk: FrontDesk, browser: Browser
) -> None:
    case = desk.receive("路灯坏了").case
    version = desk.look(case).version
    desk.hear_again(case, "补充：昨晚有人摔倒")
    files = [("files", ("plan.txt", b"plan", "text/plain"))]
    fields = {"text": "我写了很久的<b>答复</b>", "version": str(version)}
    stale = browser.send(page_of(case), f"{page_of(case)}/reply", fields, files=files)
    assert stale.status_code == 409
    said = text_of(stale)
    assert "有人更新了这件事" in said
    assert "来信人发来新信息" in said
    assert "补充：昨晚有人摔倒" in said
    assert "我写了很久的&lt;b&gt;答复&lt;/b&gt;</textarea>" in stale.text
    assert "plan.txt" in said
    assert messages(desk, case, Direction.OUTBOUND) == []

    kept = re.search(r'name="kept" value="([^"]+)"', stale.text)
    fresh = re.search(r'name="version" value="(\d+)"', stale.text)
    assert kept is not None
    assert fresh is not None
    again = browser.send(
        page_of(case), f"{page_of(case)}/reply", {"text": "我写了很久的答复", "version": fresh[1], "kept": kept[1]}
    )
    assert again.status_code == 303
    (sent,) = messages(desk, case, Direction.OUTBOUND)
    assert [one.name for one in sent.attachments] == ["plan.txt"]


def test_the_same_form_sent_twice_replies_once(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("路灯坏了").case
    fields = {"text": "好的", "version": str(desk.look(case).version)}
    answers = [browser.send(page_of(case), f"{page_of(case)}/reply", fields).status_code for _ in range(2)]
    assert answers == [303, 409]
    assert len(messages(desk, case, Direction.OUTBOUND)) == 1


def test_a_delivery_that_was_recorded_meanwhile_makes_no_form_stale(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("路灯坏了").case
    browser.send(page_of(case), f"{page_of(case)}/reply", {"text": "好的"})
    version = desk.look(case).version
    _deliver(desk, case, DeliveryResult(DeliveryOutcome.DELIVERED))
    assert desk.look(case).version > version
    answer = browser.send(page_of(case), f"{page_of(case)}/note", {"text": "已电话告知", "version": str(version)})
    assert answer.status_code == 303


def _deliver(desk: FrontDesk, case: Case, *results: DeliveryResult) -> OutboxEntry:
    def try_all(uow: UnitOfWork) -> OutboxEntry:
        last: OutboxEntry | None = None
        for result in results:
            desk.wait(timedelta(hours=2))
            claimed = uow.outbox.claim("test", list(ChannelName), now=desk.now, lease=timedelta(minutes=1), limit=50)
            (entry,) = (one for one in claimed if one.case_id == case.id and one.kind is OutboxKind.STAFF)
            last = record_delivery(entry, result, uow, office=desk.context.office, now=desk.now)
        assert last is not None
        return last

    return desk.store.write(try_all)


def test_a_failed_delivery_is_shown_with_what_the_other_server_said_and_can_be_tried_again(
    desk: FrontDesk, browser: Browser
) -> None:
    case = desk.receive("路灯坏了", channel=ChannelName.EMAIL, address="jia@mail.example").case
    browser.send(page_of(case), f"{page_of(case)}/reply", {"text": "好的"})
    said = "550 5.1.1 <script>no such user</script>"
    entry = _deliver(desk, case, DeliveryResult(DeliveryOutcome.PERMANENT, said, address_is_dead=True))
    page = browser.open(page_of(case))
    assert "未能送达" in text_of(page)
    assert "550 5.1.1 &lt;script&gt;" in page.text
    assert "该地址已无法送达" in text_of(page)
    answer = browser.send(page_of(case), f"/staff/outbox/{entry.id}/retry", {"back": f"{page_of(case)}?done=retry"})
    assert "已重新排入发送" in text_of(browser.open(answer.headers["location"]))
    with desk.store.read() as uow:
        assert uow.outbox.get(entry.id).state is OutboxState.DUE


def test_a_delivery_that_is_being_tried_again_or_was_repeated_is_told(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("路灯坏了", channel=ChannelName.EMAIL, address="jia@mail.example").case
    browser.send(page_of(case), f"{page_of(case)}/reply", {"text": "好的"})
    _deliver(desk, case, DeliveryResult(DeliveryOutcome.TEMPORARY, "451 greylisted"))
    said = text_of(browser.open(page_of(case)))
    assert "已试 1 次" in said
    assert "451 greylisted" in said
    _deliver(desk, case, DeliveryResult(DeliveryOutcome.UNKNOWN), DeliveryResult(DeliveryOutcome.DELIVERED))
    said = text_of(browser.open(page_of(case)))
    assert "已送达" in said
    assert "重发 1 次" in said


def test_a_note_stays_among_staff(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("路灯坏了").case
    browser.send(page_of(case), f"{page_of(case)}/note", {"text": "已联系照明所"})
    (note,) = messages(desk, case, Direction.NOTE)
    assert note.thread_id != case.thread_id
    page = browser.open(page_of(case))
    assert "已联系照明所" in page.text
    assert "said-note" in page.text


def test_the_conversation_is_taken_over_and_given_back(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("路灯坏了").case
    browser.send(page_of(case), f"{page_of(case)}/take-over")
    assert "自动回复暂停" in text_of(browser.open(page_of(case)))
    browser.send(page_of(case), f"{page_of(case)}/give-back")
    with desk.store.read() as uow:
        assert uow.threads.get(case.thread_id).taken_over_by is None
    assert events(desk, case)[-2:] == [EventName.TAKEN_OVER, EventName.GIVEN_BACK]


def test_a_case_is_assigned_only_to_somebody_who_sees_it(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("签证续期", unit="exit-entry").case
    zong, jiao = desk.hire("liu", Role.INTAKE), desk.hire("chen", Role.HANDLER, "traffic-police")
    colleagues = browser.open(page_of(case)).text.partition('id="assign-to"')[2].partition("</select>")[0]
    assert f'<option value="{zong.id}"' in colleagues
    assert f'<option value="{jiao.id}"' not in colleagues
    assert browser.send(page_of(case), f"{page_of(case)}/assign", {"to": str(jiao.id)}).status_code == 422
    assert browser.send(page_of(case), f"{page_of(case)}/assign", {"to": "nobody"}).status_code == 422
    assert browser.send(page_of(case), f"{page_of(case)}/assign", {"to": str(zong.id)}).status_code == 303
    assert desk.look(case).assignee == zong.id


def test_a_transfer_needs_its_reason_and_a_clerk_then_lets_the_case_go(desk: FrontDesk) -> None:
    case = desk.receive("违章停车", unit="traffic-police").case
    with signed_in(desk, "jiao") as browser:
        without = browser.send(page_of(case), f"{page_of(case)}/transfer", {"unit": "exit-entry", "reason": " "})
        assert without.status_code == 422
        assert "请写明原因" in text_of(without)
        fields = {"unit": "exit-entry", "reason": "属出入境事项"}
        answer = browser.send(page_of(case), f"{page_of(case)}/transfer", fields)
        assert answer.headers["location"] == "/staff/queue?done=transfer"
        assert "已转办" in text_of(browser.open(answer.headers["location"]))
        assert browser.open(page_of(case)).status_code == 404
    assert desk.look(case).unit == "exit-entry"
    with signed_in(desk, "zong") as other:
        said = text_of(other.open(page_of(case)))
        assert "由交通警察支队转到出入境管理窗口" in said
        assert "属出入境事项" in said


def test_a_case_is_closed_only_as_its_kind_allows_and_opened_again_with_a_reason(
    desk: FrontDesk, browser: Browser
) -> None:
    case = desk.receive("请问周末办公吗", kind=CaseKind.CONSULTATION).case
    page = browser.open(page_of(case)).text
    assert '<option value="answered"' in page
    assert '<option value="upheld"' not in page
    for wrong in ("upheld", "", "nonsense"):
        refused = browser.send(page_of(case), f"{page_of(case)}/close", {"disposition": wrong, "reason": "写好的说明"})
        assert refused.status_code == 422
        assert "写好的说明" in refused.text
    browser.send(page_of(case), f"{page_of(case)}/close", {"disposition": "answered"})
    assert desk.look(case).disposition is Disposition.ANSWERED
    closed = browser.open(page_of(case))
    assert "已答复" in text_of(closed)
    assert f"{page_of(case)}/transfer" not in closed.text
    assert browser.send(page_of(case), f"{page_of(case)}/reopen", {"reason": ""}).status_code == 422
    browser.send(page_of(case), f"{page_of(case)}/reopen", {"reason": "来信人不满意"})
    assert desk.look(case).status is CaseStatus.NEW
    assert "来信人不满意" in text_of(browser.open(page_of(case)))


def test_what_the_state_no_longer_allows_is_told_kindly(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("请问周末办公吗", kind=CaseKind.CONSULTATION).case
    browser.send(page_of(case), f"{page_of(case)}/close", {"disposition": "answered"})
    answer = browser.send(page_of(case), f"{page_of(case)}/close", {"disposition": "answered"})
    assert answer.status_code == 409
    assert "状态已经变了" in text_of(answer)


@pytest.mark.parametrize("form", ["reply", "note"])
@pytest.mark.parametrize(("text", "told"), [("  \n ", "内容是空的"), ("长" * 20_001, "超过两万字")])
def test_empty_and_endless_texts_are_refused_and_kept(
    form: str, text: str, told: str, desk: FrontDesk, browser: Browser
) -> None:
    case = desk.receive("路灯坏了").case
    answer = browser.send(page_of(case), f"{page_of(case)}/{form}", {"text": text})
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert text.strip() in answer.text


def test_markup_in_messages_names_and_facts_is_shown_as_it_was_typed(desk: FrontDesk, browser: Browser) -> None:
    attack = "<script>alert('x')</script>\n\n<img src=x onerror=alert(1)>"
    case = desk.receive(attack, name="<b>甲</b>", details={"facts": attack, "<i>": "x"}).case
    page = browser.open(page_of(case)).text
    for markup in ("<script>alert", "<img src=x", "<b>甲</b>", "<i>"):
        assert markup not in page
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in page


def test_a_clerk_does_not_learn_the_name_behind_an_anonymous_complaint(desk: FrontDesk) -> None:
    details = {"facts": "态度差", "name": "示例丁某", "contact": "000-0000"}
    case = desk.receive("态度差", unit="traffic-police", name="示例丁某", anonymous=True, details=details).case
    with signed_in(desk, "jiao") as browser:
        page = browser.open(page_of(case))
        assert "示例丁某" not in page.text
        assert "000-0000" not in page.text
        assert "不公开姓名" in text_of(page)
        assert "示例丁某" not in browser.open(f"{page_of(case)}/news").text
    with signed_in(desk, "zong") as browser:
        assert "要求对承办单位保密姓名" in text_of(browser.open(page_of(case)))


def test_the_query_code_that_was_told_to_the_citizen_is_covered_on_the_page(desk: FrontDesk) -> None:
    opened = desk.receive("路灯坏了三周")
    case, told = opened.case, f"查询码：{opened.query_code}（只显示一次）"
    desk.store.write(
        lambda uow: uow.threads.add_message(
            case.thread_id, Direction.OUTBOUND, Author.DESK, told, now=desk.now, case_id=case.id
        )
    )
    with signed_in(desk, "zong") as browser:
        page = browser.open(page_of(case)).text
    assert "查询码" in page
    assert opened.query_code not in page


def test_another_matter_of_the_same_chat_does_not_give_away_who_wishes_to_stay_unnamed(desk: FrontDesk) -> None:
    unnamed = desk.receive("态度差", unit="traffic-police", address="w1", anonymous=True).case
    named = desk.receive("我叫示例丁某，违章停车", unit="traffic-police", address="w1").case
    with signed_in(desk, "jiao") as browser:
        assert "示例丁某" not in browser.open(page_of(unnamed)).text
        assert "态度差" not in browser.open(page_of(named)).text
    with signed_in(desk, "zong") as browser:
        assert "态度差" in browser.open(page_of(named)).text


def test_a_clerk_does_not_read_what_the_citizen_said_to_another_unit_in_the_same_chat(desk: FrontDesk) -> None:
    own = desk.receive("违章停车", unit="traffic-police", address="w1").case
    desk.receive("投诉交警支队收钱", unit="police-affairs-publicity", address="w1")
    with signed_in(desk, "jiao") as browser:
        assert "投诉交警支队收钱" not in browser.open(page_of(own)).text
    with signed_in(desk, "zong") as browser:
        assert "投诉交警支队收钱" in browser.open(page_of(own)).text


@pytest.mark.parametrize("action", ["reply", "note", "take-over", "close"])
def test_a_clerk_cannot_act_on_a_case_of_another_unit(action: str, desk: FrontDesk) -> None:
    foreign = desk.receive("签证续期", unit="exit-entry", address="w2").case
    own = desk.receive("违章停车", unit="traffic-police", address="w1").case
    with signed_in(desk, "jiao") as browser:
        fields = {"text": "x", "disposition": "withdrawn", "version": str(foreign.version)}
        assert browser.send(page_of(own), f"{page_of(foreign)}/{action}", fields).status_code == 404
    assert desk.look(foreign).version == foreign.version


def test_the_fetched_part_has_the_news_and_not_the_forms(desk: FrontDesk, browser: Browser) -> None:
    case = desk.receive("路灯坏了").case
    desk.hear_again(case, "还没有修")
    part = browser.open(f"{page_of(case)}/news").text
    assert "还没有修" in part
    assert 'id="standing"' in part
    assert part.count("hx-swap-oob=true") == 2
    assert "<textarea" not in part


def test_notes_and_replies_of_colleagues_are_told_with_their_names(desk: FrontDesk, browser: Browser) -> None:
    case, wang = desk.receive("路灯坏了").case, desk.hire("wang", Role.INTAKE)

    def work(uow: UnitOfWork) -> None:
        add_note(case, "记一下", uow, staff=wang, now=desk.now)
        reply_to_citizen(uow.cases.get(case.id), "您好", uow, staff=wang, now=desk.now)

    desk.store.write(work)
    assert text_of(browser.open(page_of(case))).count("wang（示例）") >= 4


def test_a_reference_is_forgiven_its_spelling_and_an_unknown_one_is_not_found(
    desk: FrontDesk, browser: Browser
) -> None:
    case = desk.receive("路灯坏了").case
    assert browser.open(f"/staff/cases/{case.reference.lower()}").status_code == 200
    missing = browser.open("/staff/cases/ZMD-2026-999999-9")
    assert missing.status_code == 404
    assert "没有这个页面" in text_of(missing)
