"""From how often an answer may be wrong to the confidence that an answer needs."""

from __future__ import annotations

import pytest

from knowledge.caution import Caution, Trial, thresholds_for


def trials(right: int, wrong: int, *, surely: float, unsurely: float) -> list[Trial]:
    return [Trial(surely, right=True, among=True)] * right + [Trial(unsurely, right=False, among=False)] * wrong


@pytest.mark.parametrize(("may_be_wrong", "needed"), [(0.01, 0.97), (0.05, 0.85), (0.3, 0.6)])
def test_without_trials_confidence_must_be_higher_the_less_often_one_may_be_wrong(
    may_be_wrong: float, needed: float
) -> None:
    assert thresholds_for(Caution(may_be_wrong), []).answer == pytest.approx(needed)


def test_the_threshold_lies_between_what_went_right_and_what_went_wrong() -> None:
    found = thresholds_for(Caution(), trials(200, 200, surely=0.9, unsurely=0.3))
    assert 0.3 < found.answer < 0.9
    assert found.ask_back <= found.answer


def test_a_margin_is_kept_to_the_share_that_was_asked_for() -> None:
    # Of all of them together 5 % are wrong to the point, which shows no more than that it may well be 6 %.
    just_so = trials(95, 0, surely=0.9, unsurely=0.0) + trials(0, 5, surely=0.0, unsurely=0.8)
    assert thresholds_for(Caution(0.05), just_so).answer > 0.8


def test_where_nothing_is_right_often_enough_almost_nothing_is_answered() -> None:
    mixed = trials(100, 100, surely=0.9, unsurely=0.9)
    assert thresholds_for(Caution(), mixed).answer >= 0.995


def test_a_handful_of_trials_shows_nothing_and_confidence_is_taken_at_its_word() -> None:
    assert thresholds_for(Caution(0.1), trials(5, 0, surely=0.99, unsurely=0.0)).answer == pytest.approx(0.9)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
def test_on_the_trials_themselves_the_share_is_kept(share: float) -> None:
    tried = [Trial(place / 1000, right=place % 10 > 3 or place > 700, among=True) for place in range(1000)]
    needed = thresholds_for(Caution(share), tried).answer
    answered = [trial for trial in tried if trial.confidence >= needed]
    assert answered
    assert sum(not trial.right for trial in answered) <= share * len(answered)
