"""The outbox as a queue: in order, leased, repeated under the same key, silent once a person speaks."""

from datetime import datetime, timedelta

from casework.actions.assignment import take_over
from casework.actions.correspondence import record_delivery, reply_to_citizen
from casework.events import EventName
from casework.message import CaseId, Reply
from casework.outbox import DeliveryOutcome, DeliveryResult, OutboxEntry, OutboxKind, OutboxState
from casework.party import Address, ChannelName
from casework.store import SqlStore, SqlUnitOfWork
from tests.casework.a_bureau import a_clerk, a_complaint, an_office

LEASE = timedelta(seconds=120)
CHAT = Address(ChannelName.TELEGRAM, "42")
DELIVERED = DeliveryResult(DeliveryOutcome.DELIVERED)


def queue(store: SqlStore, text: str, now: datetime, to: Address = CHAT, key: str | None = None) -> OutboxEntry | None:
    return store.write(lambda uow: uow.outbox.add(OutboxKind.REPLY, to, Reply(text), language="zh", now=now, key=key))


def claim(store: SqlStore, now: datetime, worker: str = "one") -> list[OutboxEntry]:
    return list(
        store.write(
            lambda uow: uow.outbox.claim(
                worker, [ChannelName.TELEGRAM, ChannelName.WEB_CHAT], now=now, lease=LEASE, limit=10
            )
        )
    )


def test_replies_to_one_address_are_sent_one_after_the_other(store: SqlStore, now: datetime) -> None:
    for text in ("一", "二"):
        queue(store, text, now)
    queue(store, "别人", now, Address(ChannelName.TELEGRAM, "43"))
    first = claim(store, now)
    assert [entry.reply.text for entry in first] == ["一", "别人"]
    assert claim(store, now, "two") == []
    store.write(lambda uow: uow.outbox.record(first[0].id, DELIVERED, now=now))
    assert [entry.reply.text for entry in claim(store, now)] == ["二"]


def test_a_key_is_used_once(store: SqlStore, now: datetime) -> None:
    assert queue(store, "一", now, key="k") is not None
    assert queue(store, "一", now, key="k") is None


def test_a_try_whose_answer_was_lost_is_repeated_under_the_same_key_and_counted(store: SqlStore, now: datetime) -> None:
    queue(store, "一", now)
    (first,) = claim(store, now)
    later = now + LEASE + timedelta(seconds=1)
    (again,) = claim(store, later, "two")
    assert (again.id, again.key) == (first.id, first.key)
    assert (first.repeats, again.repeats, again.attempts) == (0, 1, 2)


def test_a_temporary_failure_is_retried_later_and_is_no_repeat(store: SqlStore, now: datetime) -> None:
    queue(store, "一", now)
    (entry,) = claim(store, now)
    refused = DeliveryResult(DeliveryOutcome.TEMPORARY, "451 later", retry_after=timedelta(minutes=3))
    store.write(lambda uow: uow.outbox.record(entry.id, refused, now=now))
    assert claim(store, now + timedelta(minutes=2)) == []
    (again,) = claim(store, now + timedelta(minutes=4))
    assert (again.attempts, again.repeats) == (2, 0)


def test_after_five_days_of_temporary_failures_it_is_given_up(store: SqlStore, now: datetime) -> None:
    queue(store, "一", now)
    at, tries = now, 0
    while entries := claim(store, at):
        tries += 1
        store.write(
            lambda uow, entry=entries[0], at=at: uow.outbox.record(  # type: ignore[misc]
                entry.id, DeliveryResult(DeliveryOutcome.TEMPORARY, "451"), now=at
            )
        )
        at += timedelta(hours=1)
    assert 100 < tries < 130
    with store.read() as uow:
        assert uow.outbox.count(OutboxState.FAILED) == 1


def test_the_assistants_reply_is_withheld_once_a_person_has_taken_over(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        case = a_complaint(uow, now=now).case
        thread = uow.threads.get(case.thread_id)
        assert thread.address is not None
        for kind in (OutboxKind.REPLY, OutboxKind.RECEIPT):
            uow.outbox.add(kind, thread.address, Reply(kind.value), language="zh", now=now, thread_id=thread.id)
        take_over(case, uow, staff=a_clerk(uow), now=now)

    store.write(work)
    assert [entry.reply.text for entry in claim(store, now)] == ["receipt"]
    with store.read() as uow:
        assert uow.outbox.count(OutboxState.WITHHELD) == 1


def test_a_reply_that_failed_for_good_is_shown_on_the_case_and_told_to_the_unit(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> CaseId:
        case = a_complaint(uow, now=now).case
        reply_to_citizen(case, "答复", uow, staff=a_clerk(uow), now=now)
        return case.id

    case_id = store.write(work)
    (entry,) = claim(store, now)
    dead = DeliveryResult(DeliveryOutcome.PERMANENT, "550 no such user", address_is_dead=True)
    store.write(lambda uow: record_delivery(entry, dead, uow, office=an_office(), now=now))
    with store.read() as uow:
        assert uow.cases.events(case_id)[-1].name is EventName.REPLY_FAILED
        party = uow.parties.get(uow.cases.get(case_id).party_id)
        assert party.contact_points[0].undeliverable_since == now
        notices = [entry.reply.key for entry in uow.outbox.list([OutboxState.DUE], limit=9)]
        assert "notice.delivery_failed" in notices


def test_a_failed_entry_can_be_sent_again_by_hand(store: SqlStore, now: datetime) -> None:
    queue(store, "一", now)
    (entry,) = claim(store, now)
    store.write(lambda uow: uow.outbox.record(entry.id, DeliveryResult(DeliveryOutcome.PERMANENT, "550"), now=now))
    store.write(lambda uow: uow.outbox.retry(entry.id, now=now))
    assert len(claim(store, now)) == 1
