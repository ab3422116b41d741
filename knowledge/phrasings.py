"""A linear model over the known phrasings, solved in closed form, with what it would say had it not seen one of them.

Ridge regression in its dual form: one n×n matrix for n phrasings. Its inverse gives the predictions with one phrasing,
or one whole entry, left out, so that weights and confidence are fitted on questions that the model has not seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from knowledge.postings import Counts, Floats, Numbers, Postings
from knowledge.views import Codes, Views

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_SOLVED = 2500
"""Phrasings; above that the matrix takes too long, and the nearest phrasing stands for the model."""
FEWEST_AN_ENTRY = 1.5
"""Phrasings an entry on the average: with fewer there is nothing to learn beyond nearness."""

_VIEWS = ("pairs", "topic", "letters", "signs")
_SHARES = ((0.45, 0.1, 0.45, 0.0), (0.4, 0.2, 0.4, 0.0), (0.25, 0.35, 0.4, 0.0), (0.3, 0.2, 0.35, 0.15))
"""How much pairs, topic, letters and signs count, to choose from."""
_FEW = (0.0, 0.1, 0.5, 0.4)
"""The same where there are too few phrasings to learn from."""
_PENALTIES = (0.3, 1.0)
_TRIED = 700
"""Phrasings on which shares and penalty are tried."""


@dataclass(frozen=True, slots=True)
class _Likeness:
    """Cosine of one view with every phrasing."""

    counts: Counts
    rarity: Floats
    postings: Postings

    @classmethod
    def of(cls, texts: Sequence[Codes], owners: Numbers, entries: int) -> Self:
        counts = Counts.of(texts)
        frequency = counts.document_frequency(owners)
        rarity = (np.log((1 + entries) / (1 + frequency)) + 1).astype(np.float32)
        weights = (1 + np.log(np.maximum(counts.counts, 1))) * rarity[counts.terms]
        squares = np.bincount(counts.owners, weights=weights**2, minlength=counts.size)
        lengths = np.sqrt(np.maximum(squares, 1e-12))
        return cls(counts, rarity, Postings.of(counts, (weights / lengths[counts.owners]).astype(np.float32)))

    def with_(self, codes: Codes) -> Floats:
        terms, times, _ = self.counts.look_up(codes)
        return self._with_terms(terms, times)

    def among_themselves(self) -> Floats:
        """The cosine of each with each."""
        return np.stack([self._with_terms(*self.counts.of_text(place)) for place in range(self.counts.size)])

    def _with_terms(self, terms: Numbers, times: Floats) -> Floats:
        weights = (1 + np.log(np.maximum(times, 1))) * self.rarity[terms]
        length = float(np.sqrt((weights**2).sum())) or 1.0
        return self.postings.add_up(terms, (weights / length).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Phrasings:
    """All phrasings, and the model over them when they are enough and not too many."""

    owners: Numbers
    """The entry of each, ascending."""
    firsts: Numbers
    """Of the entries that have any: their first phrasing."""
    entries: int
    views: tuple[_Likeness, ...]
    shares: tuple[float, ...]
    weights: Floats | None
    """Of each phrasing for each entry; None when there is no model."""

    def near(self, asked: Views) -> Floats:
        """Likeness of the question with each phrasing, 0 to 1."""
        found = np.zeros(len(self.owners), np.float32)
        for share, name, likeness in zip(self.shares, _VIEWS, self.views, strict=True):
            found += np.float32(share) * likeness.with_(getattr(asked, name))
        return found

    def nearest(self, near: Floats) -> Floats:
        """The likeness of each entry's likest phrasing."""
        found = np.zeros(self.entries, np.float32)
        if len(near):
            found[self.owners[self.firsts]] = np.maximum.reduceat(near, self.firsts)
        return found

    def modelled(self, near: Floats) -> Floats | None:
        """What the model says to each entry."""
        return None if self.weights is None else _settled(_bent(near) @ self.weights)


