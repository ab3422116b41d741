"""What is searchable, and all that was fitted to it: built once from the entries, never changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from knowledge.caution import Trial
from knowledge.confidence import Confidence, fit_confidence, signs_of
from knowledge.documents import Documents, Saturation
from knowledge.fitting import Matrix, Vector, fit_choice
from knowledge.meaning import Embedder, Meaning
from knowledge.normalise import fold
from knowledge.phrasings import Flags, learn
from knowledge.ranking import BARE, MODELLED, RANKERS, TELLING, TITLED, Corpus
from knowledge.rehearsal import Rehearsed, rehearse
from knowledge.searchable import Entry
from knowledge.spelling import Spelling
from knowledge.topic import only_words, topic_of, unwrapped, with_synonyms
from knowledge.views import Codes, view
from knowledge.wordlists import synonyms

_WORDS = Saturation(k1=0.6, b=0.5)
_CONTENT = Saturation(k1=0.6, b=0.4)
_LETTERS = Saturation(k1=1.2, b=0.6)
_WORD = re.compile(r"[^\W\d_]{2,}")
_SHORTEST_NAME = 3
_BY_TEXT = RANKERS.index("near")
"""The opinions before it are those of whole texts."""
_HOLD = 15.0
"""How firmly the weights of opinions are held near what is good in general."""
_HOLD_EACH = 0.3
_STRANGERS = 0.25
"""The share of questions that no entry answers, for which confidence is fitted."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A question or title that belongs to one entry."""

    entry: int
    language: str | None
    text: str
    """As it is published; shown as the reason for a match."""
    is_name: bool = False
    """Whether it is the entry's slug, whose words are searched and never shown."""


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that answering needs to know about the entries."""

    slugs: tuple[str, ...]
    versions: tuple[str, ...]
    passages: tuple[Passage, ...]
    """In the order of their entries."""
    titles: Mapping[int, tuple[frozenset[str], ...]]
    """What each entry is called, as the words of its topic: the first thing it is asked in each language."""
    claims: Mapping[frozenset[str], int]
    """The one entry with questions that are about these words and no others; with one, they may be about a side."""
    verbatim: Mapping[str, int]
    """The entry of each phrasing, by the phrasing's bare words."""
    corpus: Corpus
    meaning: Meaning | None
    """Where there is a model of sentences."""
    spelling: Spelling
    weights: Vector
    """How much each opinion counts here."""
    confidence: Confidence
    trials: tuple[Trial, ...]
    """How the rehearsed questions went."""


def build_index(entries: Sequence[Entry], embedder: Embedder | None = None) -> Index:
    """The index of `entries`, compared by meaning too where there is an `embedder`.

    The same entries give the same index, in every process.
    """
    passages = tuple(passage for number, entry in enumerate(entries) for passage in _passages_of(number, entry))
    folded = [fold(passage.text, limit=None) for passage in passages]
    texts = [view(text) for text in folded]
    owners = np.array([passage.entry for passage in passages], dtype=np.int32)
    names = np.array([passage.is_name for passage in passages], dtype=bool)
    phrasings, unseen = learn(texts, owners, len(entries), names)
    telling = np.array([_tells(entry) for entry in entries], dtype=bool)
    said = [fold("\n".join(entry.told), limit=None) for entry in entries]
    told = [view(text, with_pairs=False) for text in said]
    corpus = Corpus(
        words=Documents.of(_joined([text.words for text in texts], owners, [text.words for text in told]), _WORDS),
        content=Documents.of(
            _joined([text.content for text in texts], owners, [text.content for text in told]), _CONTENT
        ),
        letters=Documents.of(
            _joined([text.letters for text in texts], owners, [text.letters for text in told]), _LETTERS
        ),
        phrasings=phrasings,
        prior=MODELLED if phrasings.weights is not None else _prior(telling, 0.5),
        spaced=tuple(map(topic_of, folded)),
        names=names,
        telling=telling,
    )
    rehearsed = rehearse(entries, texts, corpus, unseen)
    if telling.any() and phrasings.weights is None:
        corpus = replace(corpus, prior=_prior(telling, _trust(rehearsed)))
        rehearsed = rehearse(entries, texts, corpus, unseen)
    weights = _fit_weights(rehearsed, corpus.prior)
    confidence, trials = _fit_confidence(rehearsed, weights)
    return Index(
        slugs=tuple(entry.slug for entry in entries),
        versions=tuple(entry.version for entry in entries),
        passages=passages,
        titles=_titles(passages, corpus.spaced),
        claims=_claims(passages, corpus.spaced),
        verbatim={
            only_words(text): passage.entry for passage, text in reversed(list(zip(passages, folded, strict=True)))
        },
        corpus=corpus,
        meaning=Meaning.of(embedder, folded, owners, said) if embedder else None,
        spelling=_spelling(folded),
        weights=weights,
        confidence=confidence,
        trials=trials,
    )


