"""Figures of a period and the annual report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from admin_api.api.schemas.fields import REFERENCE, Schema, example, example_of
from admin_api.figures import Reported
from casework.annual.findings import Finding, FindingKind, Number
from casework.annual.forms import Form
from casework.issued_report import IssuedReport
from casework.period_figures import (
    ENDED,
    GRADES,
    LOWER,
    OPEN,
    OVERDUE,
    OWN,
    RECEIVED,
    Figures,
    Period,
    PeriodFigures,
    graded,
)
from casework.rates import Grouping, Measure, Rate

MOST_REFERENCES = 200
"""A finding names this many cases; the rest are counted."""


class FiguresQuery(Schema):
    """Which period is counted."""

    model_config = example(**{"from": "2026-01-01", "to": "2026-12-31", "by": "unit"})

    first: date | None = Field(default=None, alias="from", examples=["2026-01-01"])
    """The first day; 1 January of this year without it."""
    last: date | None = Field(default=None, alias="to", examples=["2026-12-31"])
    """The last day, included."""
    by: Grouping = Field(default=Grouping.UNIT, examples=["unit"])
    """What the figures are told apart by."""


class RateView(Schema):
    """A share of cases."""

    model_config = example(counted=19, of=20, percent=95.0)

    counted: int
    of: int
    percent: float | None
    """Null where there was nothing to count."""

    @classmethod
    def from_rate(cls, rate: Rate) -> RateView:
        """The shape of a rate."""
        return cls(counted=rate.counted, of=rate.of, percent=rate.percent)


_RATES = {measure.value: {"counted": 19, "of": 20, "percent": 95.0} for measure in Measure}
_GROUP = {
    "received": 20,
    "closed": 18,
    "open": 3,
    "overdue": 1,
    "rates": _RATES,
    "ratings": {"5": 9, "4": 4, "3": 2, "2": 1, "1": 0},
    "average_rating": 4.31,
}


class CountsView(Schema):
    """What the cases of one name come to, or of all."""

    model_config = example(**_GROUP)

    received: int
    """In the period."""
    closed: int
    """In the period."""
    open: int
    """At its end, or now while it lasts."""
    overdue: int
    """The same."""
    rates: dict[Measure, RateView]
    """Of the cases received in the period."""
    ratings: dict[int, int]
    """How many cases were rated 5 (best) to 1."""
    average_rating: float | None

    @classmethod
    def of(cls, figures: Figures) -> CountsView:
        """The shape of figures."""
        return cls(
            received=figures[RECEIVED],
            closed=figures[ENDED],
            open=figures[OPEN],
            overdue=figures[OVERDUE],
            rates={measure: RateView.from_rate(rate) for measure, rate in figures.rates.items()},
            ratings={grade: figures[graded(grade)] for grade in GRADES},
            average_rating=figures.average_grade,
        )


class LevelsView(Schema):
    """Complaints that the bureau took up, by the level of the unit that has them."""

    model_config = example(own=88, lower=30)

    own: int
    lower: int


class FiguresView(Schema):
    """The figures of a period."""

    model_config = example(
        first="2026-01-01",
        last="2026-12-31",
        by="unit",
        together=_GROUP,
        groups={"exit-entry": _GROUP},
        levels={"own": 88, "lower": 30},
    )

    first: date
    last: date
    by: Grouping
    together: CountsView
    groups: dict[str, CountsView]
    """By slug of the unit, by month such as 2026-05, by channel or by kind."""
    levels: LevelsView

    @classmethod
    def of(cls, figures: PeriodFigures, period: Period, by: Grouping) -> FiguresView:
        """The shape of the figures of a period."""
        return cls(
            first=period.first,
            last=period.last,
            by=by,
            together=CountsView.of(figures.together),
            groups={name: CountsView.of(row) for name, row in figures.by_name.items()},
            levels=LevelsView(own=figures.together[OWN], lower=figures.together[LOWER]),
        )


class ReportQuery(Schema):
    """Which form is filled in."""

    model_config = example(form="2021")

    form: Form = Field(default=Form.OF_2021, examples=["2021"])


class FindingView(Schema):
    """One thing that is wrong."""

    model_config = example(
        kind="carried_over_missing",
        is_warning=False,
        references=[REFERENCE],
        cases=1,
        cells=["applications.carried_in.natural_person"],
        expected="4",
        found="3",
    )

    kind: FindingKind
    is_warning: bool
    """The report may be issued all the same."""
    references: list[str]
    """At most 200."""
    cases: int
    """How many cases are concerned."""
    cells: list[str]
    expected: str | None
    found: str | None

    @classmethod
    def of(cls, finding: Finding) -> FindingView:
        """The shape of a finding."""
        return cls(
            kind=finding.kind,
            is_warning=finding.is_warning,
            references=list(finding.references[:MOST_REFERENCES]),
            cases=len(finding.references),
            cells=[str(cell) for cell in finding.cells],
            expected=None if finding.expected is None else str(finding.expected),
            found=None if finding.found is None else str(finding.found),
        )


class IssueView(Schema):
    """A report that was issued."""

    model_config = example(
        id=3,
        form="2021",
        issued_at="2027-01-18T02:00:00Z",
        issued_by=7,
        files={"annual-2026-zh.pdf": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    )

    id: int
    form: Form
    issued_at: datetime
    issued_by: int | None
    """Null when it was issued on the command line."""
    files: dict[str, str]
    """SHA-256 of each file by its name."""


class AnnualReportView(Schema):
    """The annual report of a year as the cases stand now."""

    model_config = example(
        year=2026,
        form="2021",
        may_be_issued=True,
        cells={"applications.received.total": 267},
        fees_fen=0,
        gaps=["chapters.problems"],
        findings=[example_of(FindingView)],
        issued=[example_of(IssueView)],
    )

    year: int
    form: Form
    may_be_issued: bool
    cells: dict[str, int | float]
    """Every number by its place; empty while the report may not be issued."""
    fees_fen: int
    gaps: list[str]
    """Chapters and cells that nobody has written yet."""
    findings: list[FindingView]
    issued: list[IssueView]
    """What was issued for the year, the latest first."""

    @classmethod
    def of(cls, reported: Reported, year: int, form: Form, issued: Sequence[IssuedReport]) -> AnnualReportView:
        """The shape of a report, or of what is wrong with it."""
        report = reported.report
        return cls(
            year=year,
            form=form,
            may_be_issued=report is not None,
            cells={str(cell): _plain(number) for cell, number in report.cells.items()} if report else {},
            fees_fen=report.fees_fen if report else 0,
            gaps=list(report.gaps) if report else [],
            findings=[FindingView.of(finding) for finding in reported.findings],
            issued=[
                IssueView(
                    id=one.id,
                    form=Form(one.form),
                    issued_at=one.issued_at,
                    issued_by=one.issued_by,
                    files=dict(one.files),
                )
                for one in issued
            ],
        )


def _plain(number: Number) -> int | float:
    return float(number) if isinstance(number, Decimal) else number
