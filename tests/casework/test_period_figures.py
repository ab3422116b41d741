"""The figures of a period: what each number counts, and that the cases behind it are as many."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.kinds import CaseKind
from casework.period_figures import (
    LOWER,
    MARKS,
    OPEN,
    OVERDUE,
    OWN,
    Period,
    cases_behind,
    compose_figures_csv,
    count_figures,
    counted,
    graded,
    marks_of,
    of_all,
)
from casework.rates import Grouping, Measure, Outcome
from casework.wording import load_wording

MAY = Period(date(2025, 5, 1), date(2025, 5, 31))
TODAY = date(2025, 6, 30)


def case(reference: str = "Z-1", **given: Any) -> Outcome:
    usual = Outcome(
        reference, "north-station", "web_chat", CaseKind.COMPLAINT, date(2025, 5, 6), due_on=date(2025, 5, 20)
    )
    return replace(usual, **given)


def marks(outcome: Outcome, *, today: date = TODAY) -> set[str]:
    return set(marks_of(outcome, MAY, today=today))


def test_a_case_received_before_the_period_and_closed_in_it_counts_as_closed_alone() -> None:
    assert marks(case(dispatched_on=date(2025, 4, 2), ended_on=date(2025, 5, 2))) == {"ended"}


def test_a_case_is_open_when_the_end_of_the_period_finds_it_open() -> None:
    later = case(ended_on=date(2025, 6, 3))
    assert OPEN in marks(later)
    assert OPEN not in marks(case(ended_on=date(2025, 5, 31)))


def test_of_a_period_that_lasts_still_today_is_the_end() -> None:
    running = case(due_on=date(2025, 5, 20))
    assert OVERDUE not in marks(running, today=date(2025, 5, 20))
    assert OVERDUE in marks(running, today=date(2025, 5, 21))


def test_what_was_due_on_the_last_day_of_a_past_period_is_overdue_at_its_end() -> None:
    assert OVERDUE in marks(case(due_on=date(2025, 5, 31)))
    assert OVERDUE not in marks(case(due_on=date(2025, 6, 1)))


def test_a_case_of_which_nothing_happened_in_the_period_has_no_marks() -> None:
    assert marks(case(dispatched_on=date(2025, 6, 1))) == set()
    assert marks(case(dispatched_on=date(2025, 3, 1), ended_on=date(2025, 4, 1))) == set()


def test_complaints_are_told_by_level_unless_they_were_not_ours() -> None:
    assert LOWER in marks(case(is_lower=True))
    assert OWN in marks(case())
    assert not {LOWER, OWN} & marks(case(is_ours=False))
    assert not {LOWER, OWN} & marks(case(kind=CaseKind.CONSULTATION))


def test_the_levels_of_the_seed_are_88_and_30() -> None:
    complaints = [case(f"Z-{number}", is_lower=number < 30) for number in range(118)]
    found = count_figures(complaints, MAY, Grouping.UNIT, today=TODAY).together
    assert (found[OWN], found[LOWER]) == (88, 30)


def test_ratings_are_counted_for_each_unit_with_their_average() -> None:
    rated = [case("a", rating=5), case("b", rating=2), case("c", unit="south-station", rating=4), case("d")]
    found = count_figures(rated, MAY, Grouping.KIND, today=TODAY)
    assert found.by_unit["north-station"].average_grade == 3.5
    assert found.by_unit["south-station"][graded(4)] == 1
    assert found.together.rated == 3
    assert count_figures([case()], MAY, Grouping.UNIT, today=TODAY).together.average_grade is None


def test_the_rates_are_those_of_the_cases_received_in_the_period() -> None:
    before = case("old", dispatched_on=date(2025, 4, 1), ended_on=date(2025, 5, 3))
    found = count_figures([before, case(ended_on=date(2025, 5, 20))], MAY, Grouping.UNIT, today=TODAY)
    assert found.together[of_all(Measure.ON_TIME)] == 1
    assert found.together.rates[Measure.ON_TIME].percent == 100


outcomes = st.builds(
    case,
    reference=st.uuids().map(str),
    unit=st.sampled_from(["north-station", "south-station"]),
    kind=st.sampled_from(list(CaseKind)),
    dispatched_on=st.dates(date(2025, 4, 1), date(2025, 6, 30)),
    due_on=st.none() | st.dates(date(2025, 4, 20), date(2025, 7, 30)),
    ended_on=st.none() | st.dates(date(2025, 4, 20), date(2025, 6, 30)),
    rating=st.none() | st.integers(1, 5),
    is_lower=st.booleans(),
)


@given(st.lists(outcomes, max_size=20, unique_by=lambda one: one.reference), st.sampled_from(list(Grouping)))
def test_as_many_cases_stand_behind_every_number_as_it_says(cases: list[Outcome], grouping: Grouping) -> None:
    found = count_figures(cases, MAY, grouping, today=TODAY)
    for name, row in [(None, found.together), *found.by_name.items()]:
        for mark in MARKS:
            behind = list(cases_behind(cases, MAY, mark, today=TODAY, grouping=grouping, name=name))
            assert len(behind) == row[mark]


@pytest.mark.parametrize("mark", [OPEN, counted(Measure.RESPONSE)])
def test_every_mark_that_is_counted_is_known(mark: str) -> None:
    assert mark in MARKS


def test_the_table_has_a_line_for_each_name_and_one_for_all() -> None:
    words = load_wording(files("casework") / "words")
    figures = count_figures([case(rating=5), case("b", unit="=1+1")], MAY, Grouping.UNIT, today=TODAY)
    for language in ("zh", "en"):
        table = compose_figures_csv(figures, Grouping.UNIT, words, language)
        head, *rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff"))))
        assert [row[0] for row in rows] == ["'=1+1", "north-station", words.say("by.all", language)]
        assert {len(row) for row in rows} == {len(head)}
        assert rows[-1][1] == "2"
