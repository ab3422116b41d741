"""How likely the nearest entry is what was asked for, and what follows from that: answer, ask back, hand over.

The weights come from a logistic regression on the demo bureau's phrasings, each asked of an index that had not seen it
(once with its entry in the library, once without), and on questions that belong to other offices. They are few and
general: no weight knows a word or an entry.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge.ranking import Candidate, Question

_AT_REST = -5.0
_COVERAGE = 2.6
_MARGIN = 3.2
_SUBSTANCE = 1.85
_CORE = 3.0
_ENOUGH_WORDS = 4
_SAME_TOPIC = 0.99
_CERTAIN = 0.95
"""Of a question whose topic one entry has, word for word, and no other."""
_UNDECIDED = 0.6
"""At most, of a question whose topic several entries have."""
_WITHIN_REACH = 0.6


class Decision(StrEnum):
    """What to do with a question."""

    ANSWER = "answer"
    ASK_BACK = "ask_back"
    HAND_OVER = "hand_over"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure one must be."""

    answer: float = 0.7
    """On development questions, about one answer in twenty was wrong here."""
    ask_back: float = 0.3
    core_to_answer: float = 0.05
    """How much of what an entry is about the question must name: its one-off words alone are no reason to answer."""
    core_to_offer: float = 0.02


def confidence_in(ranked: Sequence[Candidate], question: Question) -> float:
    """The likelihood, 0 to 1, that the first of `ranked` answers the question."""
    if not ranked:
        return 0.0
    first = ranked[0]
    margin = first.score - (ranked[1].score if len(ranked) > 1 else 0.0)
    substance = min(len(question.words), _ENOUGH_WORDS) / _ENOUGH_WORDS
    sum_of_signs = (
        _AT_REST
        + _COVERAGE * first.coverage
        + _MARGIN * margin
        + _SUBSTANCE * substance
        + _CORE * math.sqrt(first.core)
    )
    likelihood = 1 / (1 + math.exp(-sum_of_signs))
    same_topic = [candidate for candidate in ranked if candidate.likeness >= _SAME_TOPIC]
    if first.verbatim or [candidate for candidate in same_topic if candidate.fits_facet] == [first]:
        return max(likelihood, _CERTAIN)
    return min(likelihood, _UNDECIDED) if len(same_topic) > 1 else likelihood


def decide(ranked: Sequence[Candidate], confidence: float, thresholds: Thresholds) -> Decision:
    """What a confidence is good for."""
    if not ranked:
        return Decision.HAND_OVER
    if ranked[0].verbatim:
        return Decision.ANSWER
    if confidence < thresholds.ask_back or ranked[0].core < thresholds.core_to_offer:
        return Decision.HAND_OVER
    if confidence >= thresholds.answer and ranked[0].core >= thresholds.core_to_answer:
        return Decision.ANSWER
    return Decision.ASK_BACK


def within_reach(ranked: Sequence[Candidate]) -> int:
    """How many of `ranked` are near enough to the first to be offered beside it."""
    return sum(candidate.score >= _WITHIN_REACH * ranked[0].score for candidate in ranked)
