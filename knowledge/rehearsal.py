"""Questions that an index asks itself while it is built: its own phrasings, each as if it had not been known.

Four kinds, as the entries allow: a phrasing whose entry has others is left out; a sentence of an answer is left out of
it; a lone phrasing loses words and gains strange ones. And each once more with its whole entry away: then nothing is
right, and confidence must learn to see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.normalise import fold
from knowledge.phrasings import Unseen
from knowledge.ranking import Corpus, Scores, Standing, score, stand
from knowledge.searchable import Entry
from knowledge.topic import topic_of
from knowledge.views import Views, split_words, view

MOST = 500
"""Questions of each kind: fitting a dozen weights needs no more."""
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One question, its entry, and how the candidates stand with that entry in reach and out of it."""

    entry: int
    inside: Standing
    outside: Standing
    is_lone: bool = False
    """Whether no phrasing of the entry was left, or only a damaged one: no guide to how much phrasings should count."""


def rehearse(
    entries: Sequence[Entry], texts: Sequence[Views], corpus: Corpus, unseen: Unseen | None
) -> tuple[Rehearsed, ...]:
    """Everything that the entries can be asked."""
    return (
        *_phrasings_left_out(texts, corpus, unseen),
        *_damaged(entries, corpus),
    )


def _phrasings_left_out(
    texts: Sequence[Views], corpus: Corpus, unseen: Unseen | None
) -> Iterator[Rehearsed]:
    owners = corpus.phrasings.owners
    count = _asked_of_each(corpus)
    several = np.flatnonzero(((count[owners] > 1) | corpus.telling[owners]) & ~corpus.names)
    for place in _some(several.tolist()):
        entry = int(owners[place])
        asked = texts[place]
        scores = score(asked, corpus)
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


def _damaged(entries: Sequence[Entry], corpus: Corpus) -> Iterator[Rehearsed]:
    count = _asked_of_each(corpus)
    lone = [(int(number), entries[number].asked[0].text) for number in np.flatnonzero((count == 1) & ~corpus.telling)]
    for place, (entry, text) in enumerate(chosen := _some(lone)):
        folded = damage(fold(text), fold(chosen[place - 1][1]))
        scores = score(view(folded), corpus)
        yield replace(_rehearsed(entry, topic_of(folded), scores, scores, corpus), is_lone=True)


def _asked_of_each(corpus: Corpus) -> NDArray[np.int64]:
    return np.bincount(corpus.phrasings.owners[~corpus.names], minlength=corpus.phrasings.entries)


def damage(text: str, other: str) -> str:
    """`text` with about two words in five left out and a few of `other` put in: the same for the same texts."""
    kept = [word for place, word in enumerate(split_words(text)) if _drawn(text, place) % 5 > 1]
    gained = [word for place, word in enumerate(split_words(other)) if _drawn(other, place) % 4 == 0]
    gap = " " if text.isascii() else ""
    return gap.join([*gained[:3], *kept])


def _drawn(text: str, place: int) -> int:
    return crc32(f"{place} {text}".encode()) >> 3


def _rehearsed(entry: int, spaced: str, scores: Scores, away: Scores, corpus: Corpus) -> Rehearsed:
    return Rehearsed(entry, stand(scores, spaced, corpus), stand(away, spaced, corpus, without=entry))


def _copy(scores: Scores) -> Scores:
    return Scores(scores.table.copy(), scores.near, scores.reach, scores.strange, scores.content_words)


def _some(items: Sequence[_Item]) -> list[_Item]:
    """At most as many as are needed, spread evenly."""
    if len(items) <= MOST:
        return list(items)
    return [items[place * len(items) // MOST] for place in range(MOST)]
