"""The figures by which retrieval is judged, in percent; None where a figure has no meaning."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.confidence import Decision
from knowledge.finder import Finder, Finding
from knowledge.question_set import Question

_CUT_OFF = 10
_FIRST = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """One labelled question, what was found, and how long it took."""

    question: Question
    finding: Finding
    seconds: float

    @property
    def is_right(self) -> bool:
        """Whether the first match answers the question."""
        return bool(self.finding.matches) and self.finding.matches[0].slug in self.question.right


def ask_all(finder: Finder, questions: Sequence[Question]) -> list[Asked]:
    """Ask every question, one after the other."""
    asked = []
    for question in questions:
        started = time.perf_counter()
        finding = finder.find(question.text, None)
        asked.append(Asked(question, finding, time.perf_counter() - started))
    return asked


def ask_in_halves(finder: Finder, questions: Sequence[Question]) -> list[Asked]:
    """Ask every question of a finder that has learnt how sure one may be from the other half of them alone."""
    halves = [questions[0::2], questions[1::2]]
    found = [
        ask_all(finder.taught([question.known for question in other]), own)
        for own, other in zip(halves, reversed(halves), strict=True)
    ]
    asked = {one.question.id: one for half in found for one in half}
    return [asked[question.id] for question in questions]


def measure(asked: Sequence[Asked]) -> dict[str, float | None]:
    """All figures."""
    inside = [one for one in asked if one.question.right]
    answered = [one for one in asked if one.finding.decision is Decision.ANSWER]
    took = np.array([one.seconds for one in asked]) * 1000
    figures = {
        "p_at_1": _percent([one.is_right for one in inside]),
        "mrr_at_10": _percent([_reciprocal_rank(one) for one in inside]),
        "recall_at_5": _percent([_recall(one) for one in inside]),
        "auroc": _auroc(asked),
        "cov90": _coverage(asked, 0.90),
        "cov95": _coverage(asked, 0.95),
        "precision": _percent([one.is_right for one in answered]),
        "coverage": 100 * len(answered) / len(asked) if asked else None,
        "p50_ms": float(np.percentile(took, 50)) if asked else None,
        "p99_ms": float(np.percentile(took, 99)) if asked else None,
    }
    return {name: None if value is None else round(value, 2) for name, value in figures.items()}


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of some questions, in percent of them; None where there are none to speak of."""

    questions: int
    p_at_1: float | None
    """Of those that some entry answers."""
    answered: float | None
    right: float | None
    """Of those that were answered."""
    asked_back: float | None
    handed_over: float | None


def tally(asked: Sequence[Asked]) -> Tally:
    """Count what became of `asked`."""
    answered = [one for one in asked if one.finding.decision is Decision.ANSWER]
    return Tally(
        questions=len(asked),
        p_at_1=_percent([one.is_right for one in asked if one.question.right]),
        answered=_percent([one.finding.decision is Decision.ANSWER for one in asked]),
        right=_percent([one.is_right for one in answered]),
        asked_back=_percent([one.finding.decision is Decision.ASK_BACK for one in asked]),
        handed_over=_percent([one.finding.decision is Decision.HAND_OVER for one in asked]),
    )


def _percent(shares: Sequence[float]) -> float | None:
    return 100 * sum(shares) / len(shares) if shares else None


def _reciprocal_rank(one: Asked) -> float:
    for rank, match in enumerate(one.finding.matches[:_CUT_OFF], start=1):
        if match.slug in one.question.right:
            return 1 / rank
    return 0.0


def _recall(one: Asked) -> float:
    return len({match.slug for match in one.finding.matches[:_FIRST]} & one.question.right) / len(one.question.right)


def _auroc(asked: Sequence[Asked]) -> float | None:
    inside = np.array([one.finding.confidence for one in asked if one.question.right])
    outside = np.array([one.finding.confidence for one in asked if not one.question.right])
    if not len(inside) or not len(outside):
        return None
    wins = (inside[:, None] > outside).mean() + 0.5 * (inside[:, None] == outside).mean()
    return float(100 * wins)


def _coverage(asked: Sequence[Asked], wanted: float) -> float | None:
    """The largest share of all questions that one threshold answers with enough of them right."""
    if not asked:
        return None
    confidence = np.array([one.finding.confidence for one in asked])
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum(np.array([one.is_right for one in asked], dtype=float)[order])
    count = np.arange(1, len(order) + 1)
    # A threshold takes all questions of equal confidence or none.
    ends = np.append(confidence[order][1:] != confidence[order][:-1], True)
    good = count[(right / count >= wanted) & ends]
    return float(100 * good[-1] / len(asked)) if len(good) else 0.0
