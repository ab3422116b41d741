"""What is searchable, and under which words: built once from a library, never changed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.facets import asked_facet
from knowledge.library import Library
from knowledge.normalise import fold
from knowledge.postings import Floats, Postings, bm25_rows
from knowledge.procedure import LANGUAGES, FacetName, Language, Procedure
from knowledge.spelling import Spelling
from knowledge.topic import only_words, unwrapped, with_synonyms
from knowledge.wordlists import synonyms
from knowledge.words import Terms, terms_of

PART_WEIGHT = 0.4
"""What a part of a word counts beside a word: it repeats what the words say."""

FIELD_WEIGHTS: Mapping[str, float] = {"asked": 1.0, "title": 0.8, "summary": 0.3, "facets": 0.25}
"""What a match in each field counts for the choice of candidates."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A question or title that belongs to one entry."""

    entry: int
    language: Language
    text: str
    """As it is published; shown as the reason for a match."""
    spaced: str
    """Its words with blanks between, for the comparison of spellings."""
    facet: FacetName | None
    """The side of the matter that it asks about."""


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that ranking needs to know about the entries."""

    slugs: tuple[str, ...]
    versions: tuple[str, ...]
    vocabulary: Mapping[str, int]
    weights: tuple[float, ...]
    """How much each term tells one entry from another."""
    strangeness: float
    """The weight of a word that no entry uses."""
    fields: Postings
    """BM25 over all fields, a text an entry."""
    passages: tuple[Passage, ...]
    """In the order of their entries."""
    verbatim: Mapping[str, int]
    """The entry of each phrasing, by the phrasing's bare words."""
    spoken: Mapping[Language, Floats]
    """1 for each passage in the language, 0 for the others."""
    likeness: Postings
    """Cosine weights, a text a passage."""
    centres: Postings
    """What the questions of an entry have in common, squared and summing to 1: a text an entry and language."""
    firsts: tuple[int, ...]
    """The first passage of each entry, and where the last entry ends."""
    asked_words: tuple[frozenset[int], ...]
    """The words of each entry's questions and title."""
    spelling: Spelling


def build_index(library: Library) -> Index:
    """The index of `library`: the same library gives the same index, in every process."""
    entries = tuple(library)
    texts = [(_asked_passages(entry), _field_texts(entry)) for entry in entries]
    vocabulary = _number_terms(terms for asked, told in texts for terms in [*(p[2] for p in asked), *told.values()])
    document_terms = [[terms for _, _, terms in asked] + list(told.values()) for asked, told in texts]
    weights = _term_weights(document_terms, vocabulary)
    passages, vectors = _lay_out_passages([asked for asked, _ in texts], vocabulary, weights)
    return Index(
        slugs=tuple(entry.slug for entry in entries),
        versions=tuple(entry.version for entry in entries),
        vocabulary=vocabulary,
        weights=weights,
        strangeness=math.log(1 + len(entries) / 0.5),
        fields=_field_postings(texts, vocabulary, len(entries)),
        passages=passages,
        verbatim={only_words(fold(passage.text)): passage.entry for passage in reversed(passages)},
        spoken={
            language: np.array([passage.language == language for passage in passages], dtype=np.float32)
            for language in LANGUAGES
        },
        likeness=Postings.of(vectors, terms=len(vocabulary), size=len(passages)),
        centres=Postings.of(_centre_rows(passages, vectors), terms=len(vocabulary), size=len(entries) * len(LANGUAGES)),
        firsts=tuple(np.searchsorted([passage.entry for passage in passages], np.arange(len(entries) + 1)).tolist()),
        asked_words=tuple(
            frozenset(vocabulary[word] for _, _, terms in asked for word in terms.words) for asked, _ in texts
        ),
        spelling=_spelling(text for asked, _ in texts for _, text, _ in asked),
    )


_Asked = list[tuple[Language, str, Terms]]
_Fields = dict[str, Terms]