@dataclass(frozen=True, slots=True)
class Unseen:
    """What the phrasings say to one another, each as if it had not been known."""

    near: Floats
    """Likeness of each with each."""
    without_itself: Floats
    """What the model says to each phrasing without it: a row a phrasing, a column an entry."""
    without_its_entry: Floats
    """The same without any phrasing of its entry."""


def learn(texts: Sequence[Views], owners: Numbers, entries: int, names: Flags) -> tuple[Phrasings, Unseen | None]:
    """The phrasings as a model, and its rehearsal where it is one; `names` are those that nobody asked."""
    likenesses = tuple(_Likeness.of([getattr(text, name) for text in texts], owners, entries) for name in _VIEWS)
    firsts = np.flatnonzero(np.diff(owners, prepend=-1)).astype(np.int32)
    plain = Phrasings(owners, firsts, entries, likenesses, _FEW, None)
    if not len(firsts) or (~names).sum() < FEWEST_AN_ENTRY * len(firsts) or len(owners) > MOST_SOLVED:
        return plain, None
    grams = [likeness.among_themselves() for likeness in likenesses]
    targets = np.zeros((len(owners), entries))
    targets[np.arange(len(owners)), owners] = 1.0
    best = _solve(*_chosen(grams, targets, owners), grams, targets, owners)
    model = Phrasings(owners, firsts, entries, likenesses, best.shares, best.weights.astype(np.float32))
    without_entries = _without_entries(best.inverse, best.weights, targets, firsts)
    return model, Unseen(best.near, _settled(best.left_out), _settled(without_entries))


@dataclass(frozen=True, slots=True)
class _Solved:
    """The model under one choice of shares and penalty."""

    shares: tuple[float, ...]
    near: Floats
    inverse: Matrix
    weights: Matrix
    left_out: Matrix
    """What it says to each phrasing without that phrasing."""
    quality: float


def _chosen(grams: Sequence[Floats], targets: Matrix, owners: Numbers) -> tuple[tuple[float, ...], float]:
    """Shares and penalty under which phrasings find their entries best, tried on the phrasings of some entries."""
    some = owners % math.ceil(len(owners) / _TRIED) == 0
    parts = [gram[np.ix_(some, some)] for gram in grams]
    solved = [
        (shares, penalty, _solve(shares, penalty, parts, targets[some], owners[some]).quality)
        for shares in _SHARES
        for penalty in _PENALTIES
    ]
    shares, penalty, _ = max(solved, key=lambda one: round(one[2], 6))
    return shares, penalty


def _solve(
    shares: tuple[float, ...], penalty: float, grams: Sequence[Floats], targets: Matrix, owners: Numbers
) -> _Solved:
    near = np.zeros_like(grams[0])
    for share, gram in zip(shares, grams, strict=True):
        near += np.float32(share) * gram
    kernel = np.asarray(_bent(near), np.float64) + penalty * np.eye(len(owners))
    inverse = np.asarray(np.linalg.inv(kernel), np.float64)
    weights = inverse @ targets
    left_out = targets - weights / np.diag(inverse)[:, None]
    return _Solved(shares, near, inverse, weights, left_out, _mean_reciprocal_rank(left_out, owners))


def _without_entries(inverse: Matrix, weights: Matrix, targets: Matrix, firsts: Numbers) -> Matrix:
    found = np.zeros_like(weights)
    for start, end in zip(firsts, [*firsts[1:], len(weights)], strict=True):
        own = slice(start, end)
        found[own] = targets[own] - np.linalg.solve(inverse[own, own], weights[own])
    return found


def _settled(scores: Matrix | Floats) -> Floats:
    """Scores without their last bits, which depend on how many threads multiply."""
    return np.round(scores, 6).astype(np.float32)


def _bent(near: Floats) -> Floats:
    """Likeness and its square: two terms that occur together count more than each for itself."""
    return near + near * near


def _mean_reciprocal_rank(scores: Matrix, owners: Numbers) -> float:
    own = scores[np.arange(len(owners)), owners]
    return float((1 / (1 + (scores > own[:, None]).sum(axis=1))).mean())
