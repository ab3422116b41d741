"""Why an entry was found, in words that can be shown: its likest phrasing, what matched, what sets it apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from knowledge.asking import Reading
from knowledge.confidence import SIGNS
from knowledge.index import Index
from knowledge.normalise import fold
from knowledge.ranking import RANKERS, Standing
from knowledge.topic import topic_of
from knowledge.views import code, split_words

MOST_MATCHES = 10
MOST_CHOICES = 5
_NEAR = RANKERS.index("near")
_COVERED = SIGNS.index("content covered")
_AS_NEAR = 0.1
"""A phrasing in the citizen's language is shown when it is at least this near, beside the nearest of all."""
_WITHIN = 2.5
"""How far behind the first, in log-odds, an entry may be to be offered beside it."""
_MOST_WORDS = 4
_NEARNESS = itemgetter(1)


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
    """Of a choice: the words of its title, as they are written, that no other choice has in its own."""


def matches_of(reading: Reading, language: str | None, index: Index) -> tuple[Match, ...]:
    """The candidates, each with its reasons."""
    standing = reading.standing
    likeness = 1.0 if reading.is_verbatim else _likeness(reading)
    entries = standing.entries[:MOST_MATCHES]
    words = reading.topic.split()
    shared = _shared(words, entries, index)
    matches = []
    for place, entry in enumerate(entries.tolist()):
        nearest = _nearest_phrasing(standing, place, language, index)
        matched = (word for word, is_there in zip(words, shared[:, place], strict=True) if is_there)
        because = (*((nearest,) if nearest else ()), *dict.fromkeys(matched), *reading.mended)
        value = likeness * float(np.exp(min(0.0, reading.total[place] - reading.total[0]) / 2))
        matches.append(Match(index.slugs[entry], index.versions[entry], round(value, 4), because))
    return tuple(matches)


def choices_of(reading: Reading, matches: Sequence[Match], language: str | None, index: Index) -> tuple[Match, ...]:
    """The matches worth offering, each with the words that it alone has."""
    entries = reading.standing.entries[:MOST_CHOICES].tolist()
    behind = reading.total[0] - reading.total
    places = [place for place, entry in enumerate(entries) if behind[place] <= _WITHIN or entry in reading.fitting]
    apart = _told_apart([_title(entries[place], language, index) for place in places])
    return tuple(replace(matches[place], differs_by=words) for place, words in zip(places, apart, strict=True))


def _likeness(reading: Reading) -> float:
    near, covered = float(reading.standing.raw[0][_NEAR]), float(np.clip(reading.signs[_COVERED], 0, 1))
    return min(1.0, 0.5 * near + 0.5 * covered)


def _shared(words: Sequence[str], entries: NDArray[np.int64], index: Index) -> NDArray[np.bool_]:
    """Which of `words` each entry has: a row a word, a column an entry."""
    content = index.corpus.content
    numbers = content.counts.numbers_of(code(words))
    found = np.zeros((len(words), len(entries)), np.bool_)
    found[numbers >= 0] = content.postings.holding(numbers[numbers >= 0], entries)
    return found


def _nearest_phrasing(standing: Standing, place: int, language: str | None, index: Index) -> str:
    own = index.asked[int(standing.entries[place])]
    if not own:
        return ""
    # A stable sort keeps the earlier of two that are equally near before the other.
    by_nearness = sorted(
        zip(own, standing.scores.near[own.start : own.stop].tolist(), strict=True), key=_NEARNESS, reverse=True
    )
    nearest, most = by_nearness[0]
    spoken = next(((one, near) for one, near in by_nearness if _speaks(one, language, index)), (nearest, most))
    return index.passages[spoken[0] if spoken[1] >= _AS_NEAR * most else nearest].text


def _speaks(passage: int, language: str | None, index: Index) -> bool:
    return index.passages[passage].language == language


def _title(entry: int, language: str | None, index: Index) -> str:
    """The first thing an entry is called in `language`, or at all."""
    own = index.asked[entry]
    spoken = next((one for one in own if _speaks(one, language, index)), next(iter(own), None))
    return "" if spoken is None else index.passages[spoken].text


def _told_apart(titles: Sequence[str]) -> list[tuple[str, ...]]:
    written = [_written_words(title) for title in titles]
    told = []
    for place, words in enumerate(written):
        others = {term for other in (*written[:place], *written[place + 1 :]) for _, term in other}
        told.append(_first_few(word for word, term in words if term not in others))
    return told


def _written_words(title: str) -> list[tuple[str, str]]:
    """The words of a title that carry a meaning, each with the term that it is known by."""
    return [(word, topic) for word in split_words(title) if (topic := topic_of(fold(word)))]


def _first_few(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))[:_MOST_WORDS]
