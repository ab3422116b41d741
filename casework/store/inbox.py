"""The inbox table, which is itself the queue: a worker claims a conversation, never a row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, or_, select, text, update

from casework.errors import CaseworkConflict, CaseworkNotFound
from casework.inbox import (
    ARCHIVED,
    DECIDABLE,
    MOST_BYTES,
    Arrival,
    ClerkDecision,
    InboxEntry,
    InboxState,
    RawMail,
    Reading,
)
from casework.message import CaseId, Direction, InboxId, LetterPart, MessageId, StaffId
from casework.party import ChannelName
from casework.store.columns import Instant
from casework.store.encoding import (
    decode_inbound,
    decode_part,
    decode_reading,
    encode_inbound,
    encode_part,
    encode_reading,
)
from casework.store.inserting import insert_into, insert_or_skip
from casework.store.tables import claims, inbox, messages, raw_mails

_IS_RECEIVED = text("inbox.state = 'received'")
"""Written out: a database uses a partial index only when it reads the condition, not when it is bound later."""
_APART = frozenset({InboxState.HELD, InboxState.SHUNTED, InboxState.REFUSED})
_IS_APART = text("inbox.state IN ('held', 'shunted', 'refused')")
_ENTRY = select(inbox, raw_mails.c.mail_from, raw_mails.c.rcpt_tos, raw_mails.c.peer, raw_mails.c.data).outerjoin(
    raw_mails, raw_mails.c.inbox_id == inbox.c.id
)
_OLDER = (
    select(inbox.c.id)
    .where(
        inbox.c.conversation == bindparam("conversation"),
        _IS_RECEIVED,
        inbox.c.id < bindparam("before"),
    )
    .limit(1)
)
_WAITING = (
    select(inbox.c.id, inbox.c.next_attempt_at, func.coalesce(func.length(raw_mails.c.data), 0).label("size"))
    .outerjoin(raw_mails, raw_mails.c.inbox_id == inbox.c.id)
    .where(inbox.c.conversation == bindparam("conversation"), _IS_RECEIVED)
    .order_by(inbox.c.id)
    .limit(bindparam("most"))
)
_DUE = (
    select(inbox.c.id)
    .where(
        _IS_RECEIVED,
        or_(inbox.c.next_attempt_at.is_(None), inbox.c.next_attempt_at <= bindparam("now")),
    )
    .limit(1)
)
_FREE = (
    select(inbox.c.conversation)
    .outerjoin(claims, claims.c.conversation == inbox.c.conversation)
    .where(_IS_RECEIVED, or_(claims.c.conversation.is_(None), claims.c.leased_until < bindparam("now", type_=Instant)))
    .group_by(inbox.c.conversation)
    # One that must wait holds back what came after it.
    .having(
        func.coalesce(func.max(inbox.c.next_attempt_at), bindparam("now", type_=Instant))
        <= bindparam("now", type_=Instant)
    )
    .order_by(func.min(inbox.c.id))
    .limit(bindparam("most"))
)
_CHOSEN = _ENTRY.where(inbox.c.id.in_(bindparam("chosen", expanding=True))).order_by(inbox.c.id)
_ADD_RAW = insert(raw_mails)
_CHANGE = update(inbox).where(inbox.c.id == bindparam("of_entry"))
_HOLDS = (
    select(claims.c.worker)
    .where(claims.c.conversation == bindparam("conversation"), claims.c.worker == bindparam("worker"))
    .with_for_update()
)
_RELEASE = delete(claims).where(
    claims.c.conversation == bindparam("conversation"), claims.c.worker == bindparam("worker")
)


class SqlInbox:
    """`casework.ports.Inbox` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def add(self, arrival: Arrival, *, state: InboxState = InboxState.RECEIVED) -> tuple[InboxId, bool]:
        """Save an arrival; (its id, True), or (the id it already has, False) for a repeat, which changes nothing.

        A message that is handled in the same transaction lies in its thread and is not kept here a second time.
        """
        waits = state is InboxState.RECEIVED
        row = {
            "channel": arrival.channel.value,
            "external_id": arrival.external_id,
            "conversation": arrival.conversation,
            "state": state.value,
            "received_at": arrival.received_at,
            "message": encode_inbound(arrival.message) if arrival.message and waits else None,
            "handled_at": None if waits else arrival.received_at,
        }
        inbox_id = insert_or_skip(self._connection, inbox, row, ("channel", "external_id"))
        if inbox_id is None:
            return self._id_of(arrival.channel, arrival.external_id), False
        if arrival.raw_mail is not None:
            raw = arrival.raw_mail
            values = {"mail_from": raw.mail_from, "rcpt_tos": list(raw.rcpt_tos), "peer": raw.peer, "data": raw.data}
            self._connection.execute(_ADD_RAW, {"inbox_id": inbox_id, **values})
        return InboxId(inbox_id), True

    def claim(self, worker: str, *, now: datetime, lease: timedelta, limit: int) -> Sequence[str]:
        """Conversations with work due, now leased to `worker`; none that another holds."""
        found = self._connection.execute(_FREE, {"now": now, "most": limit}).scalars().all()
        return [name for name in found if self._lease(name, worker, now, now + lease)]

    def has_due(self, *, now: datetime) -> bool:
        """Whether anything waits that could be handled now."""
        return self._connection.execute(_DUE, {"now": now}).first() is not None

    def release(self, worker: str, conversation: str) -> None:
        """Give a conversation back."""
        self._connection.execute(_RELEASE, {"conversation": conversation, "worker": worker})

    def holds(self, worker: str, conversation: str) -> bool:
        """Whether `worker` has not lost its claim to another; from now to the commit nobody can take it over."""
        values = {"conversation": conversation, "worker": worker}
        return self._connection.execute(_HOLDS, values).first() is not None

    def release_all(self) -> int:
        """Give every conversation back: for the only process of an embedded store, when it starts."""
        return self._connection.execute(delete(claims)).rowcount

    def pending(
        self, conversation: str, *, now: datetime, limit: int = 50, most_bytes: int = MOST_BYTES
    ) -> Sequence[InboxEntry]:
        """Unhandled messages of a conversation, oldest first, up to the first that must still wait.

        At most `limit`, and no more raw mail than `most_bytes`, but always one.
        """
        chosen: list[int] = []
        for row in self._connection.execute(_WAITING, {"conversation": conversation, "most": limit}):
            most_bytes -= row.size
            if (row.next_attempt_at is not None and row.next_attempt_at > now) or (chosen and most_bytes < 0):
                break
            chosen.append(row.id)
        if not chosen:
            return []
        return [_entry(row) for row in self._connection.execute(_CHOSEN, {"chosen": chosen})]

    def has_pending(self, conversation: str, *, before: InboxId) -> bool:
        """Whether an older message of this conversation waits to be handled."""
        values = {"conversation": conversation, "before": before}
        return self._connection.execute(_OLDER, values).first() is not None

    def get(self, inbox_id: InboxId) -> InboxEntry:
        """The entry; CaseworkNotFound."""
        row = self._connection.execute(_ENTRY.where(inbox.c.id == inbox_id)).first()
        if row is None:
            raise CaseworkNotFound(f"there is no inbox entry {inbox_id}")
        return _entry(row)

    def find(self, channel: ChannelName, external_id: str) -> InboxEntry | None:
        """The entry with this id."""
        query = _ENTRY.where(inbox.c.channel == channel.value, inbox.c.external_id == external_id)
        row = self._connection.execute(query).first()
        return _entry(row) if row else None

    def finish(
        self,
        inbox_id: InboxId,
        state: InboxState,
        *,
        now: datetime,
        reading: Reading | None = None,
        error: str = "",
        facts: Mapping[str, object] | None = None,
    ) -> None:
        """Handled, held, shunted or refused."""
        values: dict[str, Any] = {"state": state.value, "error": error[:2000], "next_attempt_at": None}
        if state in (InboxState.HANDLED, InboxState.REFUSED):
            values["handled_at"] = now
        if reading is not None:
            values["reading"] = encode_reading(reading)
        if facts is not None:
            values["facts"] = dict(facts)
        self._connection.execute(_CHANGE, {"of_entry": inbox_id, **values})

    def postpone(self, inbox_id: InboxId, *, until: datetime, error: str) -> None:
        """Count a failed attempt and try again later."""
        self._connection.execute(
            update(inbox)
            .where(inbox.c.id == inbox_id)
            .values(attempts=inbox.c.attempts + 1, next_attempt_at=until, error=error[:2000])
        )

    def decide(
        self,
        inbox_id: InboxId,
        decision: ClerkDecision,
        *,
        case_id: CaseId | None,
        now: datetime,
        seen: Collection[InboxState] = DECIDABLE,
        staff_id: StaffId | None = None,
        parts: Sequence[LetterPart] = (),
    ) -> None:
        """Record a clerk's word on a held, shunted or refused message and hand it back to the worker.

        CaseworkConflict when it is in none of the states that the clerk has `seen`, e.g. because a colleague was
        quicker.
        """
        changed = self._connection.execute(
            update(inbox)
            .where(inbox.c.id == inbox_id, inbox.c.state.in_([state.value for state in seen]))
            .values(
                state=InboxState.RECEIVED.value,
                decision=decision.value,
                decided_case_id=case_id,
                decided_by=staff_id,
                parts=[encode_part(part) for part in parts] or None,
                attempts=0,
                next_attempt_at=now,
                handled_at=None,
            )
        )
        if changed.rowcount == 0:
            raise CaseworkConflict(
                f"message {inbox_id} is no longer {' or '.join(seen)}: somebody has decided on it; look at it again"
            )

    def put_back(self, inbox_id: InboxId, state: InboxState, *, now: datetime, facts: Mapping[str, object]) -> None:
        """Let a refused message wait for a decision again; CaseworkConflict when it is refused no more."""
        changed = self._connection.execute(
            update(inbox)
            .where(inbox.c.id == inbox_id, inbox.c.state == InboxState.REFUSED.value)
            .values(
                state=state.value, decision=None, decided_by=None, handled_at=None, next_attempt_at=now, facts=facts
            )
        )
        if changed.rowcount == 0:
            raise CaseworkConflict(f"message {inbox_id} is no longer refused: look at it again")

    def arrivals_of(self, message_ids: Sequence[MessageId]) -> Mapping[MessageId, InboxEntry]:
        """The entries that messages of citizens came in with, without their raw mail."""
        if not message_ids:
            return {}
        query = (
            select(messages.c.id.label("of_message"), inbox)
            .join(inbox, inbox.c.id == messages.c.inbox_id)
            .where(messages.c.id.in_(message_ids), messages.c.direction == Direction.INBOUND.value)
        )
        return {MessageId(row.of_message): _entry(row) for row in self._connection.execute(query)}

    def list(
        self,
        states: Sequence[InboxState],
        *,
        limit: int,
        after: int = 0,
        reason: str = "",
        sender: str = "",
        archived: bool | None = None,
    ) -> Sequence[InboxEntry]:
        """Entries in these states without their raw mail, latest first, ids below `after` when it is given."""
        # The raw mails of one page may be hundreds of megabytes.
        query = select(inbox).where(_is_among(states), *_as_archived(archived=archived))
        if after:
            query = query.where(inbox.c.id < after)
        if reason:
            query = query.where(_REASONS.contains(f'"{reason}"', autoescape=True))
        if sender:
            query = query.where(_is_from(sender))
        return [_entry(row) for row in self._connection.execute(query.order_by(inbox.c.id.desc()).limit(limit))]

    def reasons(self, states: Sequence[InboxState], *, archived: bool | None = None) -> Mapping[str, int]:
        """The keys of the reasons why entries are in these states, each with how many there are."""
        found: Counter[str] = Counter()
        query = (
            select(_REASONS, func.count()).where(_is_among(states), *_as_archived(archived=archived)).group_by(_REASONS)
        )
        for written, number in self._connection.execute(query):
            found.update(dict.fromkeys(json.loads(written or "[]"), number))
        return found

    def count(self, state: InboxState, *, archived: bool | None = None) -> int:
        """How many entries are in a state."""
        query = select(func.count()).select_from(inbox).where(_is_among([state]), *_as_archived(archived=archived))
        return int(self._connection.execute(query).scalar_one())

    def _lease(self, conversation: str, worker: str, now: datetime, until: datetime) -> bool:
        row = {"conversation": conversation, "worker": worker, "leased_until": until, "now": now}
        return self._connection.execute(_take_lease(self._connection.dialect.name), row).first() is not None

    def _id_of(self, channel: ChannelName, external_id: str) -> InboxId:
        query = select(inbox.c.id).where(inbox.c.channel == channel.value, inbox.c.external_id == external_id)
        return InboxId(self._connection.execute(query).scalar_one())


