"""Notices to units: at once when nothing waits, joined when several would wait, urgent ones always alone."""

from dataclasses import replace
from datetime import datetime, timedelta

from casework.actions.announcing import announce
from casework.case import Case
from casework.outbox import DeliveryOutcome, DeliveryResult, OutboxEntry, OutboxState
from casework.party import Address, ChannelName
from casework.store import SqlStore, SqlUnitOfWork
from casework.store.outbox import MOST_NOTICE_CHARACTERS
from tests.casework.a_bureau import a_complaint, an_office


def file(store: SqlStore, now: datetime, count: int = 1, first: int = 0) -> list[str]:
    """So many new complaints, each in a transaction of its own; their references."""

    def one(number: int) -> str:
        sender = Address(ChannelName.TELEGRAM, str(first + number))
        return store.write(lambda uow: a_complaint(uow, now=now, address=sender)).case.reference

    return [one(number) for number in range(count)]


def claim(store: SqlStore, now: datetime) -> list[OutboxEntry]:
    lease = timedelta(seconds=60)
    return list(
        store.write(lambda uow: uow.outbox.claim("w", [ChannelName.EMAIL], now=now, lease=lease, limit=9)),
    )


def waiting(store: SqlStore) -> list[OutboxEntry]:
    with store.read() as uow:
        return list(uow.outbox.list([OutboxState.DUE], limit=999))


def again(case_of: str, store: SqlStore, now: datetime, *, urgent: bool = False, key: str = "new_case") -> None:
    office = an_office()

    def work(uow: SqlUnitOfWork) -> None:
        found = uow.cases.find(case_of)
        assert found is not None
        case: Case = replace(found, urgent=urgent)
        announce(key, uow, bureau=office.bureau, notices=office.notices, case=case, now=now)

    store.write(work)


def test_the_first_notice_is_about_its_case_and_those_that_come_before_it_leaves_join_it(
    store: SqlStore, now: datetime
) -> None:
    references = file(store, now)
    (alone,) = waiting(store)
    assert references[0] in alone.subject
    assert alone.case_id is not None
    references += file(store, now, 2, first=1)
    (joined,) = waiting(store)
    assert joined.id == alone.id
    assert all(reference in joined.reply.text for reference in references)
    assert joined.subject == "城北派出所有多件事项待办理"
    assert joined.case_id is None


def test_what_is_under_way_or_was_tried_takes_no_more(store: SqlStore, now: datetime) -> None:
    (first,) = file(store, now)
    (under_way,) = claim(store, now)
    (second,) = file(store, now, first=1)
    (next_one,) = waiting(store)
    assert second in next_one.subject
    assert first in under_way.reply.text
    later = DeliveryResult(DeliveryOutcome.TEMPORARY, "451 later")
    store.write(lambda uow: uow.outbox.record(next_one.id, later, now=now))
    store.write(lambda uow: uow.outbox.record(under_way.id, later, now=now))
    (tried,) = claim(store, now + timedelta(minutes=1))
    assert second not in tried.reply.text


def test_an_urgent_notice_and_a_failure_have_mails_of_their_own(store: SqlStore, now: datetime) -> None:
    (reference,) = file(store, now)
    again(reference, store, now, urgent=True)
    again(reference, store, now, key="delivery_failed")
    assert len(waiting(store)) == 3
    urgent = next(entry for entry in waiting(store) if entry.reply.key == "notice.new_case.urgent")
    assert reference in urgent.subject
    again(reference, store, now)
    assert next(entry for entry in waiting(store) if entry.id == urgent.id) == urgent


def test_a_long_notice_is_followed_by_another(store: SqlStore, now: datetime) -> None:
    (reference,) = file(store, now)

    def many(uow: SqlUnitOfWork) -> None:
        office = an_office()
        case = uow.cases.find(reference)
        assert case is not None
        for _ in range(MOST_NOTICE_CHARACTERS // 20):
            announce("new_case", uow, bureau=office.bureau, notices=office.notices, case=case, now=now)

    store.write(many)
    assert 1 < len(waiting(store)) < 10
    assert max(len(entry.reply.text) for entry in waiting(store)) < MOST_NOTICE_CHARACTERS + 200
