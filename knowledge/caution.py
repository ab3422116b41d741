"""From how often an answer may be wrong to the confidence that one needs: read off questions whose answer is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.fitting import Vector, fit_likelihood

_WIDE = 3
"""Without trials, confidence is held to be no better than this many times what it says."""
_LEAST = 0.6
_MARGIN = 1.0
"""Standard deviations: what held on known questions holds a little less on new ones."""
_WORTH_OFFERING = 0.7
"""Ask back as long as the right entry is among the choices this often."""


@dataclass(frozen=True, slots=True)
class Caution:
    """What a bureau asks of its assistant."""

    may_be_wrong: float = 0.05
    """The share of the answers given that may be wrong."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure one must be."""

    answer: float = 0.7
    ask_back: float = 0.3


@dataclass(frozen=True, slots=True)
class Trial:
    """One question of known answer."""

    confidence: float
    right: bool
    """Whether the first candidate was right."""
    among: bool
    """Whether the right one was among the first five."""
    importance: float = 1.0


def thresholds_for(caution: Caution, trials: Sequence[Trial]) -> Thresholds:
    """The lowest thresholds that keep to `caution` on `trials`, with a margin."""
    if not trials:
        return Thresholds(max(_LEAST, 1 - _WIDE * caution.may_be_wrong))
    answer = _to_answer(caution, trials)
    return Thresholds(answer, min(answer, _to_offer(trials)))


def _to_answer(caution: Caution, trials: Sequence[Trial]) -> float:
    order = sorted(trials, key=lambda trial: (-trial.confidence, trial.right))
    confidence = np.array([trial.confidence for trial in order])
    weights = np.array([trial.importance for trial in order])
    right = np.array([trial.right for trial in order]) * weights
    total = np.cumsum(weights)
    precision = np.cumsum(right) / total
    # Effective number of questions, for the margin.
    number = total**2 / np.cumsum(weights**2)
    bound = _wilson(precision, number)
    # A threshold takes all questions of one confidence or none.
    ends = np.append(confidence[1:] != confidence[:-1], True)
    fine = np.flatnonzero((bound >= 1 - caution.may_be_wrong) & ends)
    last = fine[-1] if len(fine) else -1
    if last < 0 and len(trials) < 2 / caution.may_be_wrong:
        # Too few to show anything by: confidence is taken at its word.
        return 1 - caution.may_be_wrong
    if last < 0:
        # Nothing can be shown to be right often enough: only what is surer than all that was tried.
        return float(np.round(max(0.995, confidence[0]), 4))
    below = confidence[last + 1] if last + 1 < len(confidence) else confidence[last]
    return float(np.round((confidence[last] + below) / 2, 4))


def _wilson(share: Vector, number: Vector) -> Vector:
    z = _MARGIN
    middle = share + z * z / (2 * number)
    reach = z * np.sqrt(share * (1 - share) / number + z * z / (4 * number**2))
    return np.asarray((middle - reach) / (1 + z * z / number))


def _to_offer(trials: Sequence[Trial]) -> float:
    confidence = np.clip([trial.confidence for trial in trials], 0.001, 0.999)
    odds = np.log(confidence / (1 - confidence))
    rows = np.column_stack([np.ones(len(trials)), odds])
    among = np.array([float(trial.among) for trial in trials])
    importance = np.array([trial.importance for trial in trials])
    rest, slope = fit_likelihood(rows, among, importance, np.array([1.0, 1.0]), np.array([0.1, 1.0]))
    if slope <= 0.05:
        return 0.3
    needed = (np.log(_WORTH_OFFERING / (1 - _WORTH_OFFERING)) - rest) / slope
    return float(np.round(1 / (1 + np.exp(-needed)), 4))
