"""The inbox as a queue: repeats change nothing, conversations are claimed whole, oldest first."""

from datetime import datetime, timedelta

import pytest

from casework.actions.triage import decide
from casework.errors import CaseworkConflict, CaseworkRejected
from casework.inbox import Arrival, ClerkDecision, InboxState, RawMail, Reading
from casework.message import Attachment, InboundMessage, MailFacts
from casework.party import Address, ChannelName
from casework.store import SqlStore, SqlUnitOfWork
from tests.casework.a_bureau import a_clerk

LEASE = timedelta(seconds=60)


def chat(number: int, conversation: str, at: datetime) -> Arrival:
    message = InboundMessage(
        Address(ChannelName.TELEGRAM, conversation), f"{conversation}:{number}", f"第{number}条", at
    )
    return Arrival(ChannelName.TELEGRAM, message.external_id, conversation, at, message=message)


def test_a_repeated_arrival_changes_nothing(store: SqlStore, now: datetime) -> None:
    first = store.write(lambda uow: uow.inbox.add(chat(1, "a", now)))
    again = store.write(lambda uow: uow.inbox.add(chat(1, "a", now)))
    assert first == (again[0], True)
    assert again[1] is False
    with store.read() as uow:
        assert uow.inbox.count(InboxState.RECEIVED) == 1


def test_a_message_comes_back_as_it_was_saved(store: SqlStore, now: datetime) -> None:
    message = InboundMessage(
        Address(ChannelName.TELEGRAM, "7"),
        "7:1",
        "带附件",
        now,
        sender_name="演示",
        choice="yes",
        attachments=(Attachment("a.png", "image/png", 3, "0" * 64),),
        mail=MailFacts("<a@b.example>", ("<c@d.example>",), "主题"),
        edit_of="7:0",
    )
    arrival = Arrival(ChannelName.TELEGRAM, "7:1", "7", now, message=message)
    inbox_id, _ = store.write(lambda uow: uow.inbox.add(arrival))
    with store.read() as uow:
        assert uow.inbox.get(inbox_id).message == message


def test_a_mail_is_kept_as_raw_bytes(store: SqlStore, now: datetime) -> None:
    raw = RawMail("a@b.example", ("x@gaj.example",), b"\x00\xff\r\nGB: \xd6\xd0", "127.0.0.1")
    arrival = Arrival(ChannelName.EMAIL, "<1@b.example>", "a@b.example", now, raw_mail=raw)
    inbox_id, _ = store.write(lambda uow: uow.inbox.add(arrival))
    with store.read() as uow:
        assert uow.inbox.get(inbox_id).raw_mail == raw


def test_a_claimed_conversation_is_not_given_to_another_worker_until_the_lease_ends(
    store: SqlStore, now: datetime
) -> None:
    for number in (1, 2):
        store.write(lambda uow, number=number: uow.inbox.add(chat(number, "a", now)))  # type: ignore[misc]

    def claim(worker: str, at: datetime) -> list[str]:
        return list(store.write(lambda uow: uow.inbox.claim(worker, now=at, lease=LEASE, limit=5)))

    assert claim("one", now) == ["a"]
    assert claim("two", now) == []
    assert claim("two", now + LEASE + timedelta(seconds=1)) == ["a"]
    with store.read() as uow:
        assert [entry.message.text for entry in uow.inbox.pending("a", now=now) if entry.message] == ["第1条", "第2条"]


def test_a_message_that_must_wait_holds_back_those_after_it(store: SqlStore, now: datetime) -> None:
    first, _ = store.write(lambda uow: uow.inbox.add(chat(1, "a", now)))
    store.write(lambda uow: uow.inbox.add(chat(2, "a", now)))
    later = now + timedelta(seconds=30)
    store.write(lambda uow: uow.inbox.postpone(first, until=later, error="E"))
    with store.read() as uow:
        assert uow.inbox.pending("a", now=now) == []
        assert len(uow.inbox.pending("a", now=later)) == 2
        assert uow.inbox.pending("a", now=later)[0].attempts == 1


def test_large_letters_are_read_a_few_at_a_time_and_one_always(store: SqlStore, now: datetime) -> None:
    for number in range(4):
        raw = RawMail("a@b.example", ("x@gaj.example",), b"x" * 1000)
        arrival = Arrival(ChannelName.EMAIL, f"<{number}@b.example>", "a@b.example", now, raw_mail=raw)
        store.write(lambda uow, arrival=arrival: uow.inbox.add(arrival))  # type: ignore[misc]
    with store.read() as uow:
        read = [len(uow.inbox.pending("a@b.example", now=now, most_bytes=most)) for most in (10, 1500, 2500, 99_999)]
    assert read == [1, 1, 2, 4]


def test_a_held_message_goes_back_to_the_worker_on_a_clerks_word_once(store: SqlStore, now: datetime) -> None:
    inbox_id, _ = store.write(lambda uow: uow.inbox.add(chat(1, "a", now)))
    reading = Reading(sender="a", text="x", reasons=("stranger",))
    store.write(lambda uow: uow.inbox.finish(inbox_id, InboxState.HELD, now=now, reading=reading))

    def accept(uow: SqlUnitOfWork) -> None:
        decide(inbox_id, ClerkDecision.ACCEPT, uow, staff=a_clerk(uow), now=now)

    store.write(accept)
    with store.read() as uow:
        entry = uow.inbox.get(inbox_id)
        assert (entry.state, entry.decision, entry.reading) == (InboxState.RECEIVED, ClerkDecision.ACCEPT, reading)
    with pytest.raises(CaseworkConflict, match="no longer held"):
        store.write(lambda uow: uow.inbox.decide(inbox_id, ClerkDecision.ACCEPT, case_id=None, now=now))


def test_blocking_refuses_the_message_and_its_sender(store: SqlStore, now: datetime) -> None:
    inbox_id, _ = store.write(lambda uow: uow.inbox.add(chat(1, "a", now)))
    store.write(lambda uow: uow.inbox.finish(inbox_id, InboxState.HELD, now=now))
    store.write(lambda uow: decide(inbox_id, ClerkDecision.BLOCK, uow, staff=a_clerk(uow), now=now))
    with store.read() as uow:
        assert uow.inbox.get(inbox_id).state is InboxState.REFUSED
        assert uow.doors.is_blocked(Address(ChannelName.TELEGRAM, "a"))


def test_blocking_the_sender_of_a_forwarded_mail_blocks_who_wrote_it(store: SqlStore, now: datetime) -> None:
    clerk = store.write(a_clerk)

    def block(envelope: str, reading: Reading) -> None:
        def work(uow: SqlUnitOfWork) -> None:
            raw = RawMail("", ("x@zmd.example",), b"raw")
            mail = Arrival(ChannelName.EMAIL, f"mail {reading.sender}", envelope, now, raw_mail=raw)
            inbox_id, _ = uow.inbox.add(mail)
            uow.inbox.finish(inbox_id, InboxState.HELD, now=now, reading=reading)
            decide(inbox_id, ClerkDecision.BLOCK, uow, staff=clerk, now=now)

        store.write(work)

    block("<>", Reading(sender="author@example.org"))
    with pytest.raises(CaseworkRejected):
        block("<>", Reading(sender=""))
    with store.read() as uow:
        blocked = [sender.address.value for sender in uow.doors.list_blocked()]
    assert blocked == ["author@example.org"]
