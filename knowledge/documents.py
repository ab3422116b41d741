"""BM25 of one view over whole entries, and the same as if one of an entry's texts had never been written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from knowledge.postings import Counts, Floats, Numbers, Postings
from knowledge.views import Codes


@dataclass(frozen=True, slots=True)
class Saturation:
    """How fast repetition stops to count, and how much long entries pay for their length."""

    k1: float
    b: float


@dataclass(frozen=True, slots=True)
class Documents:
    """The entries as one text each."""

    counts: Counts
    rarity: Floats
    """Of each term."""
    strangeness: float
    """The rarity of a term that no entry has."""
    lengths: Floats
    saturation: Saturation
    postings: Postings

    @classmethod
    def of(cls, texts: Sequence[Codes], saturation: Saturation) -> Self:
        """Weigh `texts`, one an entry."""
        counts = Counts.of(texts)
        frequency = counts.document_frequency()
        rarity = np.log(1 + (counts.size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        lengths = np.array([len(text) for text in texts], dtype=np.float32)
        owners = counts.owners
        weights = rarity[counts.terms] * _saturated(counts.counts, lengths[owners], _mean(lengths), saturation)
        strangeness = float(np.log(1 + (counts.size + 0.5) / 0.5))
        return cls(counts, rarity, strangeness, lengths, saturation, Postings.of(counts, weights))

    def scores(self, codes: Codes) -> tuple[Floats, float, float]:
        """Each entry's score, the rarity of the known terms asked for, and that of the unknown ones."""
        terms, _, unknown = self.counts.look_up(codes)
        scores = self.postings.add_up(terms, np.ones(len(terms), np.float32))
        return scores, float(self.rarity[terms].sum()), unknown * self.strangeness

    def score_without(self, entry: int, codes: Codes, left_out: Codes) -> float:
        """The score of `entry` for `codes`, its text `left_out` taken away."""
        asked, _, _ = self.counts.look_up(codes)
        gone, times, _ = self.counts.look_up(left_out)
        terms, counts = self.counts.of_text(entry)
        left = counts.copy()
        places = np.minimum(np.searchsorted(terms, gone), len(terms) - 1)
        left[places] -= times * (terms[places] == gone)
        if not len(terms):
            return 0.0
        has = np.isin(terms, asked) & (left > 0)
        length = np.maximum(self.lengths[entry] - len(left_out), 1.0)
        weights = _saturated(left[has], np.full(int(has.sum()), length), _mean(self.lengths), self.saturation)
        return float((self.rarity[terms[has]] * weights).sum())

    def has(self, entry: int, codes: Codes) -> Numbers:
        """Which of `codes` the entry has, 1 or 0 each."""
        terms, _ = self.counts.of_text(entry)
        own = self.counts.vocabulary[terms]
        return np.isin(codes, own).astype(np.int32)


def _saturated(counts: Floats, lengths: Floats, mean: float, saturation: Saturation) -> Floats:
    k1, b = saturation.k1, saturation.b
    return (counts * (k1 + 1) / (counts + k1 * (1 - b + b * lengths / mean))).astype(np.float32)


def _mean(lengths: Floats) -> float:
    return float(lengths.mean()) or 1.0 if len(lengths) else 1.0
