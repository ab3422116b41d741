"""What must hold whenever the product has come to rest, looked up in its database and at its peers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, create_engine, func, select, update

from bot.channels.telegram_parts import cut_reply
from casework.events import broken_links
from casework.inbox import InboxState
from casework.message import CaseId, Direction
from casework.outbox import DeliveryOutcome, OutboxState
from casework.party import ChannelName
from casework.store.cases import SqlCases
from casework.store.encoding import decode_reply
from casework.store.tables import cases, claims, inbox, messages, outbox, receipts, threads
from mail_gateway.letter_id import letter_id
from tests.running.smarthost import Smarthost
from tests.telegram_peer import BotApiPeer


@dataclass(frozen=True)
class Acknowledged:
    """A message whose sender was told that it is taken."""

    channel: ChannelName
    external_id: str
    cases: int | None = None
    """How many cases its thread must have come to; None when it does not matter."""

    @classmethod
    def mail(cls, raw: bytes, *, cases: int | None = None) -> Acknowledged:
        """A letter that got its 250."""
        return cls(ChannelName.EMAIL, letter_id(raw), cases)


@dataclass
class Report:
    """What was found."""

    violations: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@contextmanager
def looking(url: str) -> Iterator[Connection]:
    """A look into a database, whoever works with it; what is written in the block is committed."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def unfinished(url: str) -> Counter[str]:
    """What the product has still to handle or send, by state."""
    with looking(url) as connection:
        waiting = select(inbox.c.state, func.count()).where(inbox.c.state == InboxState.RECEIVED.value)
        pending = [OutboxState.DUE.value, OutboxState.SENDING.value]
        sending = select(outbox.c.state, func.count()).where(outbox.c.state.in_(pending))
        rows = [*connection.execute(waiting.group_by(inbox.c.state)), *connection.execute(sending.group_by("state"))]
    return Counter({str(state): int(number) for state, number in rows})


def wait_for_rest(url: str, *, seconds: float = 60) -> None:
    """Wait until nothing is left to handle or to send."""
    deadline = time.monotonic() + seconds
    while left := unfinished(url):
        assert time.monotonic() < deadline, f"after {seconds} s there is still {dict(left)}"
        time.sleep(0.1)


def end_leases_of_the_dead(url: str) -> None:
    """Let the time pass that a killed worker's leases last; only while no worker lives."""
    past = datetime(2000, 1, 1, tzinfo=UTC)
    with looking(url) as connection:
        connection.execute(update(claims).values(leased_until=past))
        connection.execute(update(outbox).where(outbox.c.state == OutboxState.SENDING.value).values(leased_until=past))


def audit(
    url: str, acknowledged: Iterable[Acknowledged], smarthost: Smarthost | None, telegram: BotApiPeer | None = None
) -> Report:
    """Every rule that an installation at rest breaks; empty when it keeps all."""
    report = Report()
    with looking(url) as connection:
        for one in acknowledged:
            report.counts[f"acknowledged {one.channel.value}"] += 1
            report.violations += _faults_of_message(connection, one)
        report.violations += [*_faults_of_threads(connection), *_faults_of_cases(connection)]
        report.violations += _faults_of_outbox(connection)
        repeats = select(func.coalesce(func.sum(outbox.c.repeats), 0))
        report.counts["repeats counted"] = int(connection.execute(repeats).scalar_one())
        report.counts["cases"] = int(connection.execute(select(func.count()).select_from(cases)).scalar_one())
        report.counts["entries sent"] = int(connection.execute(select(func.count()).select_from(outbox)).scalar_one())
        if smarthost is not None:
            report.violations += _faults_of_mail(connection, smarthost, report.counts)
        if telegram is not None:
            report.violations += _faults_of_telegram(connection, telegram, report.counts)
    return report


def _faults_of_message(connection: Connection, one: Acknowledged) -> Iterator[str]:
    name = f"{one.channel.value} {one.external_id}"
    found = connection.execute(
        select(inbox.c.id, inbox.c.state).where(
            inbox.c.channel == one.channel.value, inbox.c.external_id == one.external_id
        )
    ).all()
    if len(found) != 1:
        yield f"{name}: acknowledged, and in the inbox {len(found)} times"
        return
    if found[0].state != InboxState.HANDLED.value:
        yield f"{name}: acknowledged, and {found[0].state} instead of handled"
        return
    said = connection.execute(select(messages).where(messages.c.inbox_id == found[0].id)).all()
    inbound = [row for row in said if row.direction == Direction.INBOUND.value]
    if len(inbound) != 1:
        yield f"{name}: stands {len(inbound)} times in its thread"
        return
    answers = [row for row in said if row.direction == Direction.OUTBOUND.value]
    if not answers:
        yield f"{name}: was not answered"
    if one.channel is ChannelName.EMAIL and len(answers) != 1:
        yield f"{name}: got {len(answers)} receipts"
    if one.cases is not None:
        opened = select(func.count()).select_from(cases).where(cases.c.thread_id == inbound[0].thread_id)
        if (number := connection.execute(opened).scalar_one()) != one.cases:
            yield f"{name}: {number} cases in its thread instead of {one.cases}"


