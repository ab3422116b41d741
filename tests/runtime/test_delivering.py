"""Delivering the outbox: what becomes of each try, and what a slow or broken other side may not do."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from casework.actions.correspondence import STOPPED, reply_to_citizen
from casework.errors import CaseworkUnavailable
from casework.events import EventName
from casework.message import Reply
from casework.outbox import (
    GIVE_UP_AFTER,
    LEASE_FOR,
    DeliveryOutcome,
    DeliveryResult,
    OutboxEntry,
    OutboxId,
    OutboxKind,
    OutboxState,
)
from casework.party import Address, ChannelName
from casework.ports import Channel
from casework.store import SqlStore, SqlUnitOfWork, open_store
from runtime.delivering import AT_ONCE, Delivery
from tests.casework.a_bureau import a_clerk, a_complaint, an_office

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DELIVERED = DeliveryResult(DeliveryOutcome.DELIVERED, "250 ok", "<1@gaj.example>")


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Peer:
    """The other side: answers each text as a test says, and remembers what it was asked."""

    answers: dict[str, Callable[[], DeliveryResult]] = field(default_factory=dict)
    taken: list[OutboxEntry] = field(default_factory=list)

    def deliver(self, entry: OutboxEntry) -> DeliveryResult:
        self.taken.append(entry)
        return self.answers.get(entry.reply.text, lambda: DELIVERED)()

    @property
    def texts(self) -> list[str]:
        return [entry.reply.text for entry in self.taken]


@dataclass
class Post:
    """An outbox and what delivers it."""

    store: SqlStore
    clock: Clock = field(default_factory=Clock)
    peer: Peer = field(default_factory=Peer)
    stopping: threading.Event = field(default_factory=threading.Event)
    results: Counter[tuple[ChannelName, DeliveryOutcome]] = field(default_factory=Counter)

    def delivery(
        self, name: ChannelName = ChannelName.EMAIL, peer: Channel | None = None, finish_within: float = 8
    ) -> Delivery:
        def count(channel: ChannelName, outcome: DeliveryOutcome) -> None:
            self.results[channel, outcome] += 1

        channel = peer or self.peer
        return Delivery(
            name, channel, self.store, an_office(), self.clock, "worker", self.stopping, count, finish_within
        )

    def promise(self, *texts: str, to: str = "", channel: ChannelName = ChannelName.EMAIL) -> list[OutboxId]:
        """Replies, each to an address of its own unless one is given."""

        def add(uow: SqlUnitOfWork) -> Sequence[OutboxEntry | None]:
            return [
                uow.outbox.add(
                    OutboxKind.REPLY, Address(channel, to or words), Reply(words), language="zh", now=self.clock.now
                )
                for words in texts
            ]

        return [entry.id for entry in self.store.write(add) if entry is not None]

    def entry(self, outbox_id: OutboxId) -> OutboxEntry:
        with self.store.read() as uow:
            return uow.outbox.get(outbox_id)

    def outcomes(self, outbox_id: OutboxId) -> list[object]:
        with self.store.read() as uow:
            return [receipt["outcome"] for receipt in uow.outbox.receipts(outbox_id)]


@pytest.fixture
def post(store_url: str) -> Iterator[Post]:
    store = open_store(store_url)
    store.create_tables()
    yield Post(store)
    store.close()


@pytest.fixture
def hang() -> Iterator[Callable[[], DeliveryResult]]:
    """An answer that does not come until the test is over."""
    over = threading.Event()

    def wait() -> DeliveryResult:
        over.wait(30)
        return DELIVERED

    yield wait
    over.set()


def test_nothing_more_goes_to_an_address_that_failed_for_good_until_it_is_heard_from(post: Post) -> None:
    dead = Address(ChannelName.EMAIL, "dead")

    def fail(uow: SqlUnitOfWork) -> None:
        uow.parties.ensure(dead, language="zh", name=None, now=post.clock.now)
        uow.parties.set_undeliverable(dead, post.clock.now)

    post.store.write(fail)
    first, other = *post.promise("一", to="dead"), *post.promise(*(f"text {number}" for number in range(AT_ONCE)))[:1]
    post.delivery().run()
    assert (post.entry(first).state, post.entry(first).last_error) == (OutboxState.FAILED, STOPPED)
    assert post.entry(other).state is OutboxState.DELIVERED
    assert "一" not in post.peer.texts
    post.store.write(lambda uow: uow.parties.set_undeliverable(dead, None))
    [again] = post.promise("二", to="dead")
    post.delivery().run()
    assert post.entry(again).state is OutboxState.DELIVERED


def test_everything_due_is_delivered_with_a_receipt_each_and_in_order_for_each_address(post: Post) -> None:
    ids = [*post.promise(*(f"text {number}" for number in range(3 * AT_ONCE))), *post.promise("一", "二", "三", to="a")]
    post.delivery().run()
    assert {post.entry(each).state for each in ids} == {OutboxState.DELIVERED}
    assert [words for words in post.peer.texts if words in {"一", "二", "三"}] == ["一", "二", "三"]
    assert all(post.outcomes(each) == ["delivered"] for each in ids)
    assert post.results == {(ChannelName.EMAIL, DeliveryOutcome.DELIVERED): len(ids)}


def test_a_mail_server_that_is_away_for_a_day_costs_time_and_nothing_else(post: Post) -> None:
    back_at = NOW + timedelta(days=1)
    away = DeliveryResult(DeliveryOutcome.TEMPORARY, "not handed over: ConnectionRefusedError")
    texts = [f"letter {number}" for number in range(3 * AT_ONCE)]
    post.peer.answers = dict.fromkeys(texts, lambda: DELIVERED if post.clock.now >= back_at else away)
    ids = post.promise(*texts)
    for _ in range(200):
        post.delivery().run()
        waiting = [again_at for each in ids if (again_at := post.entry(each).next_attempt_at) is not None]
        if not waiting:
            break
        post.clock.now = min(waiting)
    assert {post.entry(each).state for each in ids} == {OutboxState.DELIVERED}
    assert post.clock.now < back_at + timedelta(hours=1), "the longest delay"
    assert [post.outcomes(each).count("delivered") for each in ids] == [1] * len(ids)
    assert {post.entry(each).repeats for each in ids} == {0}


def test_a_temporary_refusal_is_tried_again_later_and_is_no_repeat(post: Post) -> None:
    [each] = post.promise("later")
    post.peer.answers["later"] = lambda: DeliveryResult(DeliveryOutcome.TEMPORARY, "451 greylisted")
    post.delivery().run()
    entry = post.entry(each)
    assert (entry.state, entry.attempts, entry.last_error) == (OutboxState.DUE, 1, "451 greylisted")
    assert entry.next_attempt_at is not None
    assert entry.next_attempt_at > NOW
    post.delivery().run()
    assert len(post.peer.taken) == 1, "it is not tried before its time"
    post.clock.now = entry.next_attempt_at
    post.peer.answers.clear()
    post.delivery().run()
    assert post.entry(each).state is OutboxState.DELIVERED
    assert post.entry(each).repeats == 0
    assert post.outcomes(each) == ["temporary", "delivered"]


def test_the_other_side_may_say_how_long_to_wait(post: Post) -> None:
    [each] = post.promise("later")
    post.peer.answers["later"] = lambda: DeliveryResult(
        DeliveryOutcome.TEMPORARY, "429", retry_after=timedelta(seconds=777)
    )
    post.delivery().run()
    assert post.entry(each).next_attempt_at == NOW + timedelta(seconds=777)


def test_a_refusal_that_stays_temporary_is_given_up_after_five_days(post: Post) -> None:
    [each] = post.promise("never")
    post.peer.answers["never"] = lambda: DeliveryResult(DeliveryOutcome.TEMPORARY, "451 still greylisted")
    while (again_at := post.entry(each).next_attempt_at) is not None:
        post.clock.now = again_at
        post.delivery().run()
    entry = post.entry(each)
    assert entry.state is OutboxState.FAILED
    assert post.clock.now - NOW >= GIVE_UP_AFTER
    assert 100 < entry.attempts < 150


def test_a_refusal_for_good_stands_on_the_case_and_its_unit_is_told(post: Post) -> None:
    citizen = Address(ChannelName.EMAIL, "li@mail.example")

    def answer(uow: SqlUnitOfWork) -> None:
        case = a_complaint(uow, now=NOW, address=citizen).case
        reply_to_citizen(case, "已经处理", uow, staff=a_clerk(uow), now=NOW)

    post.store.write(answer)
    post.peer.answers["已经处理"] = lambda: DeliveryResult(
        DeliveryOutcome.PERMANENT, "550 no such user", address_is_dead=True
    )
    post.delivery().run()
    with post.store.read() as uow:
        [failed] = uow.outbox.list([OutboxState.FAILED], limit=9)
        assert (failed.reply.text, failed.last_error, failed.attempts) == ("已经处理", "550 no such user", 1)
        assert failed.case_id is not None
        assert EventName.REPLY_FAILED in [event.name for event in uow.cases.events(failed.case_id)]
    told = [entry for entry in post.peer.taken if entry.kind is OutboxKind.NOTICE]
    assert [entry.to.value for entry in told] == ["north@gaj.example"] * 2, "of the new case, and of the failure"


def test_a_send_whose_answer_was_lost_is_repeated_under_its_key_and_counted(post: Post) -> None:
    [each] = post.promise("lost")
    post.peer.answers["lost"] = lambda: DeliveryResult(DeliveryOutcome.UNKNOWN, "the connection broke after DATA")
    post.delivery().run()
    later = post.entry(each).next_attempt_at
    assert later is not None
    post.clock.now = later
    post.peer.answers.clear()
    post.delivery().run()
    first, again = post.peer.taken
    assert first.key == again.key
    assert (post.entry(each).state, post.entry(each).repeats) == (OutboxState.DELIVERED, 1)


def test_a_fault_of_ours_is_no_refusal_and_shows_no_words(post: Post) -> None:
    [each] = post.promise("bug")

    def break_down() -> DeliveryResult:
        raise ZeroDivisionError("一位市民的话")

    post.peer.answers["bug"] = break_down
    post.delivery().run()
    entry = post.entry(each)
    assert (entry.state, entry.last_error) == (OutboxState.DUE, "our own trouble: ZeroDivisionError")
    assert post.results == {(ChannelName.EMAIL, DeliveryOutcome.UNKNOWN): 1}


def test_a_try_that_nobody_ended_is_repeated_after_its_lease_and_counted(post: Post) -> None:
    [each] = post.promise("left")
    post.store.write(
        lambda uow: uow.outbox.claim("killed", [ChannelName.EMAIL], now=NOW, lease=LEASE_FOR, limit=AT_ONCE)
    )
    post.delivery().run()
    assert post.peer.taken == []
    post.clock.now += LEASE_FOR + timedelta(seconds=1)
    post.delivery().run()
    assert (post.entry(each).state, post.entry(each).repeats) == (OutboxState.DELIVERED, 1)


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_one_that_hangs_holds_back_neither_the_others_nor_what_comes_later(
    post: Post, hang: Callable[[], DeliveryResult]
) -> None:
    post.peer.answers["hangs"] = hang
    [slow] = post.promise("hangs")
    others = post.promise(*(f"text {number}" for number in range(2 * AT_ONCE)))
    run = threading.Thread(target=post.delivery(finish_within=0.1).run)
    run.start()
    wait_until(lambda: all(post.entry(each).state is OutboxState.DELIVERED for each in others))
    [later] = post.promise("later")
    wait_until(lambda: post.entry(later).state is OutboxState.DELIVERED)
    assert post.entry(slow).state is OutboxState.SENDING
    post.stopping.set()
    run.join(5)
    assert not run.is_alive()


def test_a_channel_full_of_hanging_ones_holds_back_no_other_channel(
    post: Post, hang: Callable[[], DeliveryResult]
) -> None:
    texts = [f"hangs {number}" for number in range(AT_ONCE + 3)]
    post.peer.answers = dict.fromkeys(texts, hang)
    post.promise(*texts)
    [other] = post.promise("quick", channel=ChannelName.TELEGRAM)
    run = threading.Thread(target=post.delivery(finish_within=0.1).run)
    run.start()
    wait_until(lambda: len(post.peer.taken) == AT_ONCE)
    post.delivery(ChannelName.TELEGRAM, Peer()).run()
    assert post.entry(other).state is OutboxState.DELIVERED
    post.stopping.set()
    run.join(5)
    assert not run.is_alive()
    assert len(post.peer.taken) == AT_ONCE


def test_a_stop_waits_for_what_is_under_way_and_leaves_what_hangs_leased(
    post: Post, hang: Callable[[], DeliveryResult]
) -> None:
    [slow, quick] = post.promise("hangs", "quick")

    def be_stopped() -> DeliveryResult:
        post.stopping.set()
        return DELIVERED

    post.peer.answers = {"hangs": hang, "quick": be_stopped}
    began = time.monotonic()
    post.delivery(finish_within=0.3).run()
    assert time.monotonic() - began < 5
    assert post.entry(quick).state is OutboxState.DELIVERED
    assert post.entry(slow).state is OutboxState.SENDING
    assert post.store.write(lambda uow: uow.outbox.release_all()) == 1
    post.stopping.clear()
    post.peer.answers.clear()
    post.delivery().run()
    assert (post.entry(slow).state, post.entry(slow).repeats) == (OutboxState.DELIVERED, 1)


def test_a_receipt_that_cannot_be_written_ends_the_run_and_the_others_are_finished(post: Post) -> None:
    texts = [f"text {number}" for number in range(AT_ONCE)]
    ids = post.promise(*texts)
    store = post.store

    class Forgetful(SqlStore):
        """Cannot write the first receipt."""

        def __init__(self) -> None:
            super().__init__(store.engine, commits=store._commits)
            self.writes = 0

        def write(self, work: Callable[[SqlUnitOfWork], object]) -> object:  # type: ignore[override]
            self.writes += 1
            if self.writes == 2:
                raise CaseworkUnavailable
            return super().write(work)

    post.store = Forgetful()
    with pytest.raises(CaseworkUnavailable):
        post.delivery().run()
    post.store = store
    states = Counter(post.entry(each).state for each in ids)
    assert states == {OutboxState.DELIVERED: AT_ONCE - 1, OutboxState.SENDING: 1}
