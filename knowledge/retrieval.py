"""The front door: a question in, a finding out, with its reasons. Pure once built, and safe to share by threads."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.confidence import Decision, Thresholds, confidence_in, decide, within_reach
from knowledge.index import Index, build_index
from knowledge.library import Library
from knowledge.normalise import fold, language_of
from knowledge.procedure import Language
from knowledge.ranking import Candidate, Question, rank, read_question

__all__ = ["Decision", "Finding", "KnowledgeBase", "Match", "Thresholds"]

MOST_CHOICES = 3


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
    choices: tuple[Match, ...] = ()
    """The entries to offer when asking back, at most three; empty for any other decision."""


class KnowledgeBase:
    """The entries of one bureau, ready to be asked."""

    def __init__(self, library: Library, thresholds: Thresholds | None = None) -> None:
        """Index `library`: about a quarter of a second for fifty entries, the dictionary included."""
        self.library = library
        self._thresholds = thresholds or Thresholds()
        self._index = build_index(library)

    def find(self, question: str, language: Language | None = None) -> Finding:
        """The entries that may answer `question`, and whether to answer, ask back or hand over.

        `language` is the citizen's, where it is known; it chooses the phrasing that is shown as a reason.
        """
        folded = fold(question)
        asked = read_question(folded, language or language_of(folded), self._index)
        ranked = rank(asked, self._index)
        confidence = confidence_in(ranked, asked)
        decision = decide(ranked, confidence, self._thresholds)
        matches = tuple(_match(candidate, asked, self._index) for candidate in ranked)
        choices = matches[: min(MOST_CHOICES, within_reach(ranked))] if decision is Decision.ASK_BACK else ()
        return Finding(decision, round(confidence, 4), matches, choices)


def _match(candidate: Candidate, question: Question, index: Index) -> Match:
    asked_words = index.asked_words[candidate.entry]
    words = [word for word in question.spaced.split() if index.vocabulary.get(word) in asked_words]
    because = (index.passages[candidate.passage].text, *words, *question.mended)
    return Match(index.slugs[candidate.entry], index.versions[candidate.entry], round(candidate.score, 4), because)
