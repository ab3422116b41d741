"""Turns that are answered in the request, on the true desk and a true store."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

import bot.web_store
from bot.desk import Desk
from bot.store import SqlConversations
from casework.actions.office import Office
from casework.errors import CaseworkUnavailable
from casework.inbox import Arrival, InboxState
from casework.message import InboundMessage, StaffId
from casework.outbox import OutboxState
from casework.party import Address, ChannelName
from casework.store import SqlStore, SqlUnitOfWork, open_store
from casework.wording import load_wording
from runtime.bundle import load_bundle
from runtime.furnishing import know
from runtime.jobs import DRAIN, delivering
from runtime.turns import KEPT, TurnTaker

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def desk() -> Desk:
    bundle = load_bundle()
    office = Office(bundle.bureau, load_wording(files("casework") / "notices"), b"secret")
    replies = load_wording(files("bot") / "replies")
    knowledge = know(bundle)
    return Desk(knowledge=lambda: knowledge, office=office, replies=replies)


@dataclass
class Failing:
    """The desk, for as long as it is told to, with a bug of ours in it."""

    desk: Desk
    fails: bool = False

    def handle(self, *given: Any, **named: Any) -> Any:
        handled = self.desk.handle(*given, **named)
        if self.fails:
            raise ZeroDivisionError
        return handled


@dataclass
class Room:
    """A taker of turns and what a test looks at."""

    store: SqlStore
    failing: Failing
    taker: TurnTaker
    woken: list[tuple[str, ...]]
    conversation: str = field(default_factory=lambda: uuid.uuid4().hex)

    def message(self, text: str, external_id: str = "1", choice: str | None = None) -> InboundMessage:
        sender = Address(ChannelName.WEB_CHAT, self.conversation)
        return InboundMessage(sender, f"{self.conversation}:{external_id}", text, NOW, choice=choice)

    def entry(self, message: InboundMessage) -> Any:
        with self.store.read() as uow:
            return uow.inbox.find(ChannelName.WEB_CHAT, message.external_id)

    def count(self) -> int:
        with self.store.read() as uow:
            thread = uow.threads.find_chat(Address(ChannelName.WEB_CHAT, self.conversation))
            return thread.last_number if thread else 0


@pytest.fixture
def room(store_url: str, desk: Desk) -> Iterator[Room]:
    store = open_store(store_url)
    store.create_tables()
    bot.web_store.metadata.create_all(store.engine)
    failing = Failing(desk)
    woken: list[tuple[str, ...]] = []
    replies = load_wording(files("bot") / "replies")
    taker = TurnTaker(
        store=store,
        desk=failing,  # type: ignore[arg-type]
        replies=replies,
        clock=lambda: NOW,
        wake=lambda *names: woken.append(names),
    )
    yield Room(store, failing, taker, woken)
    store.close()


def test_a_question_is_answered_and_committed_with_its_source(room: Room) -> None:
    message = room.message("办护照要多少钱")
    taken = room.taker.take(message).result(10)
    [(reply_id, reply)] = taken.replies
    assert "120" in reply.text
    assert reply.sources
    assert not taken.repeated
    assert taken.decision == "answer"
    assert taken.message.rpartition("-")[2] == "1"
    assert reply_id.rpartition("-")[2] == "2"
    assert room.entry(message).state is InboxState.HANDLED
    with room.store.read() as uow:
        assert uow.outbox.count(OutboxState.DUE) == 0
    assert room.woken == []


def test_the_same_message_again_gives_the_very_same_replies(room: Room) -> None:
    first = room.taker.take(room.message("我要投诉")).result(10)
    again = room.taker.take(room.message("我要投诉")).result(10)
    assert again.repeated
    assert again.replies == first.replies
    assert again.message == first.message
    assert room.count() == 1 + len(first.replies)


def test_the_same_message_many_times_at_once_is_taken_once(room: Room) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: room.taker.take(room.message("你好")).result(20), range(16)))
    assert len({turn.replies for turn in taken}) == 1
    assert [turn.repeated for turn in taken].count(False) == 1
    assert room.count() == 2


def test_our_own_failure_keeps_the_message_for_the_worker_and_says_so(room: Room) -> None:
    room.failing.fails = True
    message = room.message("How much is a passport?")
    taken = room.taker.take(message).result(10)
    assert [(key, reply.key) for key, reply in taken.replies] == [(KEPT, KEPT)]
    assert "safe" in taken.replies[0][1].text
    entry = room.entry(message)
    assert (entry.state, entry.message) == (InboxState.RECEIVED, message)
    assert room.count() == 0
    assert room.woken == [(DRAIN,)]


def test_what_was_kept_is_not_taken_twice_and_is_answered_once_the_worker_has(room: Room) -> None:
    room.failing.fails = True
    message = room.message("办护照要多少钱")
    room.taker.take(message).result(10)
    room.failing.fails = False
    assert room.taker.take(message).result(10).replies[0][0] == KEPT
    assert room.count() == 0

    def as_the_worker_does(uow: SqlUnitOfWork) -> None:
        entry = uow.inbox.find(ChannelName.WEB_CHAT, message.external_id)
        assert entry is not None
        room.failing.handle(message, entry.id, uow, SqlConversations(uow.connection), now=NOW)
        uow.inbox.finish(entry.id, InboxState.HANDLED, now=NOW)

    room.store.write(as_the_worker_does)
    again = room.taker.take(message).result(10)
    assert again.repeated
    assert "120" in again.replies[0][1].text


def test_a_message_waits_behind_an_older_one_of_its_conversation(room: Room) -> None:
    older = room.message("先来的", "0")
    arrival = Arrival(ChannelName.WEB_CHAT, older.external_id, room.conversation, NOW, older)
    room.store.write(lambda uow: uow.inbox.add(arrival))
    room.store.write(
        lambda uow: uow.inbox.claim("worker", now=NOW + timedelta(seconds=1), lease=timedelta(minutes=1), limit=9)
    )
    message = room.message("后到的")
    assert room.taker.take(message).result(10).replies[0][0] == KEPT
    assert room.entry(message).state is InboxState.RECEIVED
    assert room.count() == 0


def test_an_emergency_wakes_the_worker_since_staff_must_be_told(room: Room) -> None:
    taken = room.taker.take(room.message("救命，有人拿刀")).result(10)
    assert taken.decision == "emergency"
    assert room.woken == [(delivering(ChannelName.EMAIL),)]


def test_a_store_that_is_gone_is_told_and_nothing_is_promised(room: Room) -> None:
    room.store.close()
    with pytest.raises(CaseworkUnavailable):
        room.taker.take(room.message("你好")).result(10)


def test_a_turn_that_meets_a_person_taking_over_is_silent(room: Room) -> None:
    room.taker.take(room.message("你好", "0")).result(10)
    taking_over, may_commit = threading.Event(), threading.Event()

    def take_over(uow: SqlUnitOfWork) -> None:
        thread = uow.threads.find_chat(Address(ChannelName.WEB_CHAT, room.conversation))
        assert thread is not None
        uow.threads.set_taken_over(thread.id, StaffId(1), NOW)
        taking_over.set()
        may_commit.wait(10)

    person = room.store.submit(take_over)
    assert taking_over.wait(10)
    answered = room.taker.take(room.message("办护照要多少钱"))
    with pytest.raises(TimeoutError):
        answered.result(0.3)
    may_commit.set()
    person.result(10)
    assert answered.result(10).replies == ()


def test_each_answer_is_timed_and_a_failure_to_save_is_not(room: Room) -> None:
    seconds: list[float] = []
    taker = replace(room.taker, on_answer=seconds.append)
    taker.take(room.message("你好")).result(10)
    room.failing.fails = True
    taker.take(room.message("办护照要多少钱", "2")).result(10)
    assert len(seconds) == 2
    assert all(0 < each < 10 for each in seconds)
    room.store.close()
    with pytest.raises(CaseworkUnavailable):
        taker.take(room.message("你好", "3")).result(10)
    assert len(seconds) == 2
