"""The front door: a question in, a finding out, with its reasons. Pure once built, and safe to share by threads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from knowledge.index import Index, build_index
from knowledge.library import Library
from knowledge.normalise import fold, language_of
from knowledge.procedure import Language
from knowledge.ranking import Candidate, Question, rank, read_question

MOST_CHOICES = 3


class Decision(StrEnum):
    """What to do with a question."""

    ANSWER = "answer"
    ASK_BACK = "ask_back"
    HAND_OVER = "hand_over"


@dataclass(frozen=True, slots=True)
class Match:
    """One entry that came near."""

    slug: str
    version: str
    score: float
    """0 to 1, comparable within one finding."""
    because: tuple[str, ...]
    """The phrasing that came nearest, the words that matched, and slips that were set right."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for one question."""

    decision: Decision
    confidence: float
    """0 to 1: how likely the first match is what was asked for."""
    matches: tuple[Match, ...]
    """Best first, at most ten; also for HAND_OVER, where they are only what it nearly was."""

    @property
    def choices(self) -> tuple[Match, ...]:
        """The entries to offer when asking back; empty for any other decision."""
        return self.matches[:MOST_CHOICES] if self.decision is Decision.ASK_BACK else ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure one must be."""

    answer: float = 0.55
    ask_back: float = 0.36
    margin: float = 0.06
    """How far ahead of the second the first must be to be answered at once."""


class KnowledgeBase:
    """The entries of one bureau, ready to be asked."""

    def __init__(self, library: Library, thresholds: Thresholds | None = None) -> None:
        """Index `library`; takes some hundred milliseconds for forty entries."""
        self.library = library
        self._thresholds = thresholds or Thresholds()
        self._index = build_index(library)

    def find(self, question: str, language: Language | None = None) -> Finding:
        """The entries that may answer `question`, and whether to answer, ask back or hand over."""
        folded = fold(question)
        asked = read_question(folded, language or language_of(folded), self._index)
        ranked = rank(asked, self._index)
        matches = tuple(_match(candidate, asked, self._index) for candidate in ranked)
        return Finding(*_decide(ranked, self._thresholds), matches)


def _decide(ranked: list[Candidate], thresholds: Thresholds) -> tuple[Decision, float]:
    if not ranked:
        return Decision.HAND_OVER, 0.0
    confidence = ranked[0].score
    margin = confidence - ranked[1].score if len(ranked) > 1 else confidence
    if confidence >= thresholds.answer and margin >= thresholds.margin:
        return Decision.ANSWER, confidence
    if confidence >= thresholds.ask_back:
        return Decision.ASK_BACK, confidence
    return Decision.HAND_OVER, confidence


def _match(candidate: Candidate, question: Question, index: Index) -> Match:
    words = [
        word for word in question.spaced.split() if index.vocabulary.get(word) in index.asked_words[candidate.entry]
    ]
    because = (index.passages[candidate.passage].text, *words, *question.mended)
    return Match(index.slugs[candidate.entry], index.versions[candidate.entry], round(candidate.score, 4), because)
