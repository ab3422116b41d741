"""Deadlines, reminders, letters, links and results over SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, tuple_, update

from casework.case import CaseStatus
from casework.errors import CaseworkConflict, CaseworkNotFound
from casework.kept_deadline import KeptDeadline
from casework.kinds import CaseKind
from casework.letter import Letter, LetterKind
from casework.link import Link, Relation
from casework.message import CaseId, MessageId, StaffId
from casework.party import Language
from casework.reminder import Level, Moment, Reminder
from casework.result import Result
from casework.store.handling_tables import case_deadlines, case_links, letter_numbers, letters, reminders, results
from casework.store.inserting import insert_into
from casework.store.tables import cases

_FORGET = delete(case_deadlines)
_KEEP = insert(case_deadlines)
_PUBLIC = (
    select(results, cases.c.kind).join(cases, cases.c.id == results.c.case_id).where(results.c.withdrawn_at.is_(None))
)


class SqlDeadlines:
    """`casework.ports.Deadlines` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def replace(self, case_id: CaseId, deadlines: Sequence[KeptDeadline]) -> None:
        """Keep these as all deadlines of a case."""
        self._connection.execute(_FORGET.where(case_deadlines.c.case_id == case_id))
        self.add(case_id, deadlines)

    def add(self, case_id: CaseId, deadlines: Sequence[KeptDeadline]) -> None:
        """Keep the first deadlines of a new case."""
        if deadlines:
            self._connection.execute(
                _KEEP,
                [
                    {
                        "case_id": case_id,
                        "name": one.name,
                        "owed_by": one.owed_by,
                        "due_on": one.due_on,
                        "state": one.state,
                        "rule": one.rule,
                        "uncertain": one.uncertain,
                    }
                    for one in deadlines
                ],
            )

    def of_case(self, case_id: CaseId) -> Sequence[KeptDeadline]:
        """All deadlines of a case, by date."""
        query = (
            select(case_deadlines)
            .where(case_deadlines.c.case_id == case_id)
            .order_by(case_deadlines.c.due_on, case_deadlines.c.name)
        )
        return [_deadline(row) for row in self._connection.execute(query)]

    def running(
        self, *, until: date, limit: int, after: tuple[date, CaseId, str] | None = None
    ) -> Sequence[tuple[CaseId, KeptDeadline]]:
        """Running and missed deadlines of open cases up to a day, by day; those after a place in this order."""
        place = tuple_(case_deadlines.c.due_on, case_deadlines.c.case_id, case_deadlines.c.name)
        query = (
            select(case_deadlines)
            .join(cases, cases.c.id == case_deadlines.c.case_id)
            .where(
                case_deadlines.c.state.in_(("running", "missed")),
                case_deadlines.c.due_on <= until,
                cases.c.status != CaseStatus.CLOSED.value,
            )
            .order_by(case_deadlines.c.due_on, case_deadlines.c.case_id, case_deadlines.c.name)
            .limit(limit)
        )
        if after is not None:
            query = query.where(place > after)
        return [(CaseId(row.case_id), _deadline(row)) for row in self._connection.execute(query)]

    def reminded(self, case_ids: Sequence[CaseId]) -> Sequence[Reminder]:
        """The reminders that were sent in these cases."""
        query = select(reminders).where(reminders.c.case_id.in_(case_ids)).order_by(reminders.c.id)
        return [
            Reminder(
                CaseId(row.case_id), row.name, row.due_on, Moment(row.moment), Level(row.level), row.sent_at, row.late
            )
            for row in self._connection.execute(query)
        ]

    def note_reminder(self, reminder: Reminder) -> bool:
        """Record that a reminder is sent; False when it was sent before."""
        row = {
            "case_id": reminder.case_id,
            "name": reminder.name,
            "due_on": reminder.due_on,
            "moment": reminder.moment.value,
            "level": reminder.level.value,
            "sent_at": reminder.sent_at,
            "late": reminder.late,
        }
        statement = insert_into(self._connection.dialect.name, reminders).on_conflict_do_nothing()
        return self._connection.execute(statement.returning(reminders.c.id), row).first() is not None