def _faults_of_threads(connection: Connection) -> Iterator[str]:
    numbers = select(
        messages.c.thread_id, func.count(), func.min(messages.c.number), func.max(messages.c.number)
    ).group_by(messages.c.thread_id)
    last = {row.id: row.last_number for row in connection.execute(select(threads.c.id, threads.c.last_number))}
    for thread_id, count, first, highest in connection.execute(numbers):
        if (first, count, highest) != (1, last[thread_id], last[thread_id]):
            yield f"thread {thread_id}: {count} messages, {first} to {highest}, last number {last[thread_id]}"
    twice = (
        select(messages.c.inbox_id)
        .where(messages.c.direction == Direction.INBOUND.value, messages.c.inbox_id.is_not(None))
        .group_by(messages.c.inbox_id)
        .having(func.count() > 1)
    )
    for row in connection.execute(twice):
        yield f"inbox {row.inbox_id}: handled twice"


def _faults_of_cases(connection: Connection) -> Iterator[str]:
    ledger = SqlCases(connection)
    for case_id in connection.execute(select(cases.c.id)).scalars():
        events = ledger.events(CaseId(case_id))
        opened = sum(event.name.value == "case.opened" for event in events)
        if opened != 1:
            yield f"case {case_id}: opened {opened} times"
        yield from (f"case {case_id}: {fault}" for fault in broken_links(events))


def _faults_of_outbox(connection: Connection) -> Iterator[str]:
    ended = (OutboxState.DELIVERED.value, OutboxState.WITHHELD.value)
    for row in connection.execute(select(outbox.c.id, outbox.c.state).where(outbox.c.state.not_in(ended))):
        yield f"outbox {row.id}: {row.state}"
    promised = select(outbox.c.message_id, func.count()).where(outbox.c.message_id.is_not(None))
    for message_id, count in connection.execute(promised.group_by(outbox.c.message_id).having(func.count() > 1)):
        yield f"message {message_id}: promised {count} times"
    spoken = select(messages.c.id).where(
        messages.c.direction == Direction.OUTBOUND.value,
        messages.c.id.not_in(select(outbox.c.message_id).where(outbox.c.message_id.is_not(None))),
    )
    for message_id in connection.execute(spoken).scalars():
        yield f"message {message_id}: recorded, and never promised to be sent"


def _faults_of_mail(connection: Connection, smarthost: Smarthost, counts: Counter[str]) -> Iterator[str]:
    taken = smarthost.times_taken()
    counts["mails taken by the smarthost"] = taken.total()
    sent = connection.execute(
        select(outbox.c.id, outbox.c.repeats, receipts.c.external_id)
        .join(receipts, receipts.c.outbox_id == outbox.c.id)
        .where(outbox.c.channel == ChannelName.EMAIL.value, receipts.c.outcome == DeliveryOutcome.DELIVERED.value)
    ).all()
    for row in sent:
        times = taken.pop(row.external_id, 0)
        counts["mails sent twice, and counted"] += max(times - 1, 0)
        if not 1 <= times <= 1 + row.repeats:
            yield f"outbox {row.id}: taken {times} times with {row.repeats} repeats counted"
    for message_id in taken:
        yield f"mail {message_id}: sent, and nothing says so"


def _faults_of_telegram(connection: Connection, telegram: BotApiPeer, counts: Counter[str]) -> Iterator[str]:
    least: Counter[int] = Counter()
    most: Counter[int] = Counter()
    for row in connection.execute(select(outbox).where(outbox.c.channel == ChannelName.TELEGRAM.value)):
        if row.state == OutboxState.DELIVERED.value:
            parts = len(cut_reply(decode_reply(row.reply)))
            least[int(row.address)] += parts
            most[int(row.address)] += parts * (1 + row.repeats)
    shown = Counter(sent.chat_id for sent in telegram.sent())
    counts["messages shown in Telegram"] = shown.total()
    counts["Telegram messages shown twice, and counted"] = (shown - least).total()
    for chat_id in least | shown:
        if not least[chat_id] <= shown[chat_id] <= most[chat_id]:
            yield f"chat {chat_id}: {shown[chat_id]} messages shown, {least[chat_id]} to {most[chat_id]} sent"
