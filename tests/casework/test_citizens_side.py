"""What citizens do with a case of their own, and what becomes public of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from casework.actions.closure import close
from casework.actions.finishing import rate, withdraw_as_citizen
from casework.actions.intake import Arrival, OpenedCase, open_case
from casework.actions.office import Office
from casework.actions.own_case import (
    add_facts,
    ask_review_as_citizen,
    confirm_as_citizen,
    decide_publication,
)
from casework.actions.publishing_results import NamesSomebody, publish_result
from casework.actions.stepping import Walker
from casework.case import Case, CaseStatus
from casework.commands import OpenCase
from casework.disposition import Disposition
from casework.errors import CaseworkNotFound, Refusal
from casework.events import EventName, broken_links
from casework.kinds import CaseKind
from casework.message import Direction, Message
from casework.outbox import OutboxState
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from casework.staff import Role, Staff
from casework.standing import standing_of
from casework.store import SqlStore
from casework.unnaming import Telltale
from tests.casework.a_bureau import a_bureau, a_letter, an_office

OFFICE = replace(an_office(), site="https://desk.example")
STRICT = replace(OFFICE, bureau=replace(a_bureau(), redoes_poor=False))


def opened_in(
    store: SqlStore,
    now: datetime,
    kind: CaseKind = CaseKind.SUGGESTION,
    *,
    channel: ChannelName = ChannelName.WEB_CHAT,
    confirmed: bool = True,
) -> OpenedCase:
    def work(uow: UnitOfWork) -> OpenedCase:
        _, thread, message = a_letter(uow, now=now, address=Address(channel, "writer-1@mail.example"))
        command = OpenCase(
            kind, "路灯", {"facts": "路灯不亮", "contact": "0396-000-7788"}, unit="bureau", party_name="欧阳示例"
        )
        return open_case(
            command,
            uow,
            office=OFFICE,
            thread=thread,
            message=message,
            now=now,
            arrival=Arrival(now, confirmed=confirmed),
        )

    return store.write(work)


def a_person(uow: UnitOfWork) -> Staff:
    found = uow.accounts.find_staff("leader")
    return (
        found[0]
        if found
        else uow.accounts.add_staff(
            "leader",
            display_name="Leader",
            unit="bureau",
            role=Role.LEADER,
            language="zh",
            mail="l@gaj.example",
            password_hash="x",
        )
    )


def end(store: SqlStore, case: Case, now: datetime, how: Disposition = Disposition.NOTED) -> Case:
    return store.write(lambda uow: close(uow.cases.get(case.id), how, Walker(uow, OFFICE, a_person(uow), now)))


def do(store: SqlStore, case: Case, act: Callable[[Case, UnitOfWork], Case]) -> Case:
    return store.write(lambda uow: act(uow.cases.get(case.id, lock=True), uow))


def graded(store: SqlStore, case: Case, grade: int, now: datetime, office: Office = OFFICE) -> Case:
    return do(store, case, lambda c, uow: rate(c, grade, "", uow, office=office, now=now))


def written(store: SqlStore, case: Case) -> list[Message]:
    with store.read() as uow:
        return [m for m in uow.threads.messages_of_case(case.id) if m.direction is Direction.OUTBOUND]


def events(store: SqlStore, case: Case) -> list[EventName]:
    with store.read() as uow:
        ledger = uow.cases.events(case.id)
    assert broken_links(ledger) == ()
    return [event.name for event in ledger]


def test_a_closed_case_asks_in_the_chat_for_one_of_five_grades(store: SqlStore, now: datetime) -> None:
    case = end(store, opened_in(store, now).case, now)
    asked = written(store, case)[-1]
    assert case.reference in asked.text
    choices = asked.reply["choices"]
    assert isinstance(choices, list)
    assert [choice["value"] for choice in choices] == [f"rate:{case.reference}:{grade}" for grade in (5, 4, 3, 2, 1)]
    assert choices[0]["label"] == "非常满意"


def test_by_mail_it_is_asked_with_the_address_of_the_status_page(store: SqlStore, now: datetime) -> None:
    case = end(store, opened_in(store, now, channel=ChannelName.EMAIL).case, now)
    asked = written(store, case)[-1]
    assert f"https://desk.example/status?reference={case.reference}" in asked.text
    with store.read() as uow:
        due = uow.outbox.list([OutboxState.DUE], limit=10)
    assert asked.id in [entry.message_id for entry in due]


@pytest.mark.parametrize("channel", [ChannelName.LETTER, ChannelName.TELEPHONE])
def test_nothing_is_asked_on_paper(store: SqlStore, now: datetime, channel: ChannelName) -> None:
    assert written(store, end(store, opened_in(store, now, channel=channel).case, now)) == []


def test_who_took_the_matter_back_is_not_asked(store: SqlStore, now: datetime) -> None:
    case = opened_in(store, now).case
    closed = do(store, case, lambda c, uow: withdraw_as_citizen(c, "", uow, office=OFFICE, now=now))
    assert closed.status is CaseStatus.CLOSED
    assert closed.disposition is Disposition.WITHDRAWN
    assert written(store, closed) == []


def test_a_poor_grade_opens_the_case_again_and_the_citizen_is_told(store: SqlStore, now: datetime) -> None:
    case = end(store, opened_in(store, now).case, now)
    redone = graded(store, case, 2, now)
    assert (redone.status, redone.rating) == (CaseStatus.NEW, 2)
    assert "重新打开" in written(store, case)[-1].text


def test_a_good_grade_and_a_bureau_that_redoes_nothing_leave_it_closed(store: SqlStore, now: datetime) -> None:
    good, poor = (end(store, opened_in(store, now).case, now) for _ in range(2))
    assert graded(store, good, 3, now).status is CaseStatus.CLOSED
    assert graded(store, poor, 1, now, STRICT).status is CaseStatus.CLOSED


def test_each_ending_is_rated_once_and_redone_once(store: SqlStore, now: datetime) -> None:
    case = end(store, opened_in(store, now).case, now)
    graded(store, case, 1, now)
    with pytest.raises(Refusal) as early:
        graded(store, case, 1, now)
    assert early.value.key == "rated_early"
    end(store, case, now)
    assert graded(store, case, 1, now).status is CaseStatus.CLOSED, "redone once, and not again by itself"
    with pytest.raises(Refusal) as twice:
        graded(store, case, 5, now)
    assert twice.value.key == "rated"
    assert events(store, case).count(EventName.RATED) == 2


@pytest.mark.parametrize("grade", [0, 6, -1])
def test_another_number_is_no_grade(store: SqlStore, now: datetime, grade: int) -> None:
    case = end(store, opened_in(store, now).case, now)
    with pytest.raises(Refusal, match="no grade"):
        graded(store, case, grade, now)


def test_ratings_are_counted_by_the_unit_that_had_the_case(store: SqlStore, now: datetime) -> None:
    later = now + timedelta(days=40)
    for grade, day in ((5, now), (5, now), (3, now), (1, later)):
        graded(store, end(store, opened_in(store, now).case, now), grade, day)
    with store.read() as uow:
        assert uow.cases.ratings_by_unit(now, now + timedelta(days=1)) == {"bureau": {5: 2, 3: 1}}
        assert uow.cases.ratings_by_unit(later, later + timedelta(seconds=1)) == {"bureau": {1: 1}}
        assert uow.cases.ratings_by_unit(now + timedelta(days=1), later) == {}


def test_the_citizen_confirms_the_receipt_once_and_the_time_counts_from_there(store: SqlStore, now: datetime) -> None:
    case = opened_in(store, now, CaseKind.DISCLOSURE_APPLICATION, confirmed=False).case
    assert case.received_on is None
    later = now + timedelta(days=2)
    confirmed = do(store, case, lambda c, uow: confirm_as_citizen(c, uow, office=OFFICE, now=later))
    assert confirmed.received_on == OFFICE.bureau.calendar.local_date(later)
    assert confirmed.due_on is not None
    with pytest.raises(Refusal) as again:
        do(store, case, lambda c, uow: confirm_as_citizen(c, uow, office=OFFICE, now=later))
    assert again.value.key == "nothing_to_confirm"


def test_a_review_is_asked_for_only_of_an_opinion(store: SqlStore, now: datetime) -> None:
    case = end(store, opened_in(store, now, CaseKind.COMPLAINT).case, now, Disposition.UPHELD)
    with pytest.raises(Refusal) as none:
        do(store, case, lambda c, uow: ask_review_as_citizen(c, "", uow, office=OFFICE, now=now))
    assert none.value.key == "no_opinion"


def test_review_and_re_review_are_asked_for_once_each(store: SqlStore, now: datetime) -> None:
    case = end(store, opened_in(store, now, CaseKind.COMPLAINT).case, now, Disposition.UPHELD)

    def note(name: EventName, **facts: object) -> None:
        store.write(lambda uow: uow.cases.append(case.id, name, at=now, actor="staff:1", facts=facts))

    def ask() -> int:
        do(store, case, lambda c, uow: ask_review_as_citizen(c, "不服", uow, office=OFFICE, now=now))
        with store.read() as uow:
            return int(str(uow.cases.events(case.id)[-1].facts.get("round", 0)))

    note(EventName.DECIDED, ending="upheld")
    assert ask() == 1
    with pytest.raises(Refusal, match="not decided yet"):
        ask()
    note(EventName.REVIEW_DECIDED, round=1, upheld=True)
    assert ask() == 2
    note(EventName.REVIEW_DECIDED, round=2, upheld=True)
    with pytest.raises(Refusal) as over:
        ask()
    assert over.value.key == "review_over"


def test_what_is_added_is_the_next_message_of_the_thread(store: SqlStore, now: datetime) -> None:
    case = opened_in(store, now).case
    message = store.write(lambda uow: add_facts(uow.cases.get(case.id), " 又有一盏不亮 ", uow, office=OFFICE, now=now))
    assert (message.number, message.text, message.direction) == (2, "又有一盏不亮", Direction.INBOUND)
    assert events(store, case)[-1] is EventName.MESSAGE_RECEIVED
    with pytest.raises(Refusal, match="write what is to be added"):
        store.write(lambda uow: add_facts(uow.cases.get(case.id), " ", uow, office=OFFICE, now=now))


def publish(store: SqlStore, case: Case, now: datetime, answer: str = "路灯已修复。") -> Case:
    def work(uow: UnitOfWork) -> Case:
        walker = Walker(uow, OFFICE, a_person(uow), now)
        return publish_result(uow.cases.get(case.id), "关于路灯的建议", "建议修复路灯。", answer, walker)

    return store.write(work)


def test_a_result_of_a_kind_that_is_public_by_class_needs_no_consent(store: SqlStore, now: datetime) -> None:
    case = end(store, opened_in(store, now).case, now)
    assert publish(store, case, now).published_at == now
    with store.read() as uow:
        (result,) = uow.results.latest(limit=5, kind=CaseKind.SUGGESTION, unit="bureau")
        assert (result.kind, result.title) == (CaseKind.SUGGESTION, "关于路灯的建议")
        assert uow.results.latest(limit=5, kind=CaseKind.COMPLAINT) == []
        assert uow.results.latest(limit=5, unit="north-station") == []


def test_of_other_kinds_it_needs_the_citizens_consent_and_goes_with_it(store: SqlStore, now: datetime) -> None:
    case = end(store, opened_in(store, now, CaseKind.COMPLAINT).case, now, Disposition.UPHELD)
    with pytest.raises(Refusal) as none:
        publish(store, case, now)
    assert none.value.key == "no_consent"
    do(store, case, lambda c, uow: decide_publication(c, uow, office=OFFICE, given=True, now=now))
    publish(store, case, now)
    with store.read() as uow:
        (result,) = uow.results.latest(limit=5)
    back = do(store, case, lambda c, uow: decide_publication(c, uow, office=OFFICE, given=False, now=now))
    assert back.published_at is None
    with store.read() as uow, pytest.raises(CaseworkNotFound):
        uow.results.get(result.id)
    assert events(store, case)[-2:] == [EventName.PUBLICATION_CONSENTED, EventName.RESULT_WITHDRAWN]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ("已答复欧阳示例。", Telltale.NAME),
        ("已致电0396-000-7788。", Telltale.TELEPHONE),
        ("已写信到 writer-1@mail.example。", Telltale.ADDRESS),
    ],
    ids=["name", "telephone", "address"],
)
def test_words_that_name_the_writer_are_refused_and_said(
    store: SqlStore, now: datetime, answer: str, what: Telltale
) -> None:
    case = end(store, opened_in(store, now, channel=ChannelName.EMAIL).case, now)
    with pytest.raises(NamesSomebody) as refused:
        publish(store, case, now, answer)
    assert what in [found.what for found in refused.value.found]


def test_the_query_code_of_the_case_is_found_however_it_is_spelled(store: SqlStore, now: datetime) -> None:
    opened = opened_in(store, now)
    case = end(store, opened.case, now)
    with pytest.raises(NamesSomebody) as refused:
        publish(store, case, now, f"查询码{opened.query_code.replace('-', '').lower()}")
    assert [found.what for found in refused.value.found] == [Telltale.QUERY_CODE]


def test_words_that_name_nobody_pass(store: SqlStore, now: datetime) -> None:
    case = end(store, opened_in(store, now).case, now)
    assert publish(store, case, now, "已于2026年11月23日修复，咨询电话 0396-12345。").published_at is not None
    with store.read() as uow:
        assert standing_of(uow.cases.events(case.id)).marks
