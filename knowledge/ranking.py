"""Which entries come nearest to a question: several views of likeness, side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from knowledge.facets import facet_of
from knowledge.index import Index
from knowledge.procedure import LANGUAGES, FacetName, Language
from knowledge.topic import only_words, unwrapped, with_synonyms
from knowledge.words import terms_of

CANDIDATES = 6
"""How many entries BM25 and the nearest phrasings hand on to be compared closely."""

STRANGER_SHARE = 0.3
"""What a word that no entry uses counts beside the rarest that one uses: people tell a story around their question."""

_TIE_BREAK = 1e-4
_OTHER_FACET = 0.97
_ALIKE = 0.01


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the index sees it."""

    known: tuple[int, ...]
    """Numbers of the terms that some entry uses: words first, then parts of words."""
    words: tuple[int, ...]
    """Those of them that are words."""
    strangers: int
    """How many of its words no entry uses."""
    language: Language
    """Between phrasings that are equally near, one in this language is shown."""
    facet: FacetName | None
    """The side of the matter that it asks about."""
    verbatim: int | None
    """The entry that has this very question among its phrasings."""
    spaced: str
    """All its words with blanks between."""
    mended: tuple[str, ...]
    """Slips that were set right, as `捕办→补办`."""
    length: float
    """Of its vector of term weights, strangers included."""
    weight: float
    """Of its words in all, strangers included."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entry beside the question; every likeness is 0 to 1."""

    entry: int
    likeness: float
    """Cosine with the nearest phrasing."""
    passage: int
    """That phrasing."""
    core: float
    """How much the question names of what the entry's own questions have in common."""
    coverage: float
    """How much of the question the entry's own questions know."""
    spelling: float
    """Likeness of letters with the nearest phrasing."""
    fields: float
    """BM25 over all fields, beside the best entry's."""
    fits_facet: bool
    """Whether that phrasing asks about the same side of the matter, or about the whole."""
    verbatim: bool
    """Whether the question is one of the entry's phrasings, word for word."""

    @property
    def score(self) -> float:
        """All views in one, for the order."""
        if self.verbatim:
            return 1.0
        near = 0.4 * self.likeness + 0.1 * self.core + 0.2 * self.coverage + 0.1 * self.spelling + 0.2 * self.fields
        return near * (1.0 if self.fits_facet else _OTHER_FACET)


def read_question(folded: str, language: Language, index: Index) -> Question:
    """The terms of a folded question, with slips set right against the index."""
    bare, mended = index.spelling.mend(unwrapped(folded))
    terms = terms_of(with_synonyms(bare))
    words = [index.vocabulary[word] for word in terms.words if word in index.vocabulary]
    known = words + [index.vocabulary[part] for part in terms.parts if part in index.vocabulary]
    strangers = len(terms.words) - len(words)
    length = math.sqrt(
        sum(index.weights[term] ** 2 for term in known) + STRANGER_SHARE * strangers * index.strangeness**2
    )
    weight = sum(index.weights[word] for word in words) + STRANGER_SHARE * strangers * index.strangeness
    return Question(
        known=tuple(known),
        words=tuple(words),
        strangers=strangers,
        language=language,
        facet=facet_of(folded),
        verbatim=index.verbatim.get(only_words(folded)),
        spaced=" ".join(terms.words),
        mended=mended,
        length=length,
        weight=weight,
    )


def rank(question: Question, index: Index) -> list[Candidate]:
    """The entries that come near, best first; equal ones in the order of their slugs."""
    if not question.known or not question.length:
        return []
    likeness = index.likeness.add_up(question.known, [index.weights[term] for term in question.known])
    likeness /= question.length
    fields = index.fields.add_up(question.known)
    fields /= float(fields.max()) or 1.0
    rough = np.maximum.reduceat(likeness, index.firsts[:-1]) + 0.5 * fields
    nearest = [entry for entry in np.argsort(-rough, kind="stable")[:CANDIDATES].tolist() if rough[entry] > 0]
    near = (likeness + _TIE_BREAK * index.spoken[question.language]).tolist()
    cores = index.centres.add_up(question.known).reshape(-1, len(LANGUAGES)).max(axis=1)
    found = [
        _compare(question, entry, near, index, fields=float(fields[entry]), core=float(cores[entry]))
        for entry in nearest
    ]
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.entry))


def _compare(
    question: Question, entry: int, near: Sequence[float], index: Index, *, fields: float, core: float
) -> Candidate:
    passage = _nearest_passage(question, range(index.firsts[entry], index.firsts[entry + 1]), near, index)
    asked_words = index.asked_words[entry]
    shared = sum(index.weights[word] for word in question.words if word in asked_words)
    facet = index.passages[passage].facet
    return Candidate(
        entry=entry,
        likeness=min(1.0, near[passage]),
        passage=passage,
        core=core,
        coverage=shared / question.weight if question.weight else 0.0,
        spelling=fuzz.token_set_ratio(question.spaced, index.passages[passage].spaced) / 100,
        fields=fields,
        fits_facet=facet is None or facet is question.facet,
        verbatim=question.verbatim == entry,
    )


def _nearest_passage(question: Question, own: range, near: Sequence[float], index: Index) -> int:
    """Of an entry's `own` passages the likest; of equal ones one that asks for the same facet, or for the whole."""
    likest = max(own, key=near.__getitem__)
    alike = [passage for passage in own if near[passage] >= near[likest] - _ALIKE]
    if len(alike) > 1:
        for facet in (question.facet, None):
            same = [passage for passage in alike if index.passages[passage].facet is facet]
            if same:
                return max(same, key=near.__getitem__)
    return likest
