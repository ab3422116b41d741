"""Asking an index: a question read, confidence turned into a decision, and the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Self

from knowledge.asking import Reading, read
from knowledge.calibration import Calibration, KnownAnswer, calibrate
from knowledge.caution import Caution, Thresholds
from knowledge.confidence import Decision
from knowledge.index import build_index
from knowledge.meaning import Embedder
from knowledge.normalise import fold
from knowledge.ranking import RANKERS
from knowledge.reasons import Match, choices_of, matches_of
from knowledge.searchable import Entry

_NEAR = RANKERS.index("near")
_CERTAIN = 0.99
"""Of a question that is one of the entry's own, word for word."""
_NO_TOPIC = 0.25
"""At most, of a question without a word that tells what it is about, unless it is nearly one of the known ones."""
_NEARLY_KNOWN = 0.75


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for one question."""

    decision: Decision
    confidence: float
    """0 to 1: how likely the first match is what was asked for."""
    matches: tuple[Match, ...]
    """Best first, at most ten; also for HAND_OVER, where they are only what it nearly was."""
    choices: tuple[Match, ...] = ()
    """The entries to offer when asking back, at most five; empty for any other decision."""


class Finder:
    """The entries of one index, ready to be asked."""

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        caution: Caution | None = None,
        labelled: Iterable[KnownAnswer] = (),
        thresholds: Thresholds | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        """Index `entries`, and learn from `labelled` questions how sure one may be; `thresholds` overrule that."""
        self._index = build_index(entries, embedder)
        self._caution = caution or Caution()
        self._given = thresholds
        self.calibration = calibrate(self._index, labelled, self._caution)

    @property
    def thresholds(self) -> Thresholds:
        """How sure one must be."""
        return self._given or self.calibration.thresholds

    def taught(self, labelled: Iterable[KnownAnswer]) -> Self:
        """The same entries, with confidence learnt from other questions: quick, since nothing is indexed anew."""
        other = copy(self)
        other.calibration = calibrate(self._index, labelled, self._caution)
        return other

    def find(self, question: str, language: str | None) -> Finding:
        """The entries that may answer `question`, and whether to answer, ask back or hand over."""
        folded = fold(question)
        if not any(sign.isalpha() for sign in folded) or not self._index.slugs:
            return Finding(Decision.HAND_OVER, 0.0, ())
        reading = read(folded, self._index)
        if not len(reading.standing.entries):
            return Finding(Decision.HAND_OVER, 0.0, ())
        confidence = _confidence_in(reading, self.calibration)
        decision = self._decide(reading, confidence)
        matches = matches_of(reading, language, self._index)
        choices = choices_of(reading, matches, language, self._index) if decision is Decision.ASK_BACK else ()
        return Finding(decision, round(confidence, 4), matches, choices)

    def _decide(self, reading: Reading, confidence: float) -> Decision:
        if reading.is_verbatim:
            return Decision.ANSWER
        if len(reading.fitting) > 1:
            # The question says no more than what several titles have in common, and no entry claims it.
            return Decision.ASK_BACK
        if confidence >= self.thresholds.answer:
            return Decision.ANSWER
        if confidence >= self.thresholds.ask_back:
            return Decision.ASK_BACK
        return Decision.HAND_OVER


def _confidence_in(reading: Reading, calibration: Calibration) -> float:
    if reading.is_verbatim:
        return _CERTAIN
    confidence = calibration.confidence.of(reading.signs)
    has_topic = bool(reading.topic) or _is_nearly_known(reading)
    return confidence if has_topic else min(confidence, _NO_TOPIC)


def _is_nearly_known(reading: Reading) -> bool:
    return bool(reading.standing.raw[0][_NEAR] >= _NEARLY_KNOWN)
