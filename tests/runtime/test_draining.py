"""Draining the inbox: each message once, oldest first, and one that fails harms no other."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import exc, select, text

from casework.errors import CaseworkConflict, CaseworkUnavailable
from casework.inbox import LEASE_FOR, MAX_ATTEMPTS, Arrival, ClerkDecision, InboxEntry, InboxState, Reading
from casework.message import InboundMessage, InboxId, Reply
from casework.outbox import OutboxKind
from casework.party import Address, ChannelName
from casework.store import SqlStore, SqlUnitOfWork, open_store
from casework.store.tables import claims
from runtime.draining import CONFLICTS, CONVERSATIONS_AT_ONCE, Drain
from runtime.jobs import delivering

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@dataclass
class Clock:
    """The time, which stands until a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: int) -> None:
        self.now += timedelta(**by)


@dataclass
class Room:
    """Handles a message by what its text says, and remembers what it did and committed or not."""

    clock: Clock
    trouble: dict[str, Callable[[SqlUnitOfWork], object]] = field(default_factory=dict)
    """What happens at a text, instead of being handled."""
    reading: dict[str, Callable[[], object]] = field(default_factory=dict)
    """What happens while a text is read."""
    handled: list[str] = field(default_factory=list)
    """Texts in the order in which they were begun."""
    cannot_describe: bool = False

    def prepare(self, entry: InboxEntry) -> object:
        assert entry.message is not None
        read = self.reading.get(entry.message.text)
        return read() if read else None

    def handle(self, entry: InboxEntry, prepared: object, uow: SqlUnitOfWork, *, now: datetime) -> None:
        assert entry.message is not None
        self.handled.append(entry.message.text)
        uow.doors.set_position(f"trace of {entry.message.text}", "handled")
        if (meet_trouble := self.trouble.get(entry.message.text)) is not None:
            meet_trouble(uow)
        uow.inbox.finish(entry.id, InboxState.HANDLED, now=now)

    def describe(self, entry: InboxEntry) -> Reading:
        if self.cannot_describe:
            raise ZeroDivisionError
        assert entry.message is not None
        return Reading(sender=entry.message.sender.value, text=entry.message.text, reasons=("reason.shunted",))


@dataclass
class Post:
    """An inbox and what drains it."""

    store: SqlStore
    clock: Clock
    room: Room
    stopping: threading.Event = field(default_factory=threading.Event)
    woken: list[tuple[str, ...]] = field(default_factory=list)

    def drain(self, worker: str = "worker", room: Room | None = None) -> Drain:
        return Drain(
            self.store, room or self.room, self.clock, worker, self.stopping, lambda *names: self.woken.append(names)
        )

    def bring(self, conversation: str, *texts: str) -> list[InboxId]:
        """Messages of one conversation, in this order."""
        return [self._add(conversation, words) for words in texts]

    def _add(self, conversation: str, words: str) -> InboxId:
        sender = Address(ChannelName.TELEGRAM, conversation)
        message = InboundMessage(sender, f"{conversation}:{words}", words, self.clock.now)
        arrival = Arrival(sender.channel, message.external_id, conversation, self.clock.now, message)
        return self.store.write(lambda uow: uow.inbox.add(arrival))[0]

    def entry(self, inbox_id: InboxId) -> InboxEntry:
        with self.store.read() as uow:
            return uow.inbox.get(inbox_id)

    def states(self, ids: list[InboxId]) -> list[str]:
        return [self.entry(inbox_id).state.value for inbox_id in ids]

    def traces(self, *texts: str) -> list[str]:
        """Those of these texts whose work was committed."""
        with self.store.read() as uow:
            return [words for words in texts if uow.doors.get_position(f"trace of {words}")]


@pytest.fixture
def post(store_url: str) -> Iterator[Post]:
    store = open_store(store_url)
    store.create_tables()
    clock = Clock()
    yield Post(store, clock, Room(clock))
    store.close()


def fail(_uow: SqlUnitOfWork) -> None:
    raise ZeroDivisionError("一位市民的话")


