"""The figures by which retrieval is judged, each on a handful of questions that can be counted by hand."""

from __future__ import annotations

import pytest

from knowledge.confidence import Decision
from knowledge.finder import Finding
from knowledge.measures import Asked, measure, tally
from knowledge.question_set import Question
from knowledge.reasons import Match


def asked(
    right: str, found: str, confidence: float, decision: Decision = Decision.ANSWER, seconds: float = 0.001
) -> Asked:
    """A question that the entries named by the letters of `right` answer, and the letters that were found."""
    matches = tuple(Match(letter, "", 1.0, ()) for letter in found)
    question = Question(f"{right}{found}{confidence}", "?", dict.fromkeys(right, 1.0))
    return Asked(question, Finding(decision, confidence, matches), seconds)


FOUR = [
    asked("a", "abc", 0.9),
    asked("b", "abc", 0.8),
    asked("xy", "cxa", 0.5, Decision.ASK_BACK),
    asked("", "abc", 0.6, Decision.HAND_OVER, seconds=0.009),
]


def test_ranks_are_counted_over_the_questions_that_some_entry_answers() -> None:
    figures = measure(FOUR)
    assert figures["p_at_1"] == pytest.approx(100 / 3, abs=0.01)
    assert figures["mrr_at_10"] == pytest.approx(100 * (1 + 1 / 2 + 1 / 2) / 3, abs=0.01)
    assert figures["recall_at_5"] == pytest.approx(100 * (1 + 1 + 1 / 2) / 3, abs=0.01)


def test_confidence_is_judged_by_telling_the_answerable_from_the_others() -> None:
    assert measure(FOUR)["auroc"] == pytest.approx(100 * 2 / 3, abs=0.01)
    even = [asked("a", "a", 0.5), asked("", "a", 0.5)]
    assert measure(even)["auroc"] == 50.0
    assert measure([asked("a", "a", 0.5)])["auroc"] is None


def test_coverage_is_the_largest_share_that_one_threshold_answers_well_enough() -> None:
    assert measure(FOUR)["cov90"] == 25.0
    nine_of_ten = [asked("a", "a", 0.9)] * 9 + [asked("a", "b", 0.8)] + [asked("", "b", 0.1)] * 10
    assert measure(nine_of_ten)["cov90"] == 50.0
    assert measure(nine_of_ten)["cov95"] == 45.0


def test_a_threshold_takes_all_questions_of_one_confidence_or_none() -> None:
    assert measure([asked("a", "a", 0.5), asked("a", "b", 0.5)])["cov90"] == 0.0


def test_precision_and_coverage_are_those_of_the_decisions() -> None:
    figures = measure(FOUR)
    assert (figures["precision"], figures["coverage"]) == (50.0, 50.0)
    assert figures["p50_ms"] == 1.0
    assert 8.0 < (figures["p99_ms"] or 0) <= 9.0


def test_a_grade_below_one_is_not_right() -> None:
    question = Question("q", "?", {"a": 0.5, "b": 1})
    assert question.right == {"b"}


def test_no_questions_have_no_figures() -> None:
    assert set(measure([]).values()) == {None}
    assert tally([]).p_at_1 is None


def test_a_tally_says_what_became_of_the_questions() -> None:
    counted = tally(FOUR)
    assert (counted.questions, counted.answered, counted.right) == (4, 50.0, 50.0)
    assert (counted.asked_back, counted.handed_over) == (25.0, 25.0)
