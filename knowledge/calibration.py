"""How sure one may be, learnt from questions whose answer is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.asking import read
from knowledge.caution import Caution, Thresholds, Trial, thresholds_for
from knowledge.confidence import Confidence
from knowledge.index import Index
from knowledge.normalise import fold

KnownAnswer = tuple[str, frozenset[str]]
"""A question and the slugs of the entries that answer it; none when no entry does."""

_ROUNDS = 5
_OFFERED = 5


@dataclass(frozen=True, slots=True)
class Calibration:
    """The model of confidence, and how much of it an answer needs."""

    confidence: Confidence
    thresholds: Thresholds


def calibrate(index: Index, labelled: Iterable[KnownAnswer], caution: Caution) -> Calibration:
    """From the index's own rehearsal alone, or drawn towards `labelled` questions where there are any."""
    known = [(fold(text), slugs) for text, slugs in labelled]
    if not known:
        return Calibration(index.confidence, thresholds_for(caution, index.trials))
    confidence, trials = _refitted(index, known)
    return Calibration(confidence, thresholds_for(caution, trials))


def _refitted(index: Index, known: Sequence[KnownAnswer]) -> tuple[Confidence, list[Trial]]:
    """The confidence refitted, and how each question goes by a model that has not seen it."""
    readings = [(read(text, index), slugs) for text, slugs in known]
    rows = np.array([reading.signs for reading, _ in readings])
    hits = [
        [index.slugs[entry] in slugs for entry in reading.standing.entries[:_OFFERED].tolist()]
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
