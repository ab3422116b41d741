"""Which entries come nearest to a question: several rankers side by side, and their opinions weighed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from knowledge.documents import Documents
from knowledge.fitting import Matrix, Vector
from knowledge.phrasings import Flags, Phrasings
from knowledge.postings import Floats
from knowledge.views import Views

CANDIDATES = 24
"""How many entries are compared closely."""

RANKERS = ("words", "content", "letters", "near", "model", "dense")
"""BM25 of three views over whole entries, the nearest phrasing, the model over all, an embedding if there is one."""

OPINIONS = (*RANKERS, "spelling", "brevity")
"""What is weighed for each candidate: how far it stands out for each ranker, and the letters of its likest phrasing."""

MODELLED: Vector = np.array([0.15, 0.17, 0.3, 0.1, 0.45, 1.5, 0.1, 0.1])
"""How much each opinion counts, as long as nothing speaks against it, where entries have several phrasings each."""
TELLING: Vector = np.array([0.45, 0.25, 0.2, 0.1, 0.0, 1.5, 0.0, 0.0])
"""The same where they have one, or none, and an answer to be searched."""
TITLED: Vector = np.array([0.1, 0.6, 0.7, 1.2, 0.0, 1.5, 0.6, 0.3])
"""The same where the one tells well what the answer is about."""
BARE: Vector = np.array([0.0, 0.1, 0.1, 1.2, 0.0, 1.5, 1.5, 0.7])
"""The same where one question is all that is known of an entry."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The rankers, ready to be asked."""

    words: Documents
    content: Documents
    letters: Documents
    phrasings: Phrasings
    prior: Vector
    """How much each opinion counts before anything is fitted."""
    spaced: tuple[str, ...]
    """The topic of each phrasing with blanks between its words, for the comparison of letters."""
    names: Flags
    """Which phrasings are only the slugs of their entries."""
    telling: Flags
    """Which entries have a text that tells more than their questions do."""


@dataclass(slots=True)
class Scores:
    """What each ranker says to each entry; a row a ranker, nothing where there is no such ranker."""

    table: Floats
    near: Floats
    """Likeness with each phrasing."""
    reach: tuple[float, float]
    """The most that words and content could score in known terms."""
    strange: tuple[float, float]
    """The weight of the terms that no entry has, in words and in content."""
    content_words: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The candidates for one question, the likeliest first once they are sorted."""

    entries: NDArray[np.int64]
    opinions: Matrix
    """A row a candidate, a column an opinion."""
    raw: Matrix
    """What the rankers said themselves."""
    phrasings: NDArray[np.int64]
    """The likest phrasing of each; -1 for an entry that has none."""
    scores: Scores

    def sorted_by(self, weights: Vector) -> tuple[Standing, Vector]:
        """The candidates by their weighed opinions, and the weights of opinion themselves."""
        total = self.opinions @ weights
        order = np.lexsort((self.entries, -np.round(total, 6)))
        return self.reordered(order), total[order]

    def reordered(self, order: NDArray[np.int64]) -> Standing:
        """The same candidates in another order."""
        return Standing(self.entries[order], self.opinions[order], self.raw[order], self.phrasings[order], self.scores)


def score(asked: Views, corpus: Corpus, dense: Floats | None = None, near: Floats | None = None) -> Scores:
    """Ask every ranker; `near` is the likeness with each phrasing, where it is known already."""
    words, known_words, strange_words = corpus.words.scores(asked.words)
    content, known_content, strange_content = corpus.content.scores(asked.content)
    letters, _, _ = corpus.letters.scores(asked.letters)
    near = corpus.phrasings.near(asked) if near is None else near
    table = np.zeros((len(RANKERS), len(words)), np.float32)
    table[0], table[1], table[2], table[3] = words, content, letters, corpus.phrasings.nearest(near)
    modelled = corpus.phrasings.modelled(near)
    if modelled is not None:
        table[4] = modelled
    if dense is not None:
        table[5] = dense
    return Scores(
        table, near, (known_words, known_content), (strange_words, strange_content), len(np.unique(asked.content))
    )


def stand(scores: Scores, spaced: str, corpus: Corpus, *, without: int | None = None) -> Standing:
    """The best candidates by the prior weights; `without` leaves one entry out."""
    table = scores.table
    centred = table - table.mean(axis=1, keepdims=True)
    spread = table.std(axis=1, keepdims=True)
    outstanding = centred / np.where(spread > 1e-6, spread, np.inf)
    rough = outstanding.copy()
    rough[3] = 10 * table[3]
    total = np.round(corpus.prior[: len(RANKERS)] @ rough, 5)
    if without is not None:
        total[without] = -np.inf
    count = min(CANDIDATES, len(total) - (without is not None))
    chosen = _best(total, count)
    likest = _likest_phrasings(chosen, scores.near, corpus.phrasings)
    spelling = [fuzz.token_set_ratio(spaced, corpus.spaced[place]) / 100 if place >= 0 else 0.0 for place in likest]
    opinions = np.column_stack([outstanding[:, chosen].T.astype(np.float64), spelling, _brevity(likest, corpus)])
    opinions[:, 3] = 10 * table[3, chosen]
    return Standing(chosen, opinions, table[:, chosen].T.astype(np.float64), likest, scores)


def _brevity(likest: NDArray[np.int64], corpus: Corpus) -> Vector:
    lengths = np.array([len(corpus.spaced[place]) if place >= 0 else 30 for place in likest])
    return np.asarray(-np.log(1.0 + lengths))


def _best(total: Vector, count: int) -> NDArray[np.int64]:
    if count <= 0:
        return np.zeros(0, np.int64)
    if count < len(total):
        border = np.partition(total, len(total) - count)[len(total) - count]
        places = np.flatnonzero(total >= border)
    else:
        places = np.flatnonzero(total > -np.inf)
    return places[np.argsort(-total[places], kind="stable")][:count]


def _likest_phrasings(
    entries: Sequence[int] | NDArray[np.int64], near: Floats, phrasings: Phrasings
) -> NDArray[np.int64]:
    starts = np.searchsorted(phrasings.owners, entries, side="left")
    ends = np.searchsorted(phrasings.owners, entries, side="right")
    return np.array(
        [_likest(near, start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)],
        dtype=np.int64,
    )


def _likest(near: Floats, start: int, end: int) -> int:
    place = start + int(near[start:end].argmax()) if end > start else -1
    return place if place >= 0 and near[place] >= 0 else -1