class SqlLetters:
    """`casework.ports.Letters` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def last_number(self, series: str, year: int) -> int:
        """The number that was given last in a series in a year; 0 when none was."""
        query = select(letter_numbers.c.last_number).where(
            letter_numbers.c.series == series, letter_numbers.c.year == year
        )
        return int(self._connection.execute(query).scalar() or 0)

    def next_number(self, series: str, year: int) -> int:
        """Give the next number of a series in a year, from 1."""
        statement = (
            insert_into(self._connection.dialect.name, letter_numbers)
            .on_conflict_do_update(
                index_elements=["series", "year"], set_={"last_number": letter_numbers.c.last_number + 1}
            )
            .returning(letter_numbers.c.last_number)
        )
        row = {"series": series, "year": year, "last_number": 1}
        return int(self._connection.execute(statement, row).scalar_one())

    def add(
        self,
        case_id: CaseId,
        kind: LetterKind,
        number: str,
        *,
        language: Language,
        title: str,
        body: str,
        facts: Mapping[str, object],
        issued_at: datetime,
        issued_by: StaffId,
        pdf_sha256: str,
        docx_sha256: str,
        message_id: MessageId | None = None,
    ) -> Letter:
        """Keep a letter under its number."""
        row = {
            "case_id": case_id,
            "kind": kind.value,
            "number": number,
            "language": language,
            "title": title,
            "body": body,
            "facts": dict(facts),
            "issued_at": issued_at,
            "issued_by": issued_by,
            "pdf_sha256": pdf_sha256,
            "docx_sha256": docx_sha256,
            "message_id": message_id,
        }
        return _letter(self._connection.execute(insert(letters).values(row).returning(letters)).one())

    def get(self, letter_id: int) -> Letter:
        """The letter; CaseworkNotFound."""
        row = self._connection.execute(select(letters).where(letters.c.id == letter_id)).first()
        if row is None:
            raise CaseworkNotFound(f"there is no letter {letter_id}")
        return _letter(row)

    def of_case(self, case_id: CaseId) -> Sequence[Letter]:
        """The letters of a case, oldest first."""
        query = select(letters).where(letters.c.case_id == case_id).order_by(letters.c.id)
        return [_letter(row) for row in self._connection.execute(query)]

    def to_post(self, *, limit: int, after: int = 0) -> Sequence[Letter]:
        """Letters that are printed and not handed over or posted yet, oldest first."""
        query = (
            select(letters)
            .where(letters.c.delivered_on.is_(None), letters.c.message_id.is_(None), letters.c.id > after)
            .order_by(letters.c.id)
            .limit(limit)
        )
        return [_letter(row) for row in self._connection.execute(query)]

    def record_delivery(self, letter_id: int, *, on: date, how: str, by: StaffId) -> Letter:
        """Say when and how a letter left; CaseworkConflict when that was said before."""
        statement = (
            update(letters)
            .where(letters.c.id == letter_id, letters.c.delivered_on.is_(None))
            .values(delivered_on=on, delivered_how=how, delivered_by=by)
            .returning(letters)
        )
        row = self._connection.execute(statement).first()
        if row is None:
            known = self.get(letter_id)
            raise CaseworkConflict(f"letter {known.number} was already said to have left on {known.delivered_on}")
        return _letter(row)


class SqlLinks:
    """`casework.ports.Links` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def add(self, link: Link) -> bool:
        """Keep a link; False when the two are linked already."""
        row = {
            "case_id": link.case_id,
            "other_id": link.other_id,
            "relation": link.relation.value,
            "linked_at": link.linked_at,
            "linked_by": link.linked_by,
        }
        statement = insert_into(self._connection.dialect.name, case_links).on_conflict_do_nothing()
        return self._connection.execute(statement.returning(case_links.c.case_id), row).first() is not None

    def of_case(self, case_id: CaseId) -> Sequence[Link]:
        """Links from and to a case."""
        query = (
            select(case_links)
            .where(or_(case_links.c.case_id == case_id, case_links.c.other_id == case_id))
            .order_by(case_links.c.linked_at, case_links.c.case_id, case_links.c.other_id)
        )
        return [
            Link(
                CaseId(row.case_id),
                CaseId(row.other_id),
                Relation(row.relation),
                row.linked_at,
                StaffId(row.linked_by) if row.linked_by is not None else None,
            )
            for row in self._connection.execute(query)
        ]


class SqlResults:
    """`casework.ports.Results` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def publish(
        self,
        case_id: CaseId,
        *,
        language: Language,
        title: str,
        matter: str,
        answer: str,
        unit: str,
        by: StaffId,
        now: datetime,
    ) -> Result:
        """Make a result public, again if it was withdrawn."""
        words = {"language": language, "title": title, "matter": matter, "answer": answer, "unit": unit}
        row = {**words, "published_at": now, "published_by": by, "withdrawn_at": None}
        statement = (
            insert_into(self._connection.dialect.name, results)
            .values(case_id=case_id, **row)
            .on_conflict_do_update(index_elements=["case_id"], set_=row)
            .returning(results.c.id)
        )
        return self.get(self._connection.execute(statement).scalar_one())

    def withdraw(self, case_id: CaseId, *, now: datetime) -> None:
        """Take a result back; CaseworkNotFound."""
        public = and_(results.c.case_id == case_id, results.c.withdrawn_at.is_(None))
        if not self._connection.execute(update(results).where(public).values(withdrawn_at=now)).rowcount:
            raise CaseworkNotFound("the result of this case is not public")

    def latest(
        self, *, limit: int, before: int | None = None, unit: str | None = None, kind: CaseKind | None = None
    ) -> Sequence[Result]:
        """Public results, latest first; those before an id, of a unit, of a kind."""
        query = _PUBLIC.order_by(results.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(results.c.id < before)
        if unit is not None:
            query = query.where(results.c.unit == unit)
        if kind is not None:
            query = query.where(cases.c.kind == kind.value)
        return [_result(row) for row in self._connection.execute(query)]

    def get(self, result_id: int) -> Result:
        """A public result; CaseworkNotFound."""
        row = self._connection.execute(_PUBLIC.where(results.c.id == result_id)).first()
        if row is None:
            raise CaseworkNotFound(f"there is no public result {result_id}")
        return _result(row)


def _deadline(row: Any) -> KeptDeadline:
    return KeptDeadline(row.name, row.owed_by, row.due_on, row.state, row.rule, row.uncertain)


def _letter(row: Any) -> Letter:
    return Letter(
        id=row.id,
        case_id=CaseId(row.case_id),
        kind=LetterKind(row.kind),
        number=row.number,
        language=row.language,
        title=row.title,
        body=row.body,
        facts=row.facts,
        issued_at=row.issued_at,
        issued_by=StaffId(row.issued_by),
        pdf_sha256=row.pdf_sha256,
        docx_sha256=row.docx_sha256,
        message_id=MessageId(row.message_id) if row.message_id is not None else None,
        delivered_on=row.delivered_on,
        delivered_how=row.delivered_how,
    )


def _result(row: Any) -> Result:
    return Result(
        id=row.id,
        case_id=CaseId(row.case_id),
        language=row.language,
        title=row.title,
        matter=row.matter,
        answer=row.answer,
        unit=row.unit,
        published_at=row.published_at,
        kind=CaseKind(row.kind),
        withdrawn_at=row.withdrawn_at,
    )
