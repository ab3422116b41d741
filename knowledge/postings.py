"""Weights of terms in texts, kept both ways: text by text, and term by term, so that a question adds up quickly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from knowledge.views import Codes

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Numbers = NDArray[np.int32]

_MOST_POSTINGS = 400_000
"""Of all terms of one question together: beyond them the commonest terms are left out, which tell least."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each term occurs in each text."""

    vocabulary: Codes
    """Every term once, sorted; its place is its number."""
    starts: Integers
    """Where the terms of each text begin; one longer than there are texts."""
    terms: Numbers
    """Numbers of the terms, sorted within a text."""
    counts: Floats

    @classmethod
    def of(cls, texts: Sequence[Codes]) -> Self:
        """Count the terms of `texts`."""
        found = [np.unique(codes, return_counts=True) for codes in texts]
        every = np.concatenate([codes for codes, _ in found]) if found else np.zeros(0, np.uint32)
        vocabulary, terms = np.unique(every, return_inverse=True)
        counts = np.concatenate([count for _, count in found]) if found else np.zeros(0)
        starts = np.concatenate([[0], np.cumsum([len(codes) for codes, _ in found], dtype=np.int64)])
        return cls(vocabulary, starts.astype(np.int64), terms.astype(np.int32), counts.astype(np.float32))

    @property
    def size(self) -> int:
        """How many texts there are."""
        return len(self.starts) - 1

    @property
    def owners(self) -> Numbers:
        """The text of each term."""
        return np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.starts))

    def of_text(self, text: int) -> tuple[Numbers, Floats]:
        """The terms of one text and how often each occurs."""
        span = slice(self.starts[text], self.starts[text + 1])
        return self.terms[span], self.counts[span]

    def document_frequency(self, groups: Numbers | None = None) -> Integers:
        """In how many texts, or groups of texts, each term occurs."""
        if groups is None:
            return np.bincount(self.terms, minlength=len(self.vocabulary))
        pairs = np.unique(self.terms.astype(np.int64) * (int(groups.max(initial=0)) + 1) + groups[self.owners])
        return np.bincount(pairs // (int(groups.max(initial=0)) + 1), minlength=len(self.vocabulary))

    def numbers_of(self, codes: Codes) -> Numbers:
        """The number of each of `codes`; -1 for one that no text has."""
        if not len(self.vocabulary):
            return np.full(len(codes), -1, np.int32)
        places = np.minimum(np.searchsorted(self.vocabulary, codes), len(self.vocabulary) - 1)
        return np.where(self.vocabulary[places] == codes, places, -1).astype(np.int32)

    def look_up(self, codes: Codes) -> tuple[Numbers, Floats, int]:
        """Numbers of the known terms among `codes`, how often each occurs, and how many different ones are unknown."""
        asked, counts = _tally(codes)
        if not len(self.vocabulary):
            return np.zeros(0, np.int32), np.zeros(0, np.float32), len(asked)
        places = np.minimum(np.searchsorted(self.vocabulary, asked), len(self.vocabulary) - 1)
        known = self.vocabulary[places] == asked
        return places[known].astype(np.int32), counts[known].astype(np.float32), int((~known).sum())


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term the texts that have it, with a weight each."""

    starts: Integers
    texts: Numbers
    weights: Floats
    size: int

    @classmethod
    def of(cls, counts: Counts, weights: Floats) -> Self:
        """Turn `weights`, one for each term of each text in `counts`, round."""
        order = np.argsort(counts.terms, kind="stable")
        starts = np.searchsorted(counts.terms[order], np.arange(len(counts.vocabulary) + 1))
        return cls(starts, counts.owners[order], weights[order].astype(np.float32), counts.size)

    def add_up(self, terms: Numbers, factors: Floats) -> Floats:
        """The summed weights of each text over `terms`, each times its factor."""
        lengths = self.starts[terms + 1] - self.starts[terms]
        if lengths.sum() > _MOST_POSTINGS:
            rarest = np.argsort(lengths, kind="stable")
            rarest = rarest[: max(1, int(np.searchsorted(np.cumsum(lengths[rarest]), _MOST_POSTINGS)))]
            terms, factors, lengths = terms[rarest], factors[rarest], lengths[rarest]
        ends = np.cumsum(lengths)
        if not len(ends) or not ends[-1]:
            return np.zeros(self.size, dtype=np.float32)
        places = np.arange(ends[-1]) + np.repeat(self.starts[terms] - (ends - lengths), lengths)
        weights = self.weights[places] * np.repeat(factors, lengths)
        return np.bincount(self.texts[places], weights=weights, minlength=self.size).astype(np.float32)

    def holding(self, terms: Numbers, texts: Integers) -> NDArray[np.bool_]:
        """Which of `texts` have which of `terms`: a row a term, a column a text."""
        found = np.zeros((len(terms), len(texts)), np.bool_)
        for row, term in enumerate(terms.tolist()):
            own = self.texts[self.starts[term] : self.starts[term + 1]]
            places = np.minimum(np.searchsorted(own, texts), len(own) - 1)
            found[row] = own[places] == texts
        return found


def _tally(codes: Codes) -> tuple[Codes, Integers]:
    """Each code once, ascending, and how often it occurs: `np.unique` without what it does for arrays of any shape."""
    ordered = np.sort(codes)
    firsts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(ordered) else np.zeros(0, int)
    return ordered[firsts], np.diff(np.append(firsts, len(ordered)))
