"""What casework keeps for handling by the law: deadlines, reminders, letters, links, published results."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from casework.figures import ApplicationRow, ComplaintRow, OutcomeRow, RemedyRow
from casework.issued_report import IssuedReport
from casework.kept_deadline import KeptDeadline
from casework.kinds import CaseKind
from casework.letter import Letter, LetterKind
from casework.link import Link
from casework.message import CaseId, MessageId, StaffId
from casework.party import Language
from casework.reminder import Reminder
from casework.result import Result


class Deadlines(Protocol):
    """The deadlines of open cases as they were reckoned last, and the reminders that were sent."""

    def replace(self, case_id: CaseId, deadlines: Sequence[KeptDeadline]) -> None:
        """Keep these as all deadlines of a case."""
        ...

    def of_case(self, case_id: CaseId) -> Sequence[KeptDeadline]:
        """All deadlines of a case, by date."""
        ...

    def running(
        self, *, until: date, limit: int, after: tuple[date, CaseId, str] | None = None
    ) -> Sequence[tuple[CaseId, KeptDeadline]]:
        """Running and missed deadlines of open cases up to a day, by day; those after a place in this order."""
        ...

    def reminded(self, case_ids: Sequence[CaseId]) -> Sequence[Reminder]:
        """The reminders that were sent in these cases."""
        ...

    def note_reminder(self, reminder: Reminder) -> bool:
        """Record that a reminder is sent; False when it was sent before."""
        ...


class Letters(Protocol):
    """Letters as they were issued."""

    def last_number(self, series: str, year: int) -> int:
        """The number that was given last in a series in a year; 0 when none was."""
        ...

    def next_number(self, series: str, year: int) -> int:
        """Give the next number of a series in a year, from 1."""
        ...

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
        ...

    def get(self, letter_id: int) -> Letter:
        """The letter; CaseworkNotFound."""
        ...

    def of_case(self, case_id: CaseId) -> Sequence[Letter]:
        """The letters of a case, oldest first."""
        ...

    def to_post(self, *, limit: int, after: int = 0) -> Sequence[Letter]:
        """Letters that are printed and not handed over or posted yet, oldest first."""
        ...

    def record_delivery(self, letter_id: int, *, on: date, how: str, by: StaffId) -> Letter:
        """Say when and how a letter left; CaseworkConflict when that was said before."""
        ...


class Links(Protocol):
    """How cases are related."""

    def add(self, link: Link) -> bool:
        """Keep a link; False when the two are linked already."""
        ...

    def of_case(self, case_id: CaseId) -> Sequence[Link]:
        """Links from and to a case."""
        ...


class Figures(Protocol):
    """What figures and the annual report are counted from, one row a case, streamed."""

    def applications(self, first: date, last: date) -> Iterator[ApplicationRow]:
        """Applications that were open on some day of a period; those not yet received are left out."""
        ...

    def complaints(self, first: date, last: date) -> Iterator[ComplaintRow]:
        """Complaints received in a period that the bureau took up, with the unit that has them."""
        ...

    def remedies(self, last: date) -> Iterator[RemedyRow]:
        """What happened until a day to reviews and suits against replies, in order."""
        ...

    def outcomes(self, first: date, last: date, *, units: Collection[str] | None = None) -> Iterator[OutcomeRow]:
        """What became of every case received in a period, of these units or of all."""
        ...

    def alive(self, first: date, last: date, *, units: Collection[str] | None = None) -> Iterator[OutcomeRow]:
        """The same of every case that was open on some day of a period."""
        ...


class Reports(Protocol):
    """Annual reports as they were issued."""

    def add(
        self, year: int, form: str, *, filed: str, files: Mapping[str, str], now: datetime, by: StaffId | None
    ) -> IssuedReport:
        """Keep a report beside those that were issued before it."""
        ...

    def of_year(self, year: int) -> Sequence[IssuedReport]:
        """Every issue of the report of a year, the latest first."""
        ...

    def get(self, report_id: int) -> IssuedReport:
        """The report; CaseworkNotFound."""
        ...


class Results(Protocol):
    """What was made public."""

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
        ...

    def withdraw(self, case_id: CaseId, *, now: datetime) -> None:
        """Take a result back; CaseworkNotFound."""
        ...

    def latest(
        self, *, limit: int, before: int | None = None, unit: str | None = None, kind: CaseKind | None = None
    ) -> Sequence[Result]:
        """Public results, latest first; those before an id, of a unit, of a kind."""
        ...

    def get(self, result_id: int) -> Result:
        """A public result; CaseworkNotFound."""
        ...
