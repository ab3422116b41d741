"""How well questions whose answer is known are answered: figures to compare one state of the knowledge with another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.retrieval import Decision, Finding, KnowledgeBase

Labelled = tuple[str, str | None]
"""A question and the slug of the entry that answers it; None when no entry does."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One question that was not dealt with as its label says."""

    question: str
    expected: str | None
    decision: Decision
    first: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares, 0 to 1, of the questions named; 0 where there are none."""

    questions: int
    recall_at_1: float
    """Of the questions in scope: the first match is the right one, whatever was decided."""
    answered: float
    """Of the questions in scope: answered at once, rightly or wrongly."""
    offered: float
    """Of the questions in scope: the right entry was the answer or among the choices."""
    wrong: float
    """Of all answers given: the wrong entry, or to a question out of scope."""
    strangers_answered: float
    """Of the questions out of scope: answered."""
    strangers_handed_over: float
    """Of the questions out of scope: said plainly that nothing is known."""
    slips: tuple[Slip, ...]


def evaluate(knowledge: KnowledgeBase, labelled: Iterable[Labelled]) -> Figures:
    """Ask every question of `labelled` and count."""
    asked = [(question, slug, knowledge.find(question)) for question, slug in labelled]
    inside = [(slug, found) for _, slug, found in asked if slug is not None]
    outside = [found for _, slug, found in asked if slug is None]
    given = [(slug, found) for _, slug, found in asked if found.decision is Decision.ANSWER]
    return Figures(
        questions=len(asked),
        recall_at_1=_share([_first(found) == slug for slug, found in inside]),
        answered=_share([found.decision is Decision.ANSWER for _, found in inside]),
        offered=_share([slug in _offered(found) for slug, found in inside]),
        wrong=_share([_first(found) != slug for slug, found in given]),
        strangers_answered=_share([found.decision is Decision.ANSWER for found in outside]),
        strangers_handed_over=_share([found.decision is Decision.HAND_OVER for found in outside]),
        slips=tuple(_slip(*row) for row in asked if _is_slip(row[1], row[2])),
    )


def _first(found: Finding) -> str | None:
    return found.matches[0].slug if found.matches else None


def _offered(found: Finding) -> set[str]:
    if found.decision is Decision.ANSWER:
        return {found.matches[0].slug}
    return {match.slug for match in found.choices}


def _is_slip(slug: str | None, found: Finding) -> bool:
    if slug is None:
        return found.decision is not Decision.HAND_OVER
    return found.decision is not Decision.ANSWER or _first(found) != slug


def _slip(question: str, slug: str | None, found: Finding) -> Slip:
    return Slip(question, slug, found.decision, _first(found), found.confidence)


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
