"""Asking an index: the question read, the candidates ranked, confidence turned into a decision, and the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from knowledge.caution import Caution, Thresholds, Trial, thresholds_for
from knowledge.confidence import Confidence, Decision, signs_of
from knowledge.fitting import Vector
from knowledge.index import Index, build_index
from knowledge.normalise import fold
from knowledge.postings import Floats
from knowledge.ranking import Standing, score, stand
from knowledge.searchable import Entry
from knowledge.topic import only_words, topic_of
from knowledge.views import code, view

MOST_MATCHES = 10
MOST_CHOICES = 5
_CERTAIN = 0.99
"""Of a question that is one of the entry's own, word for word."""
_NO_TOPIC = 0.25
"""At most, of a question without a word that tells what it is about, unless it is nearly one of the known ones."""
_NEARLY_KNOWN = 0.75
_AS_NEAR = 0.5
"""A phrasing in the citizen's language is shown when it is at least this near, beside the nearest of all."""
_ROUNDS = 5
_MOST_WORDS = 4

Labelled = tuple[str, frozenset[str]]
"""A question and the slugs of the entries that answer it; none when no entry does."""


@dataclass(frozen=True, slots=True)
class Match:
    """One entry that came near."""

    slug: str
    version: str
    score: float
    """0 to 1, comparable within one finding."""
    because: tuple[str, ...]
    """The phrasing that came nearest, the words that matched, and slips that were set right."""
    differs_by: tuple[str, ...] = ()
    """Of a choice: the words of its title that the other choices do not have."""


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


@dataclass(frozen=True, slots=True)
class Reading:
    """One question beside the entries."""

    standing: Standing
    """The candidates, best first."""
    total: Vector
    signs: Vector
    spaced: str
    mended: tuple[str, ...]
    is_verbatim: bool


class Finder:
    """The entries of one index, ready to be asked."""

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        caution: Caution | None = None,
        labelled: Iterable[Labelled] = (),
        thresholds: Thresholds | None = None,
    ) -> None:
        """Index `entries`, and learn from `labelled` questions how sure one may be; `thresholds` overrule that."""
        self._index = build_index(entries)
        self._confidence = self._index.confidence
        trials: Sequence[Trial] = self._index.trials
        known = list(labelled)
        if known:
            self._confidence, trials = _calibrated(self._index, known)
        self.thresholds = thresholds or thresholds_for(caution or Caution(), trials)

    def find(self, question: str, language: str | None) -> Finding:
        """The entries that may answer `question`, and whether to answer, ask back or hand over."""
        folded = fold(question)
        if not any(sign.isalpha() for sign in folded) or not self._index.slugs:
            return Finding(Decision.HAND_OVER, 0.0, ())
        reading = read(folded, self._index)
        if not len(reading.standing.entries):
            return Finding(Decision.HAND_OVER, 0.0, ())
        confidence = self._confidence_in(reading)
        decision = self._decide(reading, confidence)
        matches = _matches(reading, language, self._index)
        choices = _told_apart(reading, matches, self._index) if decision is Decision.ASK_BACK else ()
        return Finding(decision, round(confidence, 4), matches, choices)

    def _confidence_in(self, reading: Reading) -> float:
        if reading.is_verbatim:
            return _CERTAIN
        confidence = self._confidence.of(reading.signs)
        has_topic = bool(reading.spaced) or reading.standing.raw[0][3] >= _NEARLY_KNOWN
        return confidence if has_topic else min(confidence, _NO_TOPIC)

    def _decide(self, reading: Reading, confidence: float) -> Decision:
        if reading.is_verbatim or confidence >= self.thresholds.answer:
            return Decision.ANSWER
        if confidence >= self.thresholds.ask_back:
            return Decision.ASK_BACK
        return Decision.HAND_OVER


def read(folded: str, index: Index) -> Reading:
    """A folded question beside the entries of `index`."""
    meant, mended = _mended(folded, index)
    spaced = topic_of(meant)
    standing = stand(score(view(meant), index.corpus), spaced, index.corpus)
    ordered, total = standing.sorted_by(index.weights)
    verbatim = index.verbatim.get(only_words(folded))
    if verbatim is not None:
        ordered, total = _first(ordered, total, verbatim)
    return Reading(ordered, total, signs_of(ordered, total), spaced, mended, verbatim is not None)


