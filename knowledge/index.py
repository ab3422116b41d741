"""What is searchable, and all that was fitted to it: built once from the entries, never changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from knowledge.caution import Trial
from knowledge.confidence import Confidence
from knowledge.documents import Documents, Saturation
from knowledge.fitting import Vector
from knowledge.meaning import Embedder, Meaning
from knowledge.normalise import fold
from knowledge.phrasings import Flags, learn
from knowledge.ranking import Corpus
from knowledge.searchable import Entry
from knowledge.spelling import Spelling
from knowledge.topic import only_words, topic_of, unwrapped, with_synonyms
from knowledge.tuning import prior_of, tune
from knowledge.views import Codes, view
from knowledge.wordlists import synonyms

_WORDS = Saturation(k1=0.6, b=0.5)
_CONTENT = Saturation(k1=0.6, b=0.4)
_LETTERS = Saturation(k1=1.2, b=0.6)
_WORD = re.compile(r"[^\W\d_]{2,}")
_SHORTEST_NAME = 3
"""Letters of a slug that has words."""


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
    asked: tuple[range, ...]
    """The places of the passages of each entry, without its name."""
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
        prior=prior_of(telling, has_model=phrasings.weights is not None),
        spaced=tuple(map(topic_of, folded)),
        names=names,
        telling=telling,
    )
    corpus, weights, confidence, trials = tune(corpus, texts, unseen)
    return Index(
        slugs=tuple(entry.slug for entry in entries),
        versions=tuple(entry.version for entry in entries),
        passages=passages,
        asked=_places(np.searchsorted(owners, np.arange(len(entries) + 1)).tolist(), names),
        titles=_titles(passages, corpus.spaced),
        claims=_claims(passages, corpus.spaced),
        verbatim={
            only_words(text): passage.entry
            for passage, text in reversed(list(zip(passages, folded, strict=True)))
            if not passage.is_name
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


def _places(starts: Sequence[int], names: Flags) -> tuple[range, ...]:
    # An entry's name stands last among its passages.
    return tuple(range(start, end - int(end > start and names[end - 1])) for start, end in pairwise(starts))


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


def _tells(entry: Entry) -> bool:
    """Whether there is more to search in what an entry tells than in what it is asked: tags alone are no answer."""
    return sum(map(len, entry.told)) > 2 * sum(len(asked.text) for asked in entry.asked)


def _spelling(folded: Iterable[str]) -> Spelling:
    bare = [unwrapped(text) for text in folded]
    said = " ".join(with_synonyms(text) for text in bare)
    known = [word for meaning, words in synonyms().items() if meaning in said for word in words]
    return Spelling(bare, known)