def _passages_of(number: int, entry: Entry) -> Iterator[Passage]:
    for asked in entry.asked:
        yield Passage(number, asked.language, asked.text)
    name = " ".join(_WORD.findall(entry.slug))
    if len(name) >= _SHORTEST_NAME:
        yield Passage(number, None, name, is_name=True)


def _titles(passages: Sequence[Passage], topics: Sequence[str]) -> dict[int, tuple[frozenset[str], ...]]:
    firsts: dict[tuple[int, str | None], frozenset[str]] = {}
    for passage, topic in zip(passages, topics, strict=True):
        if passage.is_name:
            continue
        firsts.setdefault((passage.entry, passage.language), frozenset(topic.split()))
    titles: dict[int, tuple[frozenset[str], ...]] = {}
    for (entry, _), words in firsts.items():
        titles[entry] = (*titles.get(entry, ()), words)
    return titles


def _claims(passages: Sequence[Passage], topics: Sequence[str]) -> dict[frozenset[str], int]:
    askers: dict[frozenset[str], list[int]] = {}
    for passage, topic in zip(passages, topics, strict=True):
        if not passage.is_name:
            askers.setdefault(frozenset(topic.split()), []).append(passage.entry)
    return {words: found[0] for words, found in askers.items() if len(found) > 1 and len(set(found)) == 1}


def _joined(asked: Sequence[Codes], owners: Iterable[int], told: Sequence[Codes]) -> list[Codes]:
    parts: list[list[Codes]] = [[codes] for codes in told]
    for codes, owner in zip(asked, owners, strict=True):
        parts[owner].append(codes)
    return [np.concatenate(codes) for codes in parts]


def _prior(telling: Flags, trust: float) -> Vector:
    share = float(telling.mean()) if len(telling) else 0.0
    titled = trust**3
    return np.asarray(share * (titled * TITLED + (1 - titled) * TELLING) + (1 - share) * BARE)


def _trust(rehearsed: Sequence[Rehearsed]) -> float:
    """How well titles tell what their answers are about: the mean reciprocal rank of the answer for its title alone."""
    ranks = []
    for one in rehearsed:
        place = np.flatnonzero(one.inside.entries == one.entry)
        told = one.inside.opinions[:, :_BY_TEXT].sum(axis=1)
        ranks.append(float(1 / (1 + (told > told[place[0]]).sum())) if len(place) else 0.0)
    return sum(ranks) / len(ranks) if ranks else 0.5


def _tells(entry: Entry) -> bool:
    """Whether there is more to search in what an entry tells than in what it is asked: tags alone are no answer."""
    return sum(map(len, entry.told)) > 2 * sum(len(asked.text) for asked in entry.asked)


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
            among.append(bool((ordered.entries[:5] == one.entry).any()))
            importance.append(weight)
    if not rows:
        return fit_confidence(np.zeros((0, 1)), np.zeros(0), np.zeros(0)), ()
    table = np.array(rows)
    confidence = fit_confidence(table, np.array(right), np.array(importance))
    trials = tuple(
        Trial(confidence.of(row), bool(is_right), near, weight)
        for row, is_right, near, weight in zip(table, right, among, importance, strict=True)
    )
    return confidence, trials


def _spelling(folded: Iterable[str]) -> Spelling:
    bare = [unwrapped(text) for text in folded]
    said = " ".join(with_synonyms(text) for text in bare)
    known = [word for meaning, words in synonyms().items() if meaning in said for word in words]
    return Spelling(bare, known)
