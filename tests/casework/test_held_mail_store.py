"""What a clerk looks for among what waits, takes back, splits, and allows again. On both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from casework.actions.failed_addresses import allow_again
from casework.actions.splitting import PartWish, split
from casework.actions.triage import MOST_AT_ONCE, Obstacle, decide, decide_many, put_back
from casework.errors import CaseworkConflict, CaseworkNotFound, CaseworkRejected
from casework.inbox import ARCHIVED, WAITING, Arrival, ClerkDecision, InboxState, RawMail, Reading
from casework.kinds import CaseKind
from casework.message import Attachment, InboundMessage, InboxId, LetterPart
from casework.party import Address, ChannelName
from casework.store import SqlStore, SqlUnitOfWork
from tests.casework.a_bureau import a_clerk

LETTER = "一、灯坏了。\n\n二、办护照要多少钱？"


def hold(
    store: SqlStore,
    now: datetime,
    number: int = 1,
    *,
    sender: str = "a@b.example",
    reasons: tuple[str, ...] = ("reason.spam",),
    state: InboxState = InboxState.HELD,
) -> InboxId:
    def add(uow: SqlUnitOfWork) -> InboxId:
        raw = RawMail(sender, ("x@gaj.example",), b"x" * 100)
        inbox_id, _ = uow.inbox.add(Arrival(ChannelName.EMAIL, f"<{number}@b.example>", sender, now, raw_mail=raw))
        reading = Reading(sender, "主题", LETTER, reasons=reasons, words=LETTER)
        uow.inbox.finish(inbox_id, state, now=now, reading=reading)
        return inbox_id

    return store.write(add)


def test_everything_that_was_read_of_a_letter_is_kept(store: SqlStore, now: datetime) -> None:
    inbox_id = hold(store, now)
    reading = Reading(
        "a@b.example",
        words="新的",
        quoted="旧的",
        signature="名",
        quoted_author="乙",
        sender_name="甲",
        is_forwarded=True,
        attachments=(Attachment("a.png", "image/png", 3, "0" * 64, inline=True),),
        pictures={"logo@x": "0" * 64},
        pictures_left_out=2,
    )
    store.write(lambda uow: uow.inbox.finish(inbox_id, InboxState.HELD, now=now, reading=reading))
    with store.read() as uow:
        assert uow.inbox.get(inbox_id).reading == reading


def test_what_waits_is_found_by_reason_and_by_sender_without_its_raw_mail(store: SqlStore, now: datetime) -> None:
    first = hold(store, now, 1, reasons=("reason.spam", "reason.match.x"))
    second = hold(store, now, 2, sender="Wu_Li@Other.example", reasons=("reason.spam.more",))
    hold(store, now, 3, state=InboxState.HANDLED)
    with store.read() as uow:

        def found(reason: str = "", sender: str = "") -> list[InboxId]:
            return [entry.id for entry in uow.inbox.list(WAITING, limit=9, reason=reason, sender=sender)]

        assert found() == [second, first]
        assert found(reason="reason.spam") == [first]
        assert found(reason="reason.spam.more") == [second]
        assert found(reason="%") == found(reason='"') == []
        assert found(sender="wu_li@other") == [second]
        assert found(sender="wu%li") == found(sender="wuxli") == []
        assert all(entry.raw_mail is None for entry in uow.inbox.list(WAITING, limit=9))
        assert uow.inbox.get(first).raw_mail is not None
        assert uow.inbox.reasons(WAITING) == {"reason.spam": 1, "reason.match.x": 1, "reason.spam.more": 1}
        assert uow.inbox.reasons([InboxState.REFUSED]) == {}


def test_an_archive_is_told_apart_from_what_came_today(store: SqlStore, now: datetime) -> None:
    def shunt(uow: SqlUnitOfWork) -> InboxId:
        raw = RawMail("a@b.example", ("x@gaj.example",), b"x")
        inbox_id, _ = uow.inbox.add(Arrival(ChannelName.EMAIL, "<3@b.example>", "a@b.example", now, raw_mail=raw))
        uow.inbox.finish(inbox_id, InboxState.SHUNTED, now=now, error="ValueError")
        return inbox_id

    today, old = hold(store, now, 1), hold(store, now, 2, reasons=(ARCHIVED, "reason.spam"))
    unread = store.write(shunt)
    with store.read() as uow:
        assert [entry.id for entry in uow.inbox.list(WAITING, limit=9, archived=False)] == [unread, today]
        (entry,) = uow.inbox.list(WAITING, limit=9, archived=True)
        assert (entry.id, entry.is_archived) == (old, True)
        assert uow.inbox.count(InboxState.HELD, archived=True) == 1
        assert uow.inbox.count(InboxState.HELD, archived=False) == 1
        assert uow.inbox.count(InboxState.SHUNTED, archived=False) == 1
        assert uow.inbox.count(InboxState.HELD) == 2
        assert uow.inbox.reasons(WAITING, archived=True) == {ARCHIVED: 1, "reason.spam": 1}
        assert ARCHIVED not in uow.inbox.reasons(WAITING, archived=False)


def test_a_split_is_recorded_once_with_its_parts_and_who_said_so(store: SqlStore, now: datetime) -> None:
    inbox_id, clerk = hold(store, now), store.write(a_clerk)
    wishes = {1: PartWish(CaseKind.COMPLAINT)}

    def part(uow: SqlUnitOfWork) -> None:
        split(inbox_id, (1, 2), wishes, uow, staff=clerk, now=now)

    store.write(part)
    with store.read() as uow:
        entry = uow.inbox.get(inbox_id)
    assert (entry.state, entry.decision, entry.decided_by) == (InboxState.RECEIVED, ClerkDecision.SPLIT, clerk.id)
    assert entry.parts == (
        LetterPart("一、灯坏了。", 1, 2, CaseKind.COMPLAINT, title="灯坏了。"),
        LetterPart("二、办护照要多少钱？", 2, 2, title="办护照要多少钱？"),
    )
    with pytest.raises(CaseworkConflict):
        store.write(part)


@pytest.mark.parametrize("trouble", ["one part", "no such case", "a chat message", "a blocked sender"])
def test_a_split_that_cannot_be_is_rejected_and_changes_nothing(store: SqlStore, now: datetime, trouble: str) -> None:
    inbox_id, clerk = hold(store, now), store.write(a_clerk)
    if trouble == "a blocked sender":
        address = Address(ChannelName.EMAIL, "a@b.example")
        store.write(lambda uow: uow.doors.block_sender(address, reason="clerk", staff_id=clerk.id, now=now))
    if trouble == "a chat message":
        message = InboundMessage(Address(ChannelName.TELEGRAM, "7"), "7", LETTER, now)
        chat = Arrival(ChannelName.TELEGRAM, "7", "7", now, message=message)
        inbox_id, _ = store.write(lambda uow: uow.inbox.add(chat))
        store.write(lambda uow: uow.inbox.finish(inbox_id, InboxState.SHUNTED, now=now))
    marks = (1, 1) if trouble == "one part" else (1, 2)
    wishes = {1: PartWish(reference="ZMD-2026-999999-9")} if trouble == "no such case" else {}
    with pytest.raises(CaseworkRejected):
        store.write(lambda uow: split(inbox_id, marks, wishes, uow, staff=clerk, now=now))
    with store.read() as uow:
        assert uow.inbox.get(inbox_id).state in WAITING


def test_one_of_many_that_fails_harms_no_other(store: SqlStore, now: datetime) -> None:
    ids, clerk = [hold(store, now, number) for number in range(3)], store.write(a_clerk)
    store.write(lambda uow: decide(ids[1], ClerkDecision.ACCEPT, uow, staff=clerk, now=now))
    wanted = [ids[0], InboxId(999), ids[1], ids[2], ids[0]]
    done = store.write(lambda uow: decide_many(wanted, ClerkDecision.BLOCK, uow, staff=clerk, now=now))
    assert [(one.inbox_id, one.obstacle) for one in done] == [
        (ids[0], None),
        (InboxId(999), Obstacle.GONE),
        (ids[1], Obstacle.CONFLICT),
        (ids[2], None),
    ]
    with store.read() as uow:
        states = [uow.inbox.get(one).state for one in ids]
    assert states == [InboxState.REFUSED, InboxState.RECEIVED, InboxState.REFUSED]


def test_letters_are_joined_one_by_one_and_not_without_end(store: SqlStore, now: datetime) -> None:
    clerk = store.write(a_clerk)
    with pytest.raises(CaseworkRejected, match="one by one"):
        store.write(lambda uow: decide_many([InboxId(1)], ClerkDecision.JOIN, uow, staff=clerk, now=now))
    too_many = [InboxId(number) for number in range(MOST_AT_ONCE + 1)]
    with pytest.raises(CaseworkRejected, match="at most"):
        store.write(lambda uow: put_back(too_many, uow, staff=clerk, now=now))


def test_what_is_put_back_waits_as_before_and_remembers(store: SqlStore, now: datetime) -> None:
    inbox_id, clerk = hold(store, now, state=InboxState.SHUNTED), store.write(a_clerk)
    store.write(lambda uow: decide(inbox_id, ClerkDecision.BLOCK, uow, staff=clerk, now=now))
    (done,) = store.write(lambda uow: put_back([inbox_id], uow, staff=clerk, now=now))
    assert done.obstacle is None
    with store.read() as uow:
        entry = uow.inbox.get(inbox_id)
        assert not uow.doors.is_blocked(Address(ChannelName.EMAIL, "a@b.example"))
    assert (entry.state, entry.decision, entry.decided_by) == (InboxState.SHUNTED, None, None)
    assert entry.facts["put_back_by"] == f"staff:{clerk.id}"
    assert "refused_by" in str(entry.facts["before"])
    (again,) = store.write(lambda uow: put_back([inbox_id], uow, staff=clerk, now=now))
    assert again.obstacle is Obstacle.CONFLICT


def test_failures_of_an_address_are_counted_and_the_last_words_kept(store: SqlStore, now: datetime) -> None:
    wu, li = Address(ChannelName.EMAIL, "wu@b.example"), Address(ChannelName.EMAIL, "li@b.example")
    later = now + timedelta(hours=1)
    for address, detail, permanent, at in (
        (wu, "452 full", False, now),
        (li, "550 gone", True, now),
        (wu, "550 " + "x" * 900, True, later),
    ):
        store.write(
            lambda uow, to=address, said=detail, hard=permanent, at=at: uow.parties.note_failure(  # type: ignore[misc]
                to, said, permanent=hard, now=at
            )
        )
    with store.read() as uow:
        first, second = uow.parties.list_failed(limit=9)
        assert uow.parties.list_failed(limit=9, before=(first.failed_at, first.id)) == [second]
        with pytest.raises(CaseworkNotFound):
            uow.parties.get_failed(999)
    assert (first.address, first.failures, first.is_permanent, first.failed_at) == (wu, 2, True, later)
    assert len(first.detail) == 500
    assert (second.address, second.failures) == (li, 1)


def test_a_new_failure_ends_what_a_clerk_allowed(store: SqlStore, now: datetime) -> None:
    wu, clerk = Address(ChannelName.EMAIL, "wu@b.example"), store.write(a_clerk)

    def fail(uow: SqlUnitOfWork) -> None:
        uow.parties.ensure(wu, language="zh", name=None, now=now)
        uow.parties.note_failure(wu, "550", permanent=True, now=now)
        uow.parties.set_undeliverable(wu, now)

    store.write(fail)
    with store.read() as uow:
        (failed,) = uow.parties.list_failed(limit=9)
        assert uow.parties.undeliverable_since(wu) == now
    allowed = store.write(lambda uow: allow_again(failed.id, uow, staff=clerk, now=now))
    assert (allowed.allowed_at, allowed.allowed_by) == (now, clerk.id)
    with store.read() as uow:
        assert uow.parties.undeliverable_since(wu) is None
    store.write(fail)
    with store.read() as uow:
        (again,) = uow.parties.list_failed(limit=9)
    assert (again.failures, again.allowed_at, again.allowed_by) == (2, None, None)
