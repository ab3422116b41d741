"""What figures are counted from and what was issued, on both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from casework.actions.closure import close
from casework.actions.counting import outcomes_in
from casework.actions.finishing import rate
from casework.actions.reporting import issue_report, last_year_of, report_of_year
from casework.actions.stepping import Walker
from casework.annual.findings import FindingKind
from casework.annual.forms import Form
from casework.annual.report import ReportRefused
from casework.annual.statement import Statement
from casework.case import Case
from casework.disposition import Disposition
from casework.errors import CaseworkNotFound
from casework.events import EventName
from casework.kinds import CaseKind
from casework.message import StaffId
from casework.party import Address, ChannelName
from casework.period_figures import Period, count_figures
from casework.rates import Grouping, Outcome
from casework.reply_kinds import ApplicantKind
from casework.rights import Sight
from casework.store import SqlStore
from casework.store.units_of_work import SqlUnitOfWork
from tests.casework.a_bureau import a_bureau, a_clerk, a_complaint, a_letter, an_office, open_case_of

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


def outcomes(store: SqlStore, units: tuple[str, ...] | None = None, period: Period = YEAR) -> list[Outcome]:
    with store.read() as uow:
        return list(outcomes_in(uow, period, a_bureau(), units))


def an_application(uow: SqlUnitOfWork, now: datetime, number: int) -> Case:
    where = Address(ChannelName.WEB_CHAT, f"conversation-{number}")
    _, thread, message = a_letter(uow, now=now, address=where)
    return open_case_of(CaseKind.DISCLOSURE_APPLICATION, uow, thread, message, unit="bureau", now=now)


def test_a_closed_and_rated_complaint_of_a_station_is_counted_as_such(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        walker = Walker(uow, an_office(), a_clerk(uow), now + timedelta(days=1))
        closed = close(a_complaint(uow, now=now).case, Disposition.UPHELD, walker)
        rate(closed, 5, "很好", uow, office=an_office(), now=now + timedelta(days=2))

    store.write(work)
    (found,) = outcomes(store)
    assert (found.unit, found.rating, found.is_lower, found.is_ours) == ("north-station", 5, True, True)
    assert found.ended_on == date(2026, 11, 24)
    together = count_figures([found], YEAR, Grouping.UNIT, today=date(2026, 11, 25)).together
    assert together["level.lower"] == 1


def test_only_the_units_asked_for_are_counted(store: SqlStore, now: datetime) -> None:
    store.write(lambda uow: (a_complaint(uow, now=now), an_application(uow, now, 2)))
    assert [one.unit for one in outcomes(store, ("bureau",))] == ["bureau"]
    assert len(outcomes(store)) == 2
    assert outcomes(store, ()) == []


def test_a_case_received_after_the_period_or_closed_before_it_is_left_out(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        close(a_complaint(uow, now=now).case, Disposition.UPHELD, Walker(uow, an_office(), a_clerk(uow), now))

    store.write(work)
    assert outcomes(store, period=Period(date(2026, 11, 24), date(2026, 12, 31))) == []
    assert outcomes(store, period=Period(date(2026, 11, 1), date(2026, 11, 22))) == []
    assert len(outcomes(store, period=Period(date(2026, 11, 23), date(2026, 11, 23)))) == 1


def test_the_last_event_tells_whether_anything_happened(store: SqlStore, now: datetime) -> None:
    with store.read() as uow:
        assert uow.cases.last_event_id() == 0
    store.write(lambda uow: a_complaint(uow, now=now))
    with store.read() as uow:
        first = uow.cases.last_event_id()
    store.write(lambda uow: an_application(uow, now, 2))
    with store.read() as uow:
        assert uow.cases.last_event_id() > first > 0


def test_cases_that_accuse_a_unit_or_a_person_are_known_by_reference(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> str:
        case = a_complaint(uow, now=now).case
        an_application(uow, now, 2)
        return uow.cases.append(
            case.id, EventName.NOTE_ADDED, at=now, actor="system", changes={"accused_unit": "north-station"}
        ).reference

    reference = store.write(work)
    with store.read() as uow:
        assert uow.cases.accusing(Sight(None, accused_units=("north-station",))) == {reference}
        assert uow.cases.accusing(Sight(None, accused_units=("bureau",), accused_staff=StaffId(7))) == frozenset()


def test_every_issue_of_a_report_is_kept_beside_the_others(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        report = report_of_year(uow, 2026, Form.OF_2021, statement=Statement(), bureau=a_bureau())
        issue_report(report, {"annual-2026-zh.pdf": "0" * 64}, uow, by=StaffId(1), now=now)
        issue_report(report, {"annual-2026-zh.pdf": "1" * 64}, uow, by=None, now=now + timedelta(days=1))

    store.write(work)
    with store.read() as uow:
        latest, first = uow.reports.of_year(2026)
        assert latest.files == {"annual-2026-zh.pdf": "1" * 64}
        assert (first.issued_by, latest.issued_by) == (1, None)
        assert first.issued_at == now
        assert uow.reports.get(first.id) == first
        assert uow.reports.of_year(2025) == []
        with pytest.raises(CaseworkNotFound):
            uow.reports.get(999)


def test_carried_over_cases_are_checked_against_the_report_that_was_issued(store: SqlStore, now: datetime) -> None:
    def issue(uow: SqlUnitOfWork) -> str:
        case = an_application(uow, now, 1)
        report = report_of_year(uow, 2026, Form.OF_2021, statement=Statement(), bureau=a_bureau())
        issue_report(report, {}, uow, by=None, now=now)
        return case.reference

    reference = store.write(issue)
    with store.read() as uow:
        last = last_year_of(uow, 2027)
        assert last is not None
        assert last.open_cases == {reference: ApplicantKind.NATURAL_PERSON}
        report = report_of_year(uow, 2027, Form.OF_2021, statement=Statement(), bureau=a_bureau())
        assert FindingKind.LAST_YEAR_UNKNOWN not in {warning.kind for warning in report.warnings}
    # An application that is entered afterwards for the year that was reported on.
    store.write(lambda uow: an_application(uow, now + timedelta(days=1), 2))
    with store.read() as uow, pytest.raises(ReportRefused) as refused:
        report_of_year(uow, 2027, Form.OF_2021, statement=Statement(), bureau=a_bureau())
    assert FindingKind.CARRIED_OVER_UNKNOWN in {finding.kind for finding in refused.value.findings}


def test_the_sentences_of_2012_carry_nothing_over(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        report = report_of_year(uow, 2026, Form.SEED_2012, statement=Statement(), bureau=a_bureau())
        issue_report(report, {}, uow, by=None, now=now)

    store.write(work)
    with store.read() as uow:
        assert last_year_of(uow, 2027) is None
