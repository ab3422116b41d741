"""What is fitted to the entries when their index is built: how much each ranker counts, and how sure one may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from knowledge.caution import Trial
from knowledge.confidence import Confidence, fit_confidence, general_confidence, signs_of
from knowledge.fitting import Matrix, Vector, fit_choice
from knowledge.phrasings import Flags, Unseen
from knowledge.ranking import BARE, MODELLED, RANKERS, TELLING, TITLED, Corpus
from knowledge.rehearsal import Rehearsed, rehearse
from knowledge.views import Views

_HOLD = 15.0
"""How firmly the weights of opinions are held near what is good in general."""
_HOLD_EACH = 0.3
_STRANGERS = 0.25
"""The share of questions that no entry answers, for which confidence is fitted."""
_FIRST = 5
_BY_TEXT = RANKERS.index("near")
"""The opinions before it are those of whole texts."""
_UNKNOWN_TRUST = 0.5


class Tuned(NamedTuple):
    """A corpus with everything that was fitted to it."""

    corpus: Corpus
    weights: Vector
    """How much each opinion counts."""
    confidence: Confidence
    trials: tuple[Trial, ...]
    """How the rehearsed questions went; none where entries have too few phrasings for a rehearsal to tell anything."""


def tune(corpus: Corpus, texts: Sequence[Views], unseen: Unseen | None) -> Tuned:
    """Fit what the phrasings, whose views are `texts`, allow to fit."""
    rehearsed = tuple(rehearse(texts, corpus, unseen))
    if unseen is None:
        trusted = replace(corpus, prior=prior_of(corpus.telling, _trust(rehearsed), has_model=False))
        return Tuned(trusted, trusted.prior, general_confidence(has_model=False), ())
    weights = _fit_weights(rehearsed, corpus.prior)
    return Tuned(corpus, weights, *_fit_confidence(rehearsed, weights))


def prior_of(telling: Flags, trust: float = _UNKNOWN_TRUST, *, has_model: bool) -> Vector:
    """How much each opinion counts in general; `trust` is how well titles tell what answers are about."""
    if has_model:
        return MODELLED
    share = float(telling.mean()) if len(telling) else 0.0
    titled = trust**3
    return np.asarray(share * (titled * TITLED + (1 - titled) * TELLING) + (1 - share) * BARE)


def _trust(rehearsed: Sequence[Rehearsed]) -> float:
    """The mean reciprocal rank of the answer for its title alone."""
    ranks = []
    for one in rehearsed:
        place = np.flatnonzero(one.inside.entries == one.entry)
        told = one.inside.opinions[:, :_BY_TEXT].sum(axis=1)
        ranks.append(float(1 / (1 + (told > told[place[0]]).sum())) if len(place) else 0.0)
    return sum(ranks) / len(ranks) if ranks else _UNKNOWN_TRUST


def _fit_weights(rehearsed: Sequence[Rehearsed], prior: Vector) -> Vector:
    choices: list[tuple[Matrix, int]] = []
    for one in rehearsed:
        if one.is_lone:
            continue
        place = np.flatnonzero(one.inside.entries == one.entry)
        if len(place):
            choices.append((one.inside.opinions, int(place[0])))
    return fit_choice(choices, prior, _HOLD + _HOLD_EACH * len(choices))


def _fit_confidence(rehearsed: Sequence[Rehearsed], weights: Vector) -> tuple[Confidence, tuple[Trial, ...]]:
    rows, right, among, importance = [], [], [], []
    for one in rehearsed:
        for standing, weight in ((one.inside, 1 - _STRANGERS), (one.outside, _STRANGERS)):
            ordered, total = standing.sorted_by(weights)
            rows.append(signs_of(ordered, total))
            right.append(float(len(ordered.entries) and ordered.entries[0] == one.entry))
            among.append(bool((ordered.entries[:_FIRST] == one.entry).any()))
            importance.append(weight)
    if not rows:
        return general_confidence(has_model=True), ()
    table = np.array(rows)
    confidence = fit_confidence(table, np.array(right), np.array(importance))
    trials = tuple(
        Trial(confidence.of(row), bool(is_right), near, weight)
        for row, is_right, near, weight in zip(table, right, among, importance, strict=True)
    )
    return confidence, trials
