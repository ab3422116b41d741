"""The figures of a period: what each number on the page of figures counts, and so which cases stand behind it.

A case has marks, such as `received` or `on_time.counted`. Numbers are how many cases have a mark; the cases behind a
number are those that have it. So the two cannot disagree.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from casework.kinds import CaseKind
from casework.party import Language
from casework.rates import Grouping, Measure, Outcome, Rate, Rates, group_of, harmless, judge
from casework.wording import Wording

RECEIVED, ENDED, OPEN, OVERDUE = "received", "ended", "open", "overdue"
COUNTS = (RECEIVED, ENDED, OPEN, OVERDUE)
OWN, LOWER = "level.own", "level.lower"
"""Complaints that the bureau took up, by the level of the unit that has them."""
LEVELS = (OWN, LOWER)
GRADES = (5, 4, 3, 2, 1)
"""Of a rating, the best first."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included."""

    first: date
    last: date

    def has(self, day: date | None) -> bool:
        """Whether a day lies in it."""
        return day is not None and self.first <= day <= self.last


def counted(measure: Measure) -> str:
    """The mark of cases that count for a rate."""
    return f"{measure.value}.counted"


def of_all(measure: Measure) -> str:
    """The mark of cases that a rate is a share of."""
    return f"{measure.value}.of"


def graded(grade: int) -> str:
    """The mark of cases that were rated so."""
    return f"rating.{grade}"


MARKS = frozenset(
    (
        *COUNTS,
        *LEVELS,
        *(mark(measure) for measure in Measure for mark in (counted, of_all)),
        *(graded(grade) for grade in GRADES),
    )
)


@dataclass(slots=True)
class Figures:
    """What the cases of one name come to, or of all."""

    marks: Counter[str] = field(default_factory=Counter)

    def __getitem__(self, mark: str) -> int:
        """How many cases have a mark."""
        return self.marks[mark]

    @property
    def rates(self) -> Rates:
        """The five rates of the cases received in the period."""
        return {measure: Rate(self.marks[counted(measure)], self.marks[of_all(measure)]) for measure in Measure}

    @property
    def rated(self) -> int:
        """How many cases have a rating."""
        return sum(self.marks[graded(grade)] for grade in GRADES)

    @property
    def average_grade(self) -> float | None:
        """To two decimals; None where nothing was rated."""
        total = sum(grade * self.marks[graded(grade)] for grade in GRADES)
        return round(total / self.rated, 2) if self.rated else None


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """The figures of a period: together, by what was asked for, and the ratings of each unit."""

    together: Figures
    by_name: Mapping[str, Figures]
    by_unit: Mapping[str, Figures]


def say_measure(measure: str, words: Wording, language: Language) -> str:
    """What a rate is called."""
    return words.say(f"measure.{measure}", language)


def say_count(mark: str, words: Wording, language: Language) -> str:
    """What a mark that is no part of a rate is called."""
    head, _, part = mark.partition(".")
    kind = {"rating": "grade", "level": "level"}.get(head, "figure")
    return words.say(f"{kind}.{part or head}", language)


def marks_of(outcome: Outcome, period: Period, *, today: date) -> Iterator[str]:
    """What a case is counted as in a period.

    Open and overdue are told of the end of the period, or of today while it lasts. Rates and ratings are of the cases
    received in it.
    """
    end = min(period.last, today)
    if period.has(outcome.ended_on):
        yield ENDED
    if outcome.dispatched_on <= end and (outcome.ended_on is None or outcome.ended_on > end):
        yield OPEN
        # What is due on the last day itself is overdue from the day after.
        if outcome.due_on is not None and outcome.due_on < (today if end == today else end + timedelta(days=1)):
            yield OVERDUE
    if period.has(outcome.dispatched_on):
        yield from _marks_of_received(outcome, today)


def count_figures(outcomes: Iterable[Outcome], period: Period, grouping: Grouping, *, today: date) -> PeriodFigures:
    """The figures of a period in one pass."""
    together, by_name, by_unit = Figures(), dict[str, Figures](), dict[str, Figures]()
    for outcome in outcomes:
        marks = tuple(marks_of(outcome, period, today=today))
        if not marks:
            continue
        name = group_of(outcome, grouping)
        for figures in (
            together,
            by_name.setdefault(name, Figures()),
            by_unit.setdefault(outcome.unit, Figures()),
        ):
            figures.marks.update(marks)
    return PeriodFigures(together, dict(sorted(by_name.items())), dict(sorted(by_unit.items())))


def cases_behind(
    outcomes: Iterable[Outcome], period: Period, mark: str, *, today: date, grouping: Grouping, name: str | None
) -> Iterator[str]:
    """References of the cases that a number counts: of one name, or of all."""
    for outcome in outcomes:
        is_named = name is None or group_of(outcome, grouping) == name
        if is_named and mark in marks_of(outcome, period, today=today):
            yield outcome.reference


def compose_figures_csv(
    figures: PeriodFigures,
    grouping: Grouping,
    words: Wording,
    language: Language,
    *,
    name_of: Callable[[str], str] = str,
) -> str:
    """A line for each name and one for all; spreadsheets open it as UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    rates = [f"{words.say(f'measure.{measure.value}', language)}" for measure in Measure]
    parts = [words.say(f"by.{part}", language) for part in ("counted", "of", "percent")]
    writer.writerow(
        [
            words.say(f"by.{grouping.value}", language),
            *(words.say(f"figure.{mark}", language) for mark in COUNTS),
            *(f"{rate} · {part}" for rate in rates for part in parts),
            *(words.say(f"grade.{grade}", language) for grade in GRADES),
            words.say("figure.average_grade", language),
        ]
    )
    for name, row in figures.by_name.items():
        writer.writerow([harmless(name_of(name)), *_csv_row(row)])
    writer.writerow([words.say("by.all", language), *_csv_row(figures.together)])
    return "\ufeff" + file.getvalue()


def _csv_row(figures: Figures) -> Iterator[str]:
    yield from (str(figures[mark]) for mark in COUNTS)
    for rate in figures.rates.values():
        yield from (str(rate.counted), str(rate.of), "" if rate.percent is None else f"{rate.percent:.2f}")
    yield from (str(figures[graded(grade)]) for grade in GRADES)
    yield "" if figures.average_grade is None else f"{figures.average_grade:.2f}"


def _marks_of_received(outcome: Outcome, today: date) -> Iterator[str]:
    yield RECEIVED
    for measure, counts in judge(outcome, today=today).items():
        yield of_all(measure)
        if counts:
            yield counted(measure)
    if outcome.rating is not None:
        yield graded(outcome.rating)
    if outcome.kind is CaseKind.COMPLAINT and outcome.is_ours:
        yield LOWER if outcome.is_lower else OWN
