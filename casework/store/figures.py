"""What figures and the annual report are counted from: one row a case, streamed, never all in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from casework.disposition import Disposition
from casework.events import EventName
from casework.figures import ApplicationRow, ComplaintRow, OutcomeRow
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
_NOT_OURS = (Disposition.REFERRED.value, Disposition.DUPLICATE.value, Disposition.WITHDRAWN.value)


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
                or_(cases.c.disposition.is_(None), cases.c.disposition.not_in(_NOT_OURS)),
            )
            .order_by(cases.c.id)
        )
        for row in self._stream(query):
            yield ComplaintRow(row.reference, row.received_on, row.unit)

    def outcomes(self, first: date, last: date) -> Iterator[OutcomeRow]:
        """What became of every case received in a period."""
        contacted = (
            select(case_events.c.case_id, func.min(case_events.c.at).label("at"))
            .where(case_events.c.name.in_([name.value for name in _CONTACTS]))
            .group_by(case_events.c.case_id)
            .subquery()
        )
        query = (
            select(
                cases.c.reference,
                cases.c.unit,
                cases.c.channel,
                cases.c.kind,
                cases.c.received_on,
                cases.c.due_on,
                cases.c.closed_on,
                cases.c.rating,
                contacted.c.at,
            )
            .outerjoin(contacted, contacted.c.case_id == cases.c.id)
            .where(cases.c.received_on.between(first, last))
            .order_by(cases.c.id)
        )
        for row in self._stream(query):
            yield OutcomeRow(
                row.reference,
                row.unit,
                row.channel,
                CaseKind(row.kind),
                row.received_on,
                row.due_on,
                row.closed_on,
                row.rating,
                _instant(row.at),
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
        yield from self._connection.execution_options(yield_per=_AT_ONCE).execute(query)


def _instant(at: Any) -> datetime | None:
    return at if isinstance(at, datetime) else None
