from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from casework.annual.naming import annual_words
from casework.kinds import CaseKind
from casework.papers.rate_charts import rate_bars, rate_lines
from casework.rates import Grouping, Measure, Outcome, Rate, compose_rates_csv, rates, rates_by
from casework.wording import load_wording

TODAY = date(2025, 6, 30)
WORDS = load_wording(files("casework") / "words")


def outcome(reference: str = "Z-1", **given: Any) -> Outcome:
    case = Outcome(
        reference, "north-station", "web_chat", CaseKind.COMPLAINT, date(2025, 5, 6), due_on=date(2025, 5, 20)
    )
    return replace(case, **given)


ENDED = outcome(
    ended_on=date(2025, 5, 20), is_contacted_in_time=True, is_called_back=True, is_resolved=True, is_satisfied=False
)
LATE = outcome("Z-2", ended_on=date(2025, 5, 21), unit="south-station", channel="letter")
OVERDUE = outcome("Z-3", dispatched_on=date(2025, 4, 1))
RUNNING = outcome("Z-4", due_on=date(2025, 7, 1), kind=CaseKind.CONSULTATION, is_contacted_in_time=True)
WITHOUT_DAY = outcome("Z-5", due_on=None, kind=CaseKind.SUGGESTION)


def test_each_rate_is_of_the_cases_that_it_can_be_of() -> None:
    found = rates([ENDED, LATE, OVERDUE, RUNNING, WITHOUT_DAY], today=TODAY)
    assert found == {
        Measure.RESPONSE: Rate(2, 5),
        Measure.RESOLUTION: Rate(1, 1),
        Measure.SATISFACTION: Rate(0, 1),
        Measure.ON_TIME: Rate(1, 3),
        Measure.CALL_BACK: Rate(1, 2),
    }


def test_a_case_is_on_time_to_the_end_of_its_day() -> None:
    due_today = outcome(due_on=TODAY)
    assert rates([due_today], today=TODAY)[Measure.ON_TIME] == Rate()
    assert rates([due_today], today=date(2025, 7, 1))[Measure.ON_TIME] == Rate(0, 1)


def test_a_rate_of_nothing_has_no_percentage() -> None:
    assert rates([], today=TODAY)[Measure.RESPONSE].percent is None
    assert Rate(1, 3).percent == 33.33


@pytest.mark.parametrize(
    ("grouping", "names"),
    [
        (Grouping.UNIT, ["north-station", "south-station"]),
        (Grouping.MONTH, ["2025-04", "2025-05"]),
        (Grouping.CHANNEL, ["letter", "web_chat"]),
        (Grouping.KIND, ["complaint", "consultation"]),
    ],
)
def test_rates_are_told_apart_and_lose_no_case(grouping: Grouping, names: list[str]) -> None:
    every = [ENDED, LATE, OVERDUE, RUNNING]
    table = rates_by(grouping, every, today=TODAY)
    whole = rates(every, today=TODAY)
    assert list(table) == names
    for measure in Measure:
        assert sum(row[measure].of for row in table.values()) == whole[measure].of
        assert sum(row[measure].counted for row in table.values()) == whole[measure].counted


def test_the_csv_has_both_counts_and_no_formula() -> None:
    table = rates_by(Grouping.UNIT, [outcome(unit="=1+1", is_contacted_in_time=True)], today=TODAY)
    text = compose_rates_csv(Grouping.UNIT, table, WORDS, "zh")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0] == ["单位", "指标", "分子", "分母", "百分比"]
    assert rows[1] == ["'=1+1", "响应率", "1", "1", "100.00"]
    assert rows[2] == ["'=1+1", "解决率", "0", "0", ""]


def test_charts_show_what_is_known() -> None:
    table = rates_by(Grouping.UNIT, [ENDED, LATE], today=TODAY)
    names = {"north-station": "城北派出所", "south-station": "城南派出所"}
    svg = rate_bars(Measure.CALL_BACK, table, annual_words(), "zh", name_of=names.__getitem__)
    assert "回访率" in svg
    assert "城北派出所" in svg
    months = rate_lines(rates_by(Grouping.MONTH, [ENDED, OVERDUE], today=TODAY), annual_words(), "en")
    assert "2025-04" in months
    assert "On-time closure rate" in months
