"""Figures and the annual report as far as somebody may see them; the API and the console share this room."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from admin_api.access import Context, may_see
from admin_api.errors import AdminRejected, Forbidden
from casework.actions.counting import ledger_of_year, outcomes_in
from casework.actions.reporting import report_of_year
from casework.annual.counting import cases_of
from casework.annual.findings import Cell, Finding
from casework.annual.forms import Form
from casework.annual.report import AnnualReport, ReportRefused
from casework.case import Case
from casework.period_figures import Period, PeriodFigures, cases_behind, count_figures
from casework.ports import UnitOfWork
from casework.rates import Grouping
from casework.rights import Reach, Right, has_anywhere, is_accused, reach_of, sight_of
from casework.staff import Staff

FIRST_YEAR, LAST_YEAR = 2008, 2100
"""Of reports and periods: the first Regulations took effect in 2008."""
LONGEST_DAYS: Final = 3 * 366


@dataclass(frozen=True, slots=True)
class Number:
    """One number on the page of figures: its period, what it counts, and of which unit, month, channel or kind."""

    period: Period
    grouping: Grouping
    mark: str
    name: str | None = None
    """None for all together."""


@dataclass(frozen=True, slots=True)
class Behind:
    """One case behind a number, as far as the account may see it."""

    reference: str
    case: Case | None
    """None when the account may not see it: the reference alone is shown."""


@dataclass(frozen=True, slots=True)
class CasesBehind:
    """A page of the cases behind a number."""

    rows: Sequence[Behind]
    count: int
    kept_back: int
    """On this page, cases that accuse the account or its unit: not even their references are shown."""


@dataclass(frozen=True, slots=True)
class Reported:
    """The annual report as the cases stand now, or what keeps it from being issued."""

    report: AnnualReport | None
    findings: tuple[Finding, ...]
    """Warnings too."""


def units_counted_for(staff: Staff, context: Context) -> tuple[str, ...] | None:
    """The units whose figures the account sees, None for all; Forbidden when it sees none."""
    reach = reach_of(staff.role, Right.SEE_FIGURES)
    if reach is Reach.NONE:
        raise Forbidden("figures are not open to this role")
    return None if reach is Reach.ALL else context.office.bureau.under(staff.unit)


def today_of(context: Context) -> date:
    """The local date."""
    return context.office.bureau.calendar.local_date(context.clock())


def read_period(first: date, last: date) -> Period:
    """A period that can be counted; AdminRejected."""
    if first > last:
        raise AdminRejected(f"the period begins on {first}, after its end on {last}: exchange them")
    if not (first.year >= FIRST_YEAR and last.year <= LAST_YEAR):
        raise AdminRejected(f"periods lie between {FIRST_YEAR} and {LAST_YEAR}")
    if (last - first).days >= LONGEST_DAYS:
        raise AdminRejected("a period has at most three years: ask for a shorter one")
    return Period(first, last)


def presets(today: date) -> dict[str, Period]:
    """Periods that are often asked for, by the key of their name."""
    this_month = today.replace(day=1)
    before = this_month - timedelta(days=1)
    return {
        "this_month": Period(this_month, _end_of_month(this_month)),
        "last_month": Period(before.replace(day=1), before),
        "this_year": Period(date(today.year, 1, 1), date(today.year, 12, 31)),
        "last_year": Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }


def figures_of(context: Context, staff: Staff, period: Period, grouping: Grouping) -> PeriodFigures:
    """The figures of a period, of the units that the account sees."""
    units, today, bureau = units_counted_for(staff, context), today_of(context), context.office.bureau
    with context.store.read() as uow:
        of = ("figures", uow.cases.last_event_id(), period, grouping, units, today)
        return context.counted.once(
            of, lambda: count_figures(outcomes_in(uow, period, bureau, units), period, grouping, today=today)
        )


def cases_behind_number(uow: UnitOfWork, context: Context, staff: Staff, number: Number) -> Iterator[str]:
    """References of the cases behind a number on the page of figures."""
    units, today, bureau = units_counted_for(staff, context), today_of(context), context.office.bureau
    outcomes = outcomes_in(uow, number.period, bureau, units)
    return cases_behind(outcomes, number.period, number.mark, today=today, grouping=number.grouping, name=number.name)


def cases_behind_cell(
    uow: UnitOfWork, context: Context, staff: Staff, cell: Cell, year: int, form: Form
) -> Iterator[str]:
    """References of the cases behind a number of the annual report, which is of the whole bureau; Forbidden."""
    if not sees_all_figures(staff):
        raise Forbidden("the cases of the annual report are those of the whole bureau, which this role does not see")
    entries = ledger_of_year(uow, year, context.office.bureau)
    return cases_of(cell, entries, year=year, form=form)


def sees_all_figures(staff: Staff) -> bool:
    """Whether the account sees figures of the whole bureau."""
    return reach_of(staff.role, Right.SEE_FIGURES) is Reach.ALL or has_anywhere(staff, Right.ISSUE_REPORT)


def page_of_cases(
    references: Iterator[str], uow: UnitOfWork, context: Context, staff: Staff, *, after: int, limit: int
) -> CasesBehind:
    """A page of the cases, and how many there are; references are counted, never all kept."""
    wanted: list[str] = []
    count = 0
    for count, reference in enumerate(references, 1):
        if after < count <= after + limit:
            wanted.append(reference)
    rows = [row for reference in wanted if (row := _behind(reference, uow, context, staff)) is not None]
    return CasesBehind(rows, count, len(wanted) - len(rows))


def report_of(context: Context, year: int, form: Form) -> Reported:
    """The annual report as the cases stand now; counted once as long as nothing happens."""
    statement = context.statement(year)
    with context.store.read() as uow:
        latest = max((one.id for one in uow.reports.of_year(year - 1)), default=0)
        of = ("report", uow.cases.last_event_id(), latest, year, form, repr(statement))

        def count() -> Reported:
            try:
                report = report_of_year(uow, year, form, statement=statement, bureau=context.office.bureau)
            except ReportRefused as refused:
                return Reported(None, refused.findings)
            return Reported(report, report.warnings)

        return context.counted.once(of, count)


def is_shown(reference: str, uow: UnitOfWork, context: Context, staff: Staff) -> bool:
    """Whether the account may follow a reference to its case."""
    case = uow.cases.find(reference)
    return case is not None and may_see(staff, case, context.office.bureau)


def accused_in(uow: UnitOfWork, context: Context, staff: Staff) -> frozenset[str]:
    """References of the cases that accuse the account or its unit, which are shown to it nowhere."""
    return uow.cases.accusing(sight_of(staff, context.office.bureau))


def named_units(context: Context, units: Collection[str] | None) -> list[str]:
    """Slugs of these units of the bureau, or of all, in its order."""
    return [unit.slug for unit in context.office.bureau.units if units is None or unit.slug in units]


def _behind(reference: str, uow: UnitOfWork, context: Context, staff: Staff) -> Behind | None:
    case, bureau = uow.cases.find(reference), context.office.bureau
    if case is None:
        return Behind(reference, None)
    if is_accused(staff, case, bureau):
        return None
    return Behind(reference, case if may_see(staff, case, bureau) else None)


def _end_of_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
