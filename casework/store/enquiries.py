"""Questions that the assistant dealt with itself, and those among them that were not well answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, false, func, insert, or_, select, update

from casework.commands import RecordEnquiry
from casework.enquiry import Enquiry, EnquiryId, OpenQuestion, Settled, Settlement, Shortfall
from casework.errors import CaseworkNotFound
from casework.message import MessageId, ThreadId
from casework.store.tables import cases, enquiries, messages, threads

_ADD = insert(enquiries).returning(enquiries.c.id)
_RATE = (
    update(enquiries)
    .where(
        enquiries.c.id == bindparam("enquiry"),
        enquiries.c.thread_id == bindparam("thread"),
        enquiries.c.decision == "answer",
    )
    .values(helpful=bindparam("said"), rated_at=bindparam("at"))
)
_LAST_OFFER = (
    select(func.max(enquiries.c.id))
    .where(enquiries.c.thread_id == bindparam("thread"), enquiries.c.decision == "ask_back")
    .scalar_subquery()
)
_DECLINE = update(enquiries).where(enquiries.c.id == _LAST_OFFER).values(declined=True)

_NOT_WELL_ANSWERED = or_(enquiries.c.decision.in_(("hand_over", "ask_back")), enquiries.c.helpful == false())
_OPEN = and_(_NOT_WELL_ANSWERED, enquiries.c.settled_at.is_(None))
_WITH_WORDS = enquiries.join(messages, messages.c.id == enquiries.c.message_id).join(
    threads, threads.c.id == enquiries.c.thread_id
)
_QUESTIONS = select(
    enquiries.c.id,
    enquiries.c.thread_id,
    messages.c.number,
    messages.c.text,
    enquiries.c.asked_at,
    threads.c.language,
    enquiries.c.decision,
    enquiries.c.helpful,
    enquiries.c.declined,
    enquiries.c.procedure,
    enquiries.c.confidence,
    enquiries.c.because,
    cases.c.unit,
).select_from(_WITH_WORDS.outerjoin(cases, cases.c.id == messages.c.case_id))
_Row = Row[*tuple[Any, ...]]
_CHOSEN = ["chosen"]
"""An answer to the press of a button: the question is the one that was asked back, which stands for itself."""
_AT_ONCE = 500
"""Ids in one statement: SQLite bounds the number of parameters."""


class SqlEnquiries:
    """`casework.ports.Enquiries` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def add(self, command: RecordEnquiry, *, thread_id: ThreadId, message_id: MessageId, now: datetime) -> Enquiry:
        """Record one."""
        row = {
            "thread_id": thread_id,
            "message_id": message_id,
            "asked_at": now,
            "decision": command.decision,
            "procedure": command.procedure,
            "version": command.version,
            "confidence": command.confidence,
            "because": list(command.because),
        }
        enquiry_id = EnquiryId(self._connection.execute(_ADD, row).scalar_one())
        return Enquiry(
            enquiry_id,
            thread_id,
            message_id,
            now,
            command.decision,
            command.procedure,
            command.version,
            command.confidence,
        )

    def rate(self, enquiry_id: EnquiryId, helpful: bool, *, thread_id: ThreadId, now: datetime) -> bool:  # noqa: FBT001 - it is the subject
        """Record whether an answer of this thread helped; a later word replaces the former. False: no such answer."""
        row = {"enquiry": enquiry_id, "thread": thread_id, "said": helpful, "at": now}
        return self._connection.execute(_RATE, row).rowcount == 1

    def decline(self, thread_id: ThreadId) -> None:
        """Record that none of the entries that were offered last in a thread was meant."""
        self._connection.execute(_DECLINE, {"thread": thread_id})

    def open_questions(
        self, *, since: datetime, units: Sequence[str] | None = None, limit: int = 20_000
    ) -> Sequence[OpenQuestion]:
        """Questions asked since then that were not well answered and are not settled, latest first."""
        wanted = _QUESTIONS.where(_OPEN, enquiries.c.asked_at >= since)
        if units is not None:
            wanted = wanted.where(cases.c.unit.in_(units))
        rows = self._connection.execute(wanted.order_by(enquiries.c.id.desc()).limit(limit))
        return [_open_question(row) for row in rows if row.because != _CHOSEN]

    def settle(self, enquiry_ids: Sequence[EnquiryId], settlement: Settlement) -> int:
        """Settle those of the questions that are still open; how many these were."""
        values = {
            "settled_as": settlement.outcome.value,
            "settled_at": settlement.at,
            "settled_by": settlement.by,
            "settled_because": settlement.because,
            "settled_procedure": settlement.procedure,
        }
        settled = 0
        for start in range(0, len(enquiry_ids), _AT_ONCE):
            some = enquiry_ids[start : start + _AT_ONCE]
            change = update(enquiries).where(enquiries.c.id.in_(some), _OPEN).values(**values)
            settled += self._connection.execute(change).rowcount
        return settled

    def answered_by(self, *, limit: int = 5_000) -> Sequence[tuple[str, str, str]]:
        """Questions that staff gave to an entry, with its slug and the phrasing that was proposed, latest first."""
        wanted = (
            select(messages.c.text, enquiries.c.settled_procedure, enquiries.c.settled_because)
            .select_from(_WITH_WORDS)
            .where(enquiries.c.settled_as.in_((Settled.PHRASING.value, Settled.ENTRY.value)))
            .order_by(enquiries.c.id.desc())
            .limit(limit)
        )
        rows = self._connection.execute(wanted)
        return [(row.text, row.settled_procedure, row.settled_because) for row in rows]

    def question(self, enquiry_id: EnquiryId) -> OpenQuestion:
        """An open question by its enquiry; CaseworkNotFound when there is none, or it is settled."""
        row = self._connection.execute(_QUESTIONS.where(enquiries.c.id == enquiry_id, _OPEN)).one_or_none()
        if row is None:
            raise CaseworkNotFound(f"there is no open question {enquiry_id}: it may have been dealt with")
        return _open_question(row)


def _open_question(row: _Row) -> OpenQuestion:
    return OpenQuestion(
        enquiry=EnquiryId(row.id),
        thread_id=ThreadId(row.thread_id),
        number=row.number,
        text=row.text,
        asked_at=row.asked_at,
        language=row.language,
        shortfall=_shortfall(row),
        procedure=row.procedure,
        confidence=row.confidence,
        unit=row.unit,
    )


def _shortfall(row: _Row) -> Shortfall:
    if row.decision == "answer":
        return Shortfall.NOT_HELPFUL
    if row.decision == "hand_over":
        return Shortfall.UNANSWERED
    return Shortfall.DECLINED if row.declined else Shortfall.ASKED_BACK
