"""Finding cases by words: what is written, joined, moved, named, kept unnamed and erased, on both databases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from casework.actions.intake import open_case
from casework.case import Case
from casework.commands import OpenCase
from casework.kinds import CaseKind
from casework.message import Author, Direction, MessageId
from casework.party import Address, ChannelName
from casework.ports import QueueFilter
from casework.store import SqlStore
from casework.store.case_words import CaseWords
from casework.store.search_tables import case_terms
from casework.store.units_of_work import SqlUnitOfWork
from tests.casework.a_bureau import a_letter, an_office


def found(store: SqlStore, words: str) -> list[str]:
    """References of the cases that these words find."""
    with store.read() as uow:
        wanted = QueueFilter(words=words)
        cases = [case.reference for case in uow.cases.queue(wanted, limit=50)]
        assert uow.cases.count(wanted) == len(cases)
    return sorted(cases)


def opened(
    store: SqlStore, now: datetime, words: str, number: int = 1, *, name: str = "", unnamed: bool = False
) -> Case:
    """A complaint of somebody, whose letter says "你好"."""
    command = OpenCase(CaseKind.COMPLAINT, words, {"facts": "情况"}, anonymous=unnamed, party_name=name or None)

    def work(uow: SqlUnitOfWork) -> Case:
        _, thread, message = a_letter(uow, now=now, address=Address(ChannelName.WEB_CHAT, f"web-{number}"))
        return open_case(command, uow, office=an_office(), thread=thread, message=message, now=now).case

    return store.write(work)


def add(store: SqlStore, case: Case, words: str, now: datetime, *, belongs: bool = True) -> MessageId:
    """A message in the thread of a case, which belongs to it or not yet."""

    def work(uow: SqlUnitOfWork) -> MessageId:
        case_id = case.id if belongs else None
        thread = case.thread_id
        return uow.threads.add_message(thread, Direction.INBOUND, Author.CITIZEN, words, now=now, case_id=case_id).id

    return store.write(work)


def test_a_case_is_found_by_subject_message_reference_and_name(store: SqlStore, now: datetime) -> None:
    lamp = opened(store, now, "示例路路灯坏了", name="示例甲某")
    other = opened(store, now, "签证续期", 2, name="示例乙")
    add(store, lamp, "灯杆编号 A-1234，請盡快處理", now)
    for words in (
        "路灯",
        "路灯坏",
        "请尽快处理",
        "1234",
        "示例甲某",
        lamp.reference,
        lamp.reference[:-2],
        "路灯 示例甲某",
    ):
        assert found(store, words) == [lamp.reference], words
    assert found(store, "示例") == sorted((lamp.reference, other.reference))
    assert found(store, "路灯 签证") == []
    assert found(store, "？") == []


def test_words_of_several_messages_find_the_one_case_that_has_them_all(store: SqlStore, now: datetime) -> None:
    first, second = opened(store, now, "第一件"), opened(store, now, "第二件", 2)
    add(store, first, "噪音扰民", now)
    add(store, first, "夜里施工", now)
    add(store, second, "噪音很大", now)
    assert found(store, "噪音 施工") == [first.reference]
    assert found(store, "噪音") == sorted((first.reference, second.reference))


def test_a_message_finds_the_case_that_it_came_to_belong_to_and_no_other(store: SqlStore, now: datetime) -> None:
    first, second = opened(store, now, "第一件"), opened(store, now, "第二件", 2)
    message = add(store, first, "蓝色面包车", now, belongs=False)
    assert found(store, "面包车") == []
    store.write(lambda uow: uow.threads.set_message_case(message, first.id))
    assert found(store, "面包车") == [first.reference]
    store.write(lambda uow: uow.threads.set_message_case(message, second.id))
    assert found(store, "面包车") == [second.reference]


def test_who_says_a_name_later_is_found_by_it_and_who_stays_unnamed_is_not(store: SqlStore, now: datetime) -> None:
    open_, hidden = opened(store, now, "公开的事"), opened(store, now, "不具名的事", unnamed=True)
    assert open_.party_id == hidden.party_id
    assert found(store, "示例丙某") == []
    store.write(lambda uow: uow.parties.name_unnamed(open_.party_id, "示例丙某"))
    assert found(store, "示例丙某") == [open_.reference]
    assert found(store, "不具名") == [hidden.reference]


def test_an_erased_case_is_found_by_its_reference_alone(store: SqlStore, now: datetime) -> None:
    case = opened(store, now, "示例路路灯坏了", name="示例丁某")
    add(store, case, "灯杆在校门口", now)
    store.write(lambda uow: uow.erasures.erase(case, now=now))
    for words in ("路灯", "校门口", "示例丁某"):
        assert found(store, words) == [], words
    assert found(store, case.reference) == [case.reference]
    with store.read() as uow:
        kept = " ".join(uow.connection.execute(select(case_terms.c.terms)).scalars())
    assert not {"路灯", "校门", "丁某"} & set(kept.split())


def test_a_store_without_an_index_gets_the_very_one_that_it_would_have_had(store: SqlStore, now: datetime) -> None:
    for number in range(3):
        case = opened(store, now, f"第{number}件事", number, name="示例戊", unnamed=number == 2)
        add(store, case, f"补充{number}", now)
    store.write(lambda uow: uow.erasures.erase(case, now=now))

    def rows(uow: SqlUnitOfWork) -> list[tuple[int, str]]:
        return [tuple(row) for row in uow.connection.execute(select(case_terms).order_by(case_terms.c.id))]

    def renew(uow: SqlUnitOfWork) -> None:
        uow.connection.execute(delete(case_terms))
        CaseWords(uow.connection).enter_all()

    before = store.write(rows)
    store.write(renew)
    assert [(key, {*terms.split()}) for key, terms in store.write(rows)] == [
        (key, {*terms.split()}) for key, terms in before
    ]
    assert len(found(store, "补充")) == 2
