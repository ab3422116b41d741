"""The outbox table, which is itself the queue, and the receipts of every try."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, insert, or_, select, text, update

from casework.actions.correspondence import SPEAKS_FOR
from casework.errors import CaseworkConflict, CaseworkNotFound
from casework.message import CaseId, MailFacts, MessageId, Reply, ThreadId
from casework.outbox import (
    DeliveryOutcome,
    DeliveryResult,
    OutboxEntry,
    OutboxId,
    OutboxKind,
    OutboxState,
    next_attempt,
)
from casework.party import Address, ChannelName, Language
from casework.store.columns import Instant
from casework.store.encoding import decode_mail, decode_reply, encode_mail, encode_reply
from casework.store.inserting import insert_or_skip
from casework.store.tables import outbox, receipts, threads

_PENDING = frozenset({OutboxState.DUE, OutboxState.SENDING})
_APART = frozenset({OutboxState.FAILED, OutboxState.WITHHELD})
_IS_APART = text("outbox.state IN ('failed', 'withheld')")
_IS_PENDING = text("outbox.state IN ('due', 'sending')")
"""Written out: a database uses a partial index only when it reads the condition, not when it is bound later."""
MOST_NOTICE_CHARACTERS = 8_000
"""A notice that is longer takes no more; about 150 cases."""


class SqlOutbox:
    """`casework.ports.Outbox` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection
        self.promised: set[ChannelName] = set()
        """Channels on which this unit of work queued something that is still to be delivered."""

    def add(
        self,
        kind: OutboxKind,
        to: Address,
        reply: Reply,
        *,
        language: Language,
        now: datetime,
        subject: str = "",
        thread_id: ThreadId | None = None,
        message_id: MessageId | None = None,
        case_id: CaseId | None = None,
        in_reply_to: MailFacts | None = None,
        delivered: bool = False,
        key: str | None = None,
    ) -> OutboxEntry | None:
        """Queue an entry; with `delivered` it is born so, as a web-chat answer is. None when `key` was used before."""
        entry = OutboxEntry(
            id=OutboxId(0),
            kind=kind,
            to=to,
            reply=reply,
            language=language,
            key=key or uuid.uuid4().hex,
            created_at=now,
            state=OutboxState.DELIVERED if delivered else OutboxState.DUE,
            subject=subject,
            attempts=1 if delivered else 0,
            next_attempt_at=None if delivered else now,
            thread_id=thread_id,
            message_id=message_id,
            case_id=case_id,
            in_reply_to=in_reply_to,
        )
        outbox_id = insert_or_skip(self._connection, outbox, _row(entry), ("key",))
        if outbox_id is None:
            return None
        if not delivered:
            self.promised.add(to.channel)
        return replace(entry, id=OutboxId(outbox_id))

    def join_notice(self, to: Address, words: str, *, subject: str, keys: Collection[str]) -> bool:
        """Add `words` to a notice to this address that nobody has begun to send, and call the whole `subject`.

        False when no notice with one of these reply keys takes any more: queue one. The whole is about no single case.
        """
        row = self._connection.execute(_UNSENT, {"of_channel": to.channel.value, "of_address": to.value}).first()
        if row is None or row.reply.get("key") not in keys or len(row.reply["text"]) > MOST_NOTICE_CHARACTERS:
            return False
        reply = {**row.reply, "text": f"{row.reply['text']}\n\n{words}"}
        self._connection.execute(_JOIN, {"outbox_id": row.id, "reply": reply, "subject": subject, "case_id": None})
        self.promised.add(to.channel)
        return True

    def claim(
        self, worker: str, channels: Sequence[ChannelName], *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[OutboxEntry]:
        """Entries due now, at most one a conversation and its oldest, leased to `worker` as one more attempt.

        An assistant's reply in a thread that a person has taken over is withheld here, in the same transaction.
        An entry whose lease ran out is claimed again and its repeat counted.
        """
        found: Sequence[Any] = ()
        while not found:
            due = self._connection.execute(_due(tuple(channels)), {"now": now, "most": limit}).all()
            if not due:
                return []
            found = self._withhold_taken_over(due, now)
        claimed = []
        for row in sorted(found, key=lambda row: row.id):
            values = {"worker": worker, "leased_until": now + lease, "repeated": int(row.in_doubt)}
            claimed.append(_entry(self._connection.execute(_LEASE, {"outbox_id": row.id, **values}).one()))
        return claimed

    def due_channels(self, *, now: datetime) -> frozenset[ChannelName]:
        """Channels on which something could be delivered now."""
        found = self._connection.execute(_CHANNELS_DUE, {"now": now})
        return frozenset(ChannelName(channel) for channel in found.scalars())

    def record(self, outbox_id: OutboxId, result: DeliveryResult, *, now: datetime) -> OutboxEntry:
        """Write the receipt of one try and what follows from it."""
        entry = self.get(outbox_id)
        self._connection.execute(
            _ADD_RECEIPT,
            {
                "outbox_id": outbox_id,
                "at": now,
                "outcome": result.outcome.value,
                "detail": result.detail[:2000],
                "external_id": result.external_id[:500],
            },
        )
        again_at = next_attempt(entry, result, now)
        if result.outcome is DeliveryOutcome.DELIVERED:
            state = OutboxState.DELIVERED
        else:
            state = OutboxState.DUE if again_at else OutboxState.FAILED
        values = {
            "outbox_id": outbox_id,
            "state": state.value,
            "next_attempt_at": again_at,
            "leased_until": None,
            "worker": None,
            "in_doubt": result.outcome is DeliveryOutcome.UNKNOWN,
            "last_error": "" if state is OutboxState.DELIVERED else result.detail[:2000],
        }
        return _entry(self._connection.execute(_RECORD, values).one())

    def release_all(self) -> int:
        """End every lease, leaving the try in doubt: for the only process of an embedded store, when it starts."""
        ended = self._connection.execute(
            update(outbox).where(outbox.c.state == OutboxState.SENDING.value).values(leased_until=None)
        )
        return ended.rowcount

    def retry(self, outbox_id: OutboxId, *, now: datetime) -> None:
        """Make a failed entry due again, on a clerk's word; CaseworkConflict when it did not fail."""
        changed = self._connection.execute(
            update(outbox)
            .where(outbox.c.id == outbox_id, outbox.c.state == OutboxState.FAILED.value)
            .values(state=OutboxState.DUE.value, next_attempt_at=now, created_at=now, attempts=0)
        )
        if changed.rowcount == 0:
            raise CaseworkConflict(f"entry {outbox_id} has not failed, so there is nothing to send again")

    def get(self, outbox_id: OutboxId) -> OutboxEntry:
        """The entry; CaseworkNotFound."""
        row = self._connection.execute(_BY_ID, {"outbox_id": outbox_id}).first()
        if row is None:
            raise CaseworkNotFound(f"there is no outbox entry {outbox_id}")
        return _entry(row)

    def of_message(self, message_id: MessageId) -> OutboxEntry | None:
        """The entry that carries a message."""
        row = self._connection.execute(select(outbox).where(outbox.c.message_id == message_id)).first()
        return _entry(row) if row else None

    def list(self, states: Sequence[OutboxState], *, limit: int, after: int = 0) -> Sequence[OutboxEntry]:
        """Entries in these states, latest first, ids below `after` when it is given."""
        query = select(outbox).where(_is_among(states))
        if after:
            query = query.where(outbox.c.id < after)
        return [_entry(row) for row in self._connection.execute(query.order_by(outbox.c.id.desc()).limit(limit))]

    def receipts(self, outbox_id: OutboxId) -> Sequence[Mapping[str, object]]:
        """Every try of an entry: at, outcome, detail."""
        query = select(receipts).where(receipts.c.outbox_id == outbox_id).order_by(receipts.c.id)
        return [
            {"at": row.at, "outcome": row.outcome, "detail": row.detail, "external_id": row.external_id}
            for row in self._connection.execute(query)
        ]

    def count(self, state: OutboxState) -> int:
        """How many entries are in a state."""
        query = select(func.count()).select_from(outbox).where(_is_among([state]))
        return int(self._connection.execute(query).scalar_one())

    def _withhold_taken_over(self, due: Sequence[Any], now: datetime) -> Sequence[Any]:
        """What may be sent of `due`; replies of the assistant where a person speaks now are withheld."""
        replies = [row for row in due if row.kind == OutboxKind.REPLY.value and row.state == OutboxState.DUE.value]
        if not replies:
            return due
        asked = select(threads.c.id).where(
            threads.c.id.in_({row.thread_id for row in replies}), threads.c.taken_over_at > now - SPEAKS_FOR
        )
        spoken_for = set(self._connection.execute(asked).scalars())
        silenced = {row.id for row in replies if row.thread_id in spoken_for}
        if silenced:
            self._connection.execute(
                update(outbox)
                .where(outbox.c.id.in_(silenced))
                .values(state=OutboxState.WITHHELD.value, next_attempt_at=None)
            )
        return [row for row in due if row.id not in silenced]


_BY_ID = select(outbox).where(outbox.c.id == bindparam("outbox_id"))
_LEASE = (
    update(outbox)
    .where(outbox.c.id == bindparam("outbox_id"))
    .values(
        state=OutboxState.SENDING.value,
        worker=bindparam("worker"),
        leased_until=bindparam("leased_until"),
        attempts=outbox.c.attempts + 1,
        repeats=outbox.c.repeats + bindparam("repeated"),
        # Until the receipt is written, nobody can know whether this try arrived.
        in_doubt=True,
    )
    .returning(outbox)
)
_UNSENT = (
    select(outbox.c.id, outbox.c.reply)
    .where(
        outbox.c.channel == bindparam("of_channel"),
        outbox.c.address == bindparam("of_address"),
        _IS_PENDING,
        outbox.c.state == OutboxState.DUE.value,
        # One that was tried may lie in a mailbox already, and its Message-ID must not come to mean more.
        outbox.c.attempts == 0,
        outbox.c.kind == OutboxKind.NOTICE.value,
    )
    .order_by(outbox.c.id.desc())
    .limit(1)
    .with_for_update(skip_locked=True)
)
_JOIN = update(outbox).where(outbox.c.id == bindparam("outbox_id"))
_RECORD = update(outbox).where(outbox.c.id == bindparam("outbox_id")).returning(outbox)
_ADD_RECEIPT = insert(receipts)


def _is_among(states: Sequence[OutboxState]) -> ColumnElement[bool]:
    among = outbox.c.state.in_([state.value for state in states])
    for index, covered in ((_IS_PENDING, _PENDING), (_IS_APART, _APART)):
        if covered.issuperset(states):
            return and_(index, among)
    return among


_NOW = bindparam("now", type_=Instant)
_IS_READY = and_(
    _IS_PENDING,
    or_(
        and_(outbox.c.state == OutboxState.DUE.value, outbox.c.next_attempt_at <= _NOW),
        and_(
            outbox.c.state == OutboxState.SENDING.value,
            or_(outbox.c.leased_until.is_(None), outbox.c.leased_until < _NOW),
        ),
    ),
)
_CHANNELS_DUE = select(outbox.c.channel).where(_IS_READY).distinct()


@cache
def _due(channels: tuple[ChannelName, ...]) -> Any:
    """What may be sent at `now`, `most` of it: built once, since it costs more to build than to run."""
    earlier = outbox.alias("earlier")
    # A staff answer waits for nothing but what was promised before it to the same address.
    held_back = exists().where(
        earlier.c.channel == outbox.c.channel,
        earlier.c.address == outbox.c.address,
        text("earlier.state IN ('due', 'sending')"),
        earlier.c.id < outbox.c.id,
    )
    return (
        select(outbox.c.id, outbox.c.in_doubt, outbox.c.kind, outbox.c.state, outbox.c.thread_id)
        .where(outbox.c.channel.in_([channel.value for channel in channels]), _IS_READY, ~held_back)
        .order_by(outbox.c.next_attempt_at, outbox.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=outbox)
    )


def _row(entry: OutboxEntry) -> dict[str, Any]:
    return {
        "kind": entry.kind.value,
        "channel": entry.to.channel.value,
        "address": entry.to.value,
        "key": entry.key,
        "reply": encode_reply(entry.reply),
        "language": entry.language,
        "subject": entry.subject,
        "state": entry.state.value,
        "created_at": entry.created_at,
        "attempts": entry.attempts,
        "in_doubt": False,
        "next_attempt_at": entry.next_attempt_at,
        "thread_id": entry.thread_id,
        "message_id": entry.message_id,
        "case_id": entry.case_id,
        "in_reply_to": encode_mail(entry.in_reply_to),
    }


def _entry(row: Any) -> OutboxEntry:
    return OutboxEntry(
        id=OutboxId(row.id),
        kind=OutboxKind(row.kind),
        to=Address(ChannelName(row.channel), row.address),
        reply=decode_reply(row.reply),
        language=row.language,
        key=row.key,
        created_at=row.created_at,
        state=OutboxState(row.state),
        subject=row.subject,
        attempts=row.attempts,
        repeats=row.repeats,
        next_attempt_at=row.next_attempt_at,
        thread_id=row.thread_id,
        message_id=row.message_id,
        case_id=row.case_id,
        in_reply_to=decode_mail(row.in_reply_to),
        last_error=row.last_error,
    )
