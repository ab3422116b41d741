"""Cases counted by hand from the law and the State Council's notices, each with its sum in the file."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.casework.clock_cases import CALENDAR, GoldenCase, explainer, golden_cases, timed, works

CASES = golden_cases()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_deadlines_are_those_counted_by_hand(case: GoldenCase) -> None:
    _, found = timed(case.said)
    told = {each.name.value: f"{each.due_on.isoformat() if each.due_on else '-'} {each.state.value}" for each in found}
    assert {name: told.get(name) for name in case.due} == case.due
    problems = {explainer().sentence(problem) for each in found for problem in each.problems}
    assert len(problems) == case.problems, problems
    assert [each.name.value for each in found if each.provisional] == case.moves


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_each_step_has_words_in_both_languages(case: GoldenCase) -> None:
    written, found = timed(case.said)
    for deadline in found:
        assert deadline.steps, deadline.name
        for language in ("zh", "en"):
            spoken = explainer("zh" if language == "zh" else "en")
            lines = [spoken.sentence(each) for each in (*deadline.steps, *deadline.problems)]
            assert all(line and "{" not in line for line in lines)
            assert spoken.rule(written.regime, deadline.rule)
            if deadline.due_on:
                assert any(deadline.due_on.isoformat() in line for line in lines)


def test_the_calendar_is_that_of_the_notices() -> None:
    every = [date(2025, 1, 1) + timedelta(days=offset) for offset in range(730)]
    assert [day for day in every if CALENDAR.is_working_day(day) != works(day)] == []
