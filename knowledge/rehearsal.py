"""Questions that an index asks itself while it is built: its own phrasings, each as if it had not been known.

And each once more with its whole entry away: then nothing is right, and confidence must learn to see it. A lone
phrasing can be asked only of an entry that tells something besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge.phrasings import Unseen
from knowledge.ranking import Corpus, Scores, Standing, score, stand
from knowledge.views import Views

MOST = 500
"""Questions: fitting a dozen weights needs no more."""
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One question, its entry, and how the candidates stand with that entry in reach and out of it."""

    entry: int
    inside: Standing
    outside: Standing
    is_lone: bool = False
    """Whether no phrasing of the entry was left: what phrasings say is then no guide to how much they should count."""


def rehearse(texts: Sequence[Views], corpus: Corpus, unseen: Unseen | None) -> Iterator[Rehearsed]:
    """Everything that the entries can be asked; `texts` are their phrasings."""
    owners = corpus.phrasings.owners
    count = _asked_of_each(corpus)
    several = np.flatnonzero(((count[owners] > 1) | corpus.telling[owners]) & ~corpus.names)
    for place in _some(several.tolist()):
        entry = int(owners[place])
        asked = texts[place]
        scores = score(asked, corpus, near=None if unseen is None else unseen.near[place])
        scores.near = scores.near.copy()
        scores.near[place] = -1.0
        scores.table[0, entry] = corpus.words.score_without(entry, asked.words, asked.words)
        scores.table[1, entry] = corpus.content.score_without(entry, asked.content, asked.content)
        scores.table[2, entry] = corpus.letters.score_without(entry, asked.letters, asked.letters)
        scores.table[3, entry] = max(0.0, scores.near[owners == entry].max())
        away = _copy(scores)
        if unseen is not None:
            scores.table[4], away.table[4] = unseen.without_itself[place], unseen.without_its_entry[place]
        yield replace(_rehearsed(entry, corpus.spaced[place], scores, away, corpus), is_lone=bool(count[entry] == 1))


def _asked_of_each(corpus: Corpus) -> NDArray[np.int64]:
    return np.bincount(corpus.phrasings.owners[~corpus.names], minlength=corpus.phrasings.entries)


def _rehearsed(entry: int, spaced: str, scores: Scores, away: Scores, corpus: Corpus) -> Rehearsed:
    return Rehearsed(entry, stand(scores, spaced, corpus), stand(away, spaced, corpus, without=entry))


def _copy(scores: Scores) -> Scores:
    return Scores(scores.table.copy(), scores.near, scores.reach, scores.strange, scores.content_words)


def _some(items: Sequence[_Item]) -> list[_Item]:
    """At most as many as are needed, spread evenly."""
    if len(items) <= MOST:
        return list(items)
    return [items[place * len(items) // MOST] for place in range(MOST)]
