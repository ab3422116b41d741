"""Questions that were not well answered: which are open, to whom they are shown, and settling them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from casework.commands import RecordEnquiry
from casework.enquiry import EnquiryId, OpenQuestion, Settled, Settlement, Shortfall
from casework.errors import CaseworkNotFound
from casework.message import Author, Direction, StaffId, ThreadId
from casework.store import SqlStore, SqlUnitOfWork
from tests.casework.a_bureau import CITIZEN, a_complaint

CLERK = StaffId(7)


def ask(uow: SqlUnitOfWork, text: str, decision: str, now: datetime, **more: object) -> tuple[EnquiryId, ThreadId]:
    party = uow.parties.ensure(CITIZEN, language="zh", name=None, now=now)
    thread = uow.threads.ensure_chat(CITIZEN, party.id, language="zh", now=now)
    message = uow.threads.add_message(thread.id, Direction.INBOUND, Author.CITIZEN, text, now=now)
    recorded = RecordEnquiry(decision, **more)  # type: ignore[arg-type]
    return uow.enquiries.add(recorded, thread_id=thread.id, message_id=message.id, now=now).id, thread.id


def open_now(store: SqlStore, now: datetime, **more: object) -> list[OpenQuestion]:
    with store.read() as uow:
        return list(uow.enquiries.open_questions(since=now - timedelta(days=30), **more))  # type: ignore[arg-type]


def test_what_was_handed_over_asked_back_or_did_not_help_is_open(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        ask(uow, "能养鸡吗", "hand_over", now, confidence=0.1)
        ask(uow, "办证", "ask_back", now, confidence=0.4)
        ask(uow, "多少钱", "answer", now, procedure="passport-first", version="1", confidence=0.9)
        good, thread = ask(uow, "护照", "answer", now, procedure="passport-first", version="1")
        bad, _ = ask(uow, "护照贵吗", "answer", now, procedure="passport-first", version="1", confidence=0.8)
        assert uow.enquiries.rate(good, True, thread_id=thread, now=now)
        assert uow.enquiries.rate(bad, False, thread_id=thread, now=now)

    store.write(work)
    found = open_now(store, now)
    assert [(one.text, one.shortfall, one.procedure, one.confidence) for one in found] == [
        ("护照贵吗", Shortfall.NOT_HELPFUL, "passport-first", 0.8),
        ("办证", Shortfall.ASKED_BACK, None, 0.4),
        ("能养鸡吗", Shortfall.UNANSWERED, None, 0.1),
    ]
    assert {one.asked_at for one in found} == {now}
    assert "护照" not in repr(found[0])


def test_none_of_these_concerns_the_latest_offer_of_the_thread(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        ask(uow, "先问的", "ask_back", now)
        ask(uow, "后问的", "ask_back", now)
        _, thread = ask(uow, "别的", "hand_over", now)
        uow.enquiries.decline(thread)

    store.write(work)
    assert {one.text: one.shortfall for one in open_now(store, now)} == {
        "先问的": Shortfall.ASKED_BACK,
        "后问的": Shortfall.DECLINED,
        "别的": Shortfall.UNANSWERED,
    }


def test_the_press_of_a_button_is_no_question(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        chosen, thread = ask(uow, "补领身份证", "answer", now, procedure="id-card-lost", because=("chosen",))
        uow.enquiries.rate(chosen, False, thread_id=thread, now=now)

    store.write(work)
    assert open_now(store, now) == []


def test_a_question_in_no_case_is_not_shown_to_units(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        ask(uow, "不属于任何事项", "hand_over", now)
        opened = a_complaint(uow, now=now)
        message = uow.threads.add_message(
            opened.case.thread_id, Direction.INBOUND, Author.CITIZEN, "案件里的问题", now=now, case_id=opened.case.id
        )
        uow.enquiries.add(RecordEnquiry("hand_over"), thread_id=opened.case.thread_id, message_id=message.id, now=now)

    store.write(work)
    assert [(one.text, one.unit) for one in open_now(store, now)] == [
        ("案件里的问题", "north-station"),
        ("不属于任何事项", None),
    ]
    assert [one.text for one in open_now(store, now, units=("north-station",))] == ["案件里的问题"]
    assert open_now(store, now, units=("bureau",)) == []


def test_what_was_asked_before_the_period_is_left_out_and_the_latest_come_first(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        for days in (31, 20, 1):
            ask(uow, f"{days} 天前", "hand_over", now - timedelta(days=days))

    store.write(work)
    assert [one.text for one in open_now(store, now)] == ["1 天前", "20 天前"]
    assert [one.text for one in open_now(store, now, limit=1)] == ["1 天前"]


def test_what_is_settled_does_not_come_back_until_it_is_asked_again(store: SqlStore, now: datetime) -> None:
    enquiry, _ = store.write(lambda uow: ask(uow, "几点关门", "hand_over", now))
    dismissed = Settlement(Settled.DISMISSED, CLERK, now, because="图书馆不归我们管")
    assert store.write(lambda uow: uow.enquiries.settle([enquiry], dismissed)) == 1
    assert store.write(lambda uow: uow.enquiries.settle([enquiry], dismissed)) == 0
    assert open_now(store, now) == []
    with store.read() as uow, pytest.raises(CaseworkNotFound):
        uow.enquiries.question(enquiry)
    again, _ = store.write(lambda uow: ask(uow, "几点关门", "hand_over", now))
    assert [one.enquiry for one in open_now(store, now)] == [again]
    with store.read() as uow:
        assert uow.enquiries.question(again).text == "几点关门"


def test_questions_given_to_an_entry_are_labels(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        first, _ = ask(uow, "身份证掉了", "hand_over", now)
        second, _ = ask(uow, "能养鸡吗", "hand_over", now)
        third, _ = ask(uow, "几点关门", "hand_over", now)
        uow.enquiries.settle([first], Settlement(Settled.PHRASING, CLERK, now, "id-card-lost", "身份证掉了"))
        uow.enquiries.settle([second], Settlement(Settled.ENTRY, CLERK, now, procedure="poultry"))
        uow.enquiries.settle([third], Settlement(Settled.DISMISSED, CLERK, now, because="不归我们管"))

    store.write(work)
    with store.read() as uow:
        assert uow.enquiries.answered_by() == [
            ("能养鸡吗", "poultry", ""),
            ("身份证掉了", "id-card-lost", "身份证掉了"),
        ]


def test_more_questions_than_a_statement_takes_are_settled(store: SqlStore, now: datetime) -> None:
    asked = [store.write(lambda uow: ask(uow, "同一个问题", "hand_over", now))[0]]
    missing = [EnquiryId(number) for number in range(1000, 2100)]
    dismissed = Settlement(Settled.DISMISSED, CLERK, now, because="重复")
    assert store.write(lambda uow: uow.enquiries.settle([*missing, *asked], dismissed)) == 1


@pytest.mark.parametrize(
    "made",
    [{"outcome": Settled.DISMISSED, "because": "  "}, {"outcome": Settled.PHRASING}, {"outcome": Settled.ENTRY}],
    ids=["without a reason", "no entry for the phrasing", "no entry drafted"],
)
def test_a_settlement_that_says_nothing_is_refused(made: dict[str, object], now: datetime) -> None:
    with pytest.raises(ValueError, match=r"say why|name the entry"):
        Settlement(by=CLERK, at=now, **made)  # type: ignore[arg-type]
