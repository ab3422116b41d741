"""One question beside the entries: read, its slips set right, the candidates ranked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowledge.confidence import signs_of
from knowledge.fitting import Vector
from knowledge.index import Index
from knowledge.ranking import Standing, score, stand
from knowledge.topic import only_words, topic_of
from knowledge.views import view

_FIRST = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """One question beside the entries."""

    standing: Standing
    """The candidates, best first."""
    total: Vector
    """The weighed opinions of each."""
    signs: Vector
    """What confidence is read from."""
    topic: str
    """The words that tell what the question is about, with blanks between."""
    mended: tuple[str, ...]
    """Slips that were set right, as `捕办→补办`."""
    is_verbatim: bool
    """Whether the question is one of the entry's own, word for word."""
    fitting: tuple[int, ...]
    """The candidates that the question does not tell apart: their titles have every word that it has.

    None where the first of them, and no other entry, has questions of its own about those very words.
    """


def read(folded: str, index: Index) -> Reading:
    """A folded question beside the entries of `index`."""
    meant, mended = index.spelling.mend(folded)
    topic = topic_of(meant)
    dense = index.meaning.likeness(meant) if index.meaning else None
    standing = stand(score(view(meant), index.corpus, dense), topic, index.corpus)
    ordered, total = standing.sorted_by(index.weights)
    verbatim = index.verbatim.get(only_words(folded))
    if verbatim is not None:
        ordered, total = _first(ordered, total, verbatim)
    fitting = _fitting(topic, ordered, index)
    return Reading(ordered, total, signs_of(ordered, total), topic, mended, verbatim is not None, fitting)


def _fitting(topic: str, ordered: Standing, index: Index) -> tuple[int, ...]:
    words = frozenset(topic.split())
    if not words or index.claims.get(words) in ordered.entries[:1].tolist():
        return ()
    first = ordered.entries[:_FIRST].tolist()
    return tuple(entry for entry in first if any(words <= title for title in index.titles.get(entry, ())))


def _first(standing: Standing, total: Vector, entry: int) -> tuple[Standing, Vector]:
    place = np.flatnonzero(standing.entries == entry)
    order = np.concatenate([place, np.flatnonzero(standing.entries != entry)]).astype(np.int64)
    moved = total[order].copy()
    if len(moved):
        moved[0] = max(moved[0], total[0])
    return standing.reordered(order), moved