def _mended(folded: str, index: Index) -> tuple[str, tuple[str, ...]]:
    mended = index.spelling.mend(folded)[1]
    for slip in mended:
        wrong, _, right = slip.partition("→")
        folded = folded.replace(wrong, right)
    return folded, mended


def _first(standing: Standing, total: Vector, entry: int) -> tuple[Standing, Vector]:
    place = np.flatnonzero(standing.entries == entry)
    order = np.concatenate([place, np.flatnonzero(standing.entries != entry)]).astype(np.int64)
    moved = total[order].copy()
    if len(moved):
        moved[0] = max(moved[0], total[0])
    return standing.reordered(order), moved


def _calibrated(index: Index, labelled: Sequence[Labelled]) -> tuple[Confidence, list[Trial]]:
    """The confidence refitted, and how each labelled question goes by a model that has not seen it."""
    readings = [(read(fold(text), index), slugs) for text, slugs in labelled]
    rows = np.array([reading.signs for reading, _ in readings])
    hits = [
        [index.slugs[entry] in slugs for entry in reading.standing.entries[:MOST_CHOICES]]
        for reading, slugs in readings
    ]
    right = np.array([bool(hit) and hit[0] for hit in hits], dtype=np.float64)
    trials: list[Trial] = []
    rounds = np.arange(len(right)) % _ROUNDS
    for turn in range(min(_ROUNDS, len(right))):
        held = rounds == turn
        model = index.confidence.refitted(rows[~held], right[~held])
        trials += [Trial(model.of(rows[place]), bool(right[place]), any(hits[place])) for place in np.flatnonzero(held)]
    return index.confidence.refitted(rows, right), trials


def _matches(reading: Reading, language: str | None, index: Index) -> tuple[Match, ...]:
    standing = reading.standing
    first = standing.raw[0]
    likeness = (
        1.0 if reading.is_verbatim else min(1.0, 0.5 * float(first[3]) + 0.5 * float(np.clip(reading.signs[6], 0, 1)))
    )
    words = reading.spaced.split()
    codes = code(words)
    matches = []
    for place, entry in enumerate(standing.entries[:MOST_MATCHES].tolist()):
        has = index.corpus.content.has(entry, codes)
        shared = [word for word, is_there in zip(words, has, strict=True) if is_there]
        nearest = _reason(standing, place, language, index)
        because = (*((nearest,) if nearest else ()), *dict.fromkeys(shared), *reading.mended)
        value = likeness * float(np.exp((reading.total[place] - reading.total[0]) / 2))
        matches.append(Match(index.slugs[entry], index.versions[entry], round(value, 4), because))
    return tuple(matches)


def _reason(standing: Standing, place: int, language: str | None, index: Index) -> str:
    nearest = int(standing.phrasings[place])
    if nearest < 0:
        return ""
    entry = int(standing.entries[place])
    near: Floats = standing.scores.near
    start, end = np.searchsorted(index.corpus.phrasings.owners, [entry, entry + 1])
    spoken = [one for one in range(int(start), int(end)) if index.passages[one].language == language]
    likest = max(spoken, key=lambda one: (float(near[one]), -one), default=nearest)
    return index.passages[likest if near[likest] >= _AS_NEAR * near[nearest] else nearest].text


def _told_apart(reading: Reading, matches: Sequence[Match], index: Index) -> tuple[Match, ...]:
    """The choices worth offering, each with the words that it alone has."""
    count = max(1, sum(bool(total >= reading.total[0] - _WITHIN) for total in reading.total[:MOST_CHOICES]))
    entries = reading.standing.entries[:count].tolist()
    told = []
    for place, entry in enumerate(entries):
        start = int(np.searchsorted(index.corpus.phrasings.owners, entry))
        has_title = start < len(index.passages) and index.passages[start].entry == entry
        words = index.corpus.spaced[start].split() if has_title else []
        others = [index.corpus.content.has(other, code(words)) for other in entries if other != entry]
        shared = np.sum(others, axis=0) if others and words else np.zeros(len(words))
        own = [word for word, times in zip(words, shared, strict=True) if times < max(1, len(others))]
        told.append(replace(matches[place], differs_by=tuple(own[:_MOST_WORDS])))
    return tuple(told)


_WITHIN = 2.5
"""How far behind the first, in log-odds, an entry may be to be offered beside it."""