def _asked_passages(entry: Procedure) -> _Asked:
    said = [(language, entry.title.in_(language)) for language in LANGUAGES]
    said += [(language, phrasing) for language in LANGUAGES for phrasing in entry.phrasings.get(language, ())]
    return [(language, text, _terms(text)) for language, text in said]


def _field_texts(entry: Procedure) -> _Fields:
    told = [line for facet in entry.facets.values() for language in LANGUAGES for line in facet.lines(language)]
    return {
        "title": _terms(f"{entry.title.zh} {entry.title.en}"),
        "summary": _terms(f"{entry.summary.zh} {entry.summary.en}"),
        "facets": _terms(" ".join(told)),
    }


def _terms(text: str) -> Terms:
    return terms_of(with_synonyms(unwrapped(fold(text, limit=None))))


def _number_terms(texts: Iterable[Terms]) -> dict[str, int]:
    found: dict[str, int] = {}
    for terms in texts:
        for term in terms.all:
            found.setdefault(term, len(found))
    return found


def _term_weights(entries: Sequence[Sequence[Terms]], vocabulary: Mapping[str, int]) -> tuple[float, ...]:
    counts = Counter(term for texts in entries for term in {term for terms in texts for term in terms.all})
    as_word = Counter(word for texts in entries for terms in texts for word in terms.words)
    as_part = Counter(part for texts in entries for terms in texts for part in terms.parts)
    rarity = {term: math.log(1 + (len(entries) - count + 0.5) / (count + 0.5)) for term, count in counts.items()}
    return tuple(rarity[term] * (1.0 if as_word[term] >= as_part[term] else PART_WEIGHT) for term in vocabulary)


def _field_postings(texts: Sequence[tuple[_Asked, _Fields]], vocabulary: Mapping[str, int], size: int) -> Postings:
    rows: list[tuple[int, int, float]] = []
    for name, factor in FIELD_WEIGHTS.items():
        documents = []
        for asked, told in texts:
            found = [terms for _, _, terms in asked] if name == "asked" else [told[name]]
            documents.append([vocabulary[term] for terms in found for term in terms.all])
        rows += bm25_rows(documents, terms=len(vocabulary), factor=factor)
    return Postings.of(rows, terms=len(vocabulary), size=size)


def _lay_out_passages(
    asked_by_entry: Sequence[_Asked], vocabulary: Mapping[str, int], weights: Sequence[float]
) -> tuple[tuple[Passage, ...], list[tuple[int, int, float]]]:
    passages: list[Passage] = []
    rows: list[tuple[int, int, float]] = []
    for entry, asked in enumerate(asked_by_entry):
        for language, text, terms in asked:
            numbers = [vocabulary[term] for term in terms.all]
            length = math.sqrt(sum(weights[number] ** 2 for number in numbers)) or 1.0
            rows += [(number, len(passages), weights[number] / length) for number in numbers]
            passages.append(Passage(entry, language, text, " ".join(terms.words), asked_facet(text)))
    return tuple(passages), rows


def _centre_rows(
    passages: Sequence[Passage], vectors: Iterable[tuple[int, int, float]]
) -> list[tuple[int, int, float]]:
    sums: Counter[tuple[int, int]] = Counter()
    for term, passage, weight in vectors:
        owner = passages[passage].entry * len(LANGUAGES) + LANGUAGES.index(passages[passage].language)
        sums[term, owner] += weight  # type: ignore[assignment]
    totals: Counter[int] = Counter()
    for (_, owner), weight in sums.items():
        totals[owner] += weight**2
    return [(term, owner, weight**2 / totals[owner]) for (term, owner), weight in sums.items() if weight]


def _spelling(texts: Iterable[str]) -> Spelling:
    folded = [unwrapped(fold(text, limit=None)) for text in texts]
    said = " ".join(with_synonyms(text) for text in folded)
    known = [word for meaning, words in synonyms().items() if meaning in said for word in words]
    return Spelling(folded, known)