def test_messages_of_a_conversation_are_handled_oldest_first_and_all_conversations_are(post: Post) -> None:
    ids = [*post.bring("a", "a1", "a2", "a3"), *post.bring("b", "b1", "b2")]
    many = [post.bring(f"c{number}", f"c{number}")[0] for number in range(CONVERSATIONS_AT_ONCE + 3)]
    post.drain().run()
    assert [words for words in post.room.handled if words[0] == "a"] == ["a1", "a2", "a3"]
    assert [words for words in post.room.handled if words[0] == "b"] == ["b1", "b2"]
    assert set(post.states([*ids, *many])) == {"handled"}
    assert post.woken == [], "nothing was promised"
    with post.store.read() as uow:
        assert uow.connection.execute(select(claims)).all() == [], "every conversation was given back"


def test_one_that_fails_is_undone_tried_again_and_set_aside_with_what_a_clerk_needs(post: Post) -> None:
    bad, good = post.bring("a", "bad", "good")
    post.room.trouble["bad"] = fail
    for attempt in range(1, MAX_ATTEMPTS):
        post.drain().run()
        entry = post.entry(bad)
        assert (entry.state, entry.attempts) == (InboxState.RECEIVED, attempt)
        assert entry.error.startswith("ZeroDivisionError in ")
        assert "市民" not in entry.error
        assert "good" not in post.room.handled, "it overtook the one before it"
        post.clock.move(minutes=1)
    post.drain().run()
    entry = post.entry(bad)
    assert entry.state is InboxState.SHUNTED
    assert entry.reading == Reading(sender="a", text="bad", reasons=("reason.shunted",))
    assert post.states([good]) == ["handled"]
    assert post.traces("bad", "good") == ["good"]


def test_only_the_channel_that_has_something_to_deliver_is_woken(post: Post) -> None:
    def promise(uow: SqlUnitOfWork) -> None:
        to = Address(ChannelName.EMAIL, "unit@gaj.example")
        uow.outbox.add(OutboxKind.NOTICE, to, Reply("x"), language="zh", now=NOW)

    post.bring("a", "promise")
    post.room.trouble["promise"] = promise
    post.drain().run()
    assert post.woken == [(delivering(ChannelName.EMAIL),)]


def test_what_waits_behind_a_failed_one_is_not_looked_at_over_and_over(post: Post) -> None:
    """A run ends although the second message is due: the first must be tried again before."""
    post.bring("a", "bad", "good")
    post.room.trouble["bad"] = fail
    post.drain().run()
    post.drain().run()
    assert post.room.handled == ["bad"]


def test_a_failing_conversation_leaves_the_others_alone(post: Post) -> None:
    before, bad, after = (post.bring(name, name)[0] for name in ("before", "bad", "after"))
    post.room.trouble["bad"] = fail
    post.drain().run()
    assert post.states([before, bad, after]) == ["handled", "received", "handled"]


def test_a_shunted_message_comes_back_on_a_clerks_word(post: Post) -> None:
    [bad] = post.bring("a", "bad")
    post.room.trouble["bad"] = fail
    for _ in range(MAX_ATTEMPTS):
        post.drain().run()
        post.clock.move(minutes=1)
    assert post.states([bad]) == ["shunted"]
    post.room.trouble.clear()
    post.store.write(lambda uow: uow.inbox.decide(bad, ClerkDecision.REPLAY, case_id=None, now=post.clock.now))
    post.drain().run()
    assert post.states([bad]) == ["handled"]
    assert post.entry(bad).attempts == 0


def test_a_message_that_cannot_even_be_read_is_set_aside_as_well(post: Post) -> None:
    bad, good = post.bring("a", "bad", "good")

    def unreadable() -> None:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")

    post.room.reading["bad"] = unreadable
    post.room.cannot_describe = True
    for _ in range(MAX_ATTEMPTS):
        post.drain().run()
        post.clock.move(minutes=1)
    assert post.entry(bad).reading == Reading(sender="a")
    assert post.states([bad, good]) == ["shunted", "handled"]
    assert post.room.handled == ["good"]


def away(_uow: SqlUnitOfWork | None = None) -> None:
    raise CaseworkUnavailable("the file store cannot be reached: try again later")


def test_a_store_that_is_away_is_no_fault_of_the_message(post: Post) -> None:
    """An hour without the file store would otherwise set every letter with an attachment aside."""
    first, letter = post.bring("a", "first", "letter")
    [other] = post.bring("b", "other")
    post.room.trouble["letter"] = away
    post.room.reading["other"] = away
    for _ in range(MAX_ATTEMPTS + 2):
        post.drain().run()
    assert post.states([first, letter, other]) == ["handled", "received", "received"]
    assert (post.entry(letter).attempts, post.entry(other).attempts) == (0, 0)
    post.room.trouble.clear()
    post.room.reading.clear()
    post.drain().run()
    assert post.states([letter, other]) == ["handled", "handled"]


