"""What figures and the annual report are counted from: one row a case, streamed, never all in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from casework.disposition import Disposition
from casework.events import EventName
from casework.figures import NOT_OURS, ApplicationRow, ComplaintRow, OutcomeRow, RemedyRow
from casework.kinds import CaseKind
from casework.reply_kinds import ApplicantKind, ReplyKind
from casework.store.tables import case_events, cases

_AT_ONCE = 2_000
_CONTACTS = (
    EventName.REPLY_SENT,
    EventName.ACCEPTED,
    EventName.NOT_ACCEPTED,
    EventName.SUPPLEMENT_ASKED,
    EventName.EXTENSION_GRANTED,
    EventName.DECIDED,
)
"""What staff tell the citizen."""
_CONTACTED = (
    select(func.min(case_events.c.at))
    .where(case_events.c.case_id == cases.c.id, case_events.c.name.in_([name.value for name in _CONTACTS]))
    .scalar_subquery()
)
"""Asked for each case: over all events at once it would cost as much for a day as for ten years."""


class SqlFigures:
    """`casework.ports.Figures` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def applications(self, first: date, last: date) -> Iterator[ApplicationRow]:
        """Applications that were open on some day of a period, by reference; those not yet received are left out."""
        query = (
            select(
                cases.c.id,
                cases.c.reference,
                cases.c.applicant,
                cases.c.received_on,
                cases.c.closed_on,
                cases.c.reply_kind,
                cases.c.disposition,
                cases.c.channel,
            )
            .where(
                cases.c.kind == CaseKind.DISCLOSURE_APPLICATION.value,
                cases.c.received_on <= last,
                or_(cases.c.closed_on.is_(None), cases.c.closed_on >= first),
            )
            .order_by(cases.c.id)
        )
        fees = self._fees(first, last)
        for row in self._stream(query):
            yield ApplicationRow(
                row.reference,
                ApplicantKind(row.applicant),
                row.received_on,
                row.closed_on,
                ReplyKind(row.reply_kind) if row.reply_kind else None,
                Disposition(row.disposition) if row.disposition else None,
                row.channel,
                fees.get(row.id, 0),
            )

    def complaints(self, first: date, last: date) -> Iterator[ComplaintRow]:
        """Complaints received in a period that the bureau took up, with the unit that has them."""
        query = (
            select(cases.c.reference, cases.c.received_on, cases.c.unit)
            .where(
                cases.c.kind == CaseKind.COMPLAINT.value,
                cases.c.received_on.between(first, last),
                or_(cases.c.disposition.is_(None), cases.c.disposition.not_in([one.value for one in NOT_OURS])),
            )
            .order_by(cases.c.id)
        )
        for row in self._stream(query):
            yield ComplaintRow(row.reference, row.received_on, row.unit)

    def remedies(self, last: date) -> Iterator[RemedyRow]:
        """What happened until a day to reviews and suits against replies, in order."""
        names = [EventName.REMEDY_FILED.value, EventName.REMEDY_ENDED.value]
        query = (
            select(cases.c.reference, case_events.c.name, case_events.c.facts)
            .join(cases, cases.c.id == case_events.c.case_id)
            .where(case_events.c.name.in_(names))
            .order_by(case_events.c.id)
        )
        for row in self._stream(query):
            if str(row.facts["on"]) <= last.isoformat():
                yield RemedyRow(row.reference, EventName(row.name), row.facts)

    def outcomes(self, first: date, last: date, *, units: Collection[str] | None = None) -> Iterator[OutcomeRow]:
        """What became of every case received in a period, of these units or of all."""
        return self._outcomes(cases.c.received_on.between(first, last), units)

    def alive(self, first: date, last: date, *, units: Collection[str] | None = None) -> Iterator[OutcomeRow]:
        """The same of every case that was open on some day of a period."""
        ended_later = or_(cases.c.closed_on.is_(None), cases.c.closed_on >= first)
        return self._outcomes(and_(cases.c.received_on <= last, ended_later), units)

    def _outcomes(self, wanted: ColumnElement[bool], units: Collection[str] | None) -> Iterator[OutcomeRow]:
        columns = (
            cases.c.reference,
            cases.c.unit,
            cases.c.channel,
            cases.c.kind,
            cases.c.received_on,
            cases.c.due_on,
            cases.c.closed_on,
            cases.c.rating,
            cases.c.disposition,
        )
        query = select(*columns, _CONTACTED.label("contacted_at")).where(wanted).order_by(cases.c.id)
        for row in self._stream(query if units is None else query.where(cases.c.unit.in_(units))):
            yield OutcomeRow(
                row.reference,
                row.unit,
                row.channel,
                CaseKind(row.kind),
                row.received_on,
                row.due_on,
                row.closed_on,
                row.rating,
                row.contacted_at,
                Disposition(row.disposition) if row.disposition else None,
            )

    def _fees(self, first: date, last: date) -> dict[int, int]:
        """The fees paid in a period, by case."""
        query = select(case_events.c.case_id, case_events.c.facts).where(case_events.c.name == EventName.FEE_PAID.value)
        found: dict[int, int] = {}
        for row in self._stream(query):
            on, fen = row.facts.get("on", ""), row.facts.get("fen", 0)
            if isinstance(fen, int) and isinstance(on, str) and first.isoformat() <= on <= last.isoformat():
                found[row.case_id] = found.get(row.case_id, 0) + fen
        return found

    def _stream(self, query: Select[Any]) -> Iterator[Any]:
        # Set on this statement alone: options of the connection would hold for everything that comes after it.
        yield from self._connection.execute(query, execution_options={"yield_per": _AT_ONCE})