@cache
def _take_lease(dialect: str) -> Any:
    """A new lease, or that of another whose time is over."""
    insert = insert_into(dialect, claims)
    return insert.on_conflict_do_update(
        index_elements=["conversation"],
        set_={"worker": insert.excluded.worker, "leased_until": insert.excluded.leased_until},
        where=claims.c.leased_until < bindparam("now", type_=Instant),
    ).returning(claims.c.conversation)


_REASONS = inbox.c.reading["reasons"].as_string()
"""A list, as it is written."""


def _as_archived(*, archived: bool | None) -> list[ColumnElement[bool]]:
    if archived is None:
        return []
    # What was never read has no reasons, and is no archive.
    is_archived = func.coalesce(_REASONS, "").contains(f'"{ARCHIVED}"', autoescape=True)
    return [is_archived if archived else ~is_archived]


def _is_from(sender: str) -> ColumnElement[bool]:
    named = [inbox.c.conversation, *(inbox.c.reading[name].as_string() for name in ("sender", "answers_to"))]
    return or_(*(func.lower(name).contains(sender.lower(), autoescape=True) for name in named))


def _is_among(states: Sequence[InboxState]) -> ColumnElement[bool]:
    among = inbox.c.state.in_([state.value for state in states])
    for index, covered in ((_IS_RECEIVED, frozenset({InboxState.RECEIVED})), (_IS_APART, _APART)):
        if covered.issuperset(states):
            return and_(index, among)
    return among


def _entry(row: Any) -> InboxEntry:
    mail = None
    if getattr(row, "data", None) is not None:
        mail = RawMail(row.mail_from, tuple(row.rcpt_tos), bytes(row.data), row.peer)
    return InboxEntry(
        id=InboxId(row.id),
        channel=ChannelName(row.channel),
        external_id=row.external_id,
        conversation=row.conversation,
        state=InboxState(row.state),
        received_at=row.received_at,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        message=decode_inbound(row.message) if row.message else None,
        raw_mail=mail,
        reading=decode_reading(row.reading),
        decision=ClerkDecision(row.decision) if row.decision else None,
        decided_case_id=row.decided_case_id,
        decided_by=row.decided_by,
        parts=tuple(decode_part(part) for part in row.parts or ()),
        error=row.error,
        handled_at=row.handled_at,
        facts=row.facts or {},
    )