def test_a_database_in_trouble_undoes_one_conversation_whole_and_counts_nothing(post: Post) -> None:
    first, second = post.bring("a", "first", "second")
    [other] = post.bring("b", "other")

    def lose_the_database(uow: SqlUnitOfWork) -> None:
        raise exc.OperationalError("INSERT", {}, Exception("database or disk is full"))

    post.room.trouble["second"] = lose_the_database
    post.drain().run()
    states = post.states([first, second])
    assert states == ["received", "received"]
    assert post.traces("first", "second") == []
    assert post.entry(second).attempts == 0
    post.room.trouble.clear()
    post.drain().run()
    assert post.states([first, second, other]) == ["handled"] * 3


def test_a_conversation_that_moved_on_is_answered_again_at_once(post: Post) -> None:
    [moved] = post.bring("a", "moved")
    times: list[None] = []

    def conflict(_uow: SqlUnitOfWork) -> None:
        times.append(None)
        if len(times) < CONFLICTS:
            raise CaseworkConflict

    post.room.trouble["moved"] = conflict
    post.drain().run()
    assert post.states([moved]) == ["handled"]
    assert len(times) == CONFLICTS


def test_a_stop_lets_the_round_finish_and_begins_no_other(post: Post) -> None:
    many = [post.bring(f"c{number}", f"c{number}")[0] for number in range(CONVERSATIONS_AT_ONCE + 1)]
    post.room.trouble["c0"] = lambda _uow: post.stopping.set()
    post.drain().run()
    assert Counter(post.states(many)) == {"handled": CONVERSATIONS_AT_ONCE, "received": 1}


def test_two_drains_at_once_handle_every_message_once_and_in_order(post: Post) -> None:
    texts = {f"c{number}": [f"c{number}-{place}" for place in range(5)] for number in range(24)}
    for conversation, words in texts.items():
        post.bring(conversation, *words)
    rooms = [Room(post.clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(post.drain(f"worker-{number}", room).run) for number, room in enumerate(rooms)]
        for run in runs:
            run.result(60)
    handled = [words for room in rooms for words in room.handled]
    assert Counter(handled) == Counter(words for all_words in texts.values() for words in all_words)
    for conversation, words in texts.items():
        begun = [[one for one in room.handled if one.startswith(f"{conversation}-")] for room in rooms]
        assert [one for own in begun for one in own] == words


def test_a_worker_that_read_longer_than_its_lease_gives_way_to_the_one_that_went_on(post: Post) -> None:
    """Both belong to one process, as a run that DBOS recovers does: they share a name and must not share a claim."""
    [slow] = post.bring("a", "slow")
    rival = Room(post.clock)

    def be_overtaken() -> None:
        post.clock.move(seconds=int(LEASE_FOR.total_seconds()) + 1)
        post.drain("worker", rival).run()

    post.room.reading["slow"] = be_overtaken
    post.drain("worker").run()
    assert rival.handled == ["slow"]
    assert post.room.handled == []
    assert post.states([slow]) == ["handled"]


def test_a_worker_that_goes_on_waits_for_the_commit_of_the_one_before(post: Post, store_url: str) -> None:
    """The lease ends while the message is being handled: the other finds it handled, and not due."""
    if store_url.startswith("sqlite"):
        return  # one writer: nobody can claim while a commit is under way
    [slow] = post.bring("a", "slow")
    rival = Room(post.clock)
    pool = ThreadPoolExecutor(1)
    runs = []

    def be_overtaken(uow: SqlUnitOfWork) -> None:
        post.clock.move(seconds=int(LEASE_FOR.total_seconds()) + 1)
        runs.append(pool.submit(post.drain("other", rival).run))
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        for _ in range(500):
            if uow.connection.execute(waiting).scalar_one():
                return
            uow.connection.execute(text("SELECT pg_sleep(0.01)"))
        raise AssertionError("the other did not wait for us")

    post.room.trouble["slow"] = be_overtaken
    post.drain().run()
    runs[0].result(20)
    pool.shutdown()
    assert (post.room.handled, rival.handled) == (["slow"], [])
    assert post.states([slow]) == ["handled"]
