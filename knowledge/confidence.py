"""How likely the first candidate is what was asked for, and what follows from that: answer, ask back, hand over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from knowledge.fitting import Matrix, Vector, fit_likelihood, sigmoid, softmax
from knowledge.ranking import Standing

SIGNS = (
    "at rest",
    "share",
    "lead",
    "near",
    "model",
    "words covered",
    "content covered",
    "strange",
    "agreement",
    "length",
    "spelling",
    "dense",
)
"""What confidence is read from."""

MODELLED: Vector = np.array([-3.5, -0.4, 0.45, 1.45, 3.7, 0.85, -0.35, -2.2, 0.75, 0.05, 1.0, 2.0])
"""How much each sign counts in general, where a model over several phrasings an entry is one of the rankers."""
PLAIN: Vector = np.array([-3.8, 0.7, 0.15, -0.25, 0.0, -2.25, 2.8, 0.15, -0.15, 0.7, 2.25, 2.0])
"""The same where there is none."""
_USUAL_MEANING = 0.6
"""The cosine that a model of sentences gives to a question and an entry which answers it, give or take."""
_HOLD = 3.0
"""How firmly they are held when questions are rehearsed."""


class Decision(StrEnum):
    """What to do with a question."""

    ANSWER = "answer"
    ASK_BACK = "ask_back"
    HAND_OVER = "hand_over"


def signs_of(standing: Standing, total: Vector) -> Vector:
    """The signs of a sorted standing."""
    if not len(standing.entries):
        return np.zeros(len(SIGNS))
    scores = standing.scores
    shares = softmax(total)
    first = standing.raw[0]
    reach_words, reach_content = scores.reach
    strange_words, strange_content = scores.strange
    used = [column for column in range(standing.raw.shape[1]) if standing.opinions[:, column].any()]
    agreeing = sum(int(standing.raw[:, column].argmax()) == 0 for column in used)
    share = float(np.clip(shares[0], 0.005, 0.995))
    return np.array(
        [
            1.0,
            np.log(share / (1 - share)) / 2,
            min(float(total[0] - total[1]), 6.0) if len(total) > 1 else 6.0,
            first[3],
            np.clip(first[4], -0.5, 1.5),
            first[0] / (reach_words + strange_words + 1e-9),
            first[1] / (reach_content + strange_content + 1e-9),
            strange_content / (reach_content + strange_content + 1e-9),
            agreeing / max(1, len(used)),
            np.log1p(scores.content_words),
            standing.opinions[0, 6],
            first[5] - _USUAL_MEANING if first[5] else 0.0,
        ]
    )


@dataclass(frozen=True, slots=True)
class Confidence:
    """The fitted model."""

    weights: Vector

    def of(self, signs: Vector) -> float:
        """0 to 1."""
        return float(sigmoid(signs @ self.weights))

    def refitted(self, rows: Matrix, right: Vector) -> Confidence:
        """The same, drawn towards labelled questions."""
        importance = np.ones(len(right))
        penalty = np.full(len(SIGNS), 3.0)
        penalty[0] = 0.3
        return Confidence(fit_likelihood(rows, right, importance, self.weights, penalty))


def fit_confidence(rows: Matrix, right: Vector, importance: Vector) -> Confidence:
    """The model of rehearsed questions."""
    return Confidence(fit_likelihood(rows, right, importance, MODELLED, np.full(len(SIGNS), _HOLD)))


def general_confidence(*, has_model: bool) -> Confidence:
    """The model where nothing can be rehearsed."""
    return Confidence(MODELLED if has_model else PLAIN)
