"""How well the bureau answers: five rates over what became of its cases, by unit, month, channel or kind."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casework.kinds import CaseKind
from casework.party import Language
from casework.wording import Wording


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case."""

    reference: str
    unit: str
    channel: str
    kind: CaseKind
    dispatched_on: date
    """The day on which the unit was given it; its month counts it."""
    due_on: date | None = None
    ended_on: date | None = None
    is_contacted_in_time: bool = False
    """Whether the unit spoke to the citizen within the time that the bureau set for it."""
    is_called_back: bool = False
    is_resolved: bool = False
    """What the citizen said when called back."""
    is_satisfied: bool = False
    """The same; satisfied or very satisfied."""
    rating: int | None = None
    """The grade that the citizen gave, 1 to 5."""
    is_ours: bool = True
    """Whether the bureau took it up: not referred elsewhere, withdrawn or a duplicate."""
    is_lower: bool = False
    """Whether a unit below the bureau's own level has it."""


class Measure(StrEnum):
    """What is measured."""

    RESPONSE = "response"
    """响应率: contacted in time, of those dispatched."""
    RESOLUTION = "resolution"
    """解决率: resolved as the citizen says, of those called back."""
    SATISFACTION = "satisfaction"
    """满意率: satisfied, of those called back."""
    ON_TIME = "on_time"
    """按时办结率: ended by the day due, of those that ended or were due before now."""
    CALL_BACK = "call_back"
    """回访率: called back, of those that ended."""


class Grouping(StrEnum):
    """What rates are told apart by."""

    UNIT = "unit"
    MONTH = "month"
    CHANNEL = "channel"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of cases; of none it has no percentage."""

    counted: int = 0
    of: int = 0

    @property
    def percent(self) -> float | None:
        """To two decimals; None where there was nothing to count."""
        return round(100 * self.counted / self.of, 2) if self.of else None

    def plus(self, *, counts: bool) -> Rate:
        """With one more case, which counts or does not."""
        return Rate(self.counted + counts, self.of + 1)


Rates = Mapping[Measure, Rate]
_GROUPS: Mapping[Grouping, Callable[[Outcome], str]] = {
    Grouping.UNIT: lambda outcome: outcome.unit,
    Grouping.MONTH: lambda outcome: f"{outcome.dispatched_on:%Y-%m}",
    Grouping.CHANNEL: lambda outcome: outcome.channel,
    Grouping.KIND: lambda outcome: outcome.kind.value,
}


def group_of(outcome: Outcome, grouping: Grouping) -> str:
    """The unit, month, channel or kind that a case is counted under."""
    return _GROUPS[grouping](outcome)


def judge(outcome: Outcome, *, today: date) -> dict[Measure, bool]:
    """Whether a case counts for each measure that it belongs to; the others are left out."""
    verdicts = {Measure.RESPONSE: outcome.is_contacted_in_time}
    if outcome.is_called_back:
        verdicts |= {Measure.RESOLUTION: outcome.is_resolved, Measure.SATISFACTION: outcome.is_satisfied}
    if outcome.due_on is not None and (outcome.ended_on is not None or outcome.due_on < today):
        verdicts[Measure.ON_TIME] = outcome.ended_on is not None and outcome.ended_on <= outcome.due_on
    if outcome.ended_on is not None:
        verdicts[Measure.CALL_BACK] = outcome.is_called_back
    return verdicts


def rates(outcomes: Iterable[Outcome], *, today: date) -> Rates:
    """The five rates of all outcomes together."""
    found = dict.fromkeys(Measure, Rate())
    for outcome in outcomes:
        _count(found, outcome, today)
    return found


def rates_by(grouping: Grouping, outcomes: Iterable[Outcome], *, today: date) -> dict[str, Rates]:
    """The five rates of each unit, month, channel or kind that has a case, in order of its name."""
    name_of = _GROUPS[grouping]
    found: dict[str, dict[Measure, Rate]] = {}
    for outcome in outcomes:
        _count(found.setdefault(name_of(outcome), dict.fromkeys(Measure, Rate())), outcome, today)
    return dict(sorted(found.items()))


def compose_rates_csv(grouping: Grouping, table: Mapping[str, Rates], words: Wording, language: Language) -> str:
    """The rates as CSV, one line for each name and measure, with both counts; spreadsheets open it as UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    heads = (f"by.{grouping.value}", "by.measure", "by.counted", "by.of", "by.percent")
    writer.writerow([words.say(key, language) for key in heads])
    for name, measured in table.items():
        for measure, rate in measured.items():
            said = words.say(f"measure.{measure.value}", language)
            percent = "" if rate.percent is None else f"{rate.percent:.2f}"
            writer.writerow([harmless(name), said, rate.counted, rate.of, percent])
    return "\ufeff" + file.getvalue()


def _count(found: dict[Measure, Rate], outcome: Outcome, today: date) -> None:
    for measure, counts in judge(outcome, today=today).items():
        found[measure] = found[measure].plus(counts=counts)


def harmless(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@", "\t", "\r")) else name
