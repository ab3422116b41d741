"""Which entries come nearest to a question: several views of likeness, side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from knowledge.facets import facet_of
from knowledge.index import Index
from knowledge.postings import Floats
from knowledge.procedure import LANGUAGES, FacetName, Language
from knowledge.topic import only_words, unwrapped, with_synonyms
from knowledge.words import terms_of

CANDIDATES = 10
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
    weights = index.weights[known]
    length = math.sqrt(float(weights @ weights) + STRANGER_SHARE * strangers * index.strangeness**2)
    weight = float(index.weights[words].sum()) + STRANGER_SHARE * strangers * index.strangeness
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
    likeness = index.likeness.add_up(question.known, index.weights[list(question.known)].tolist()) / question.length
    fields = index.fields.add_up(question.known)
    fields /= float(fields.max()) or 1.0
    cores = index.centres.add_up(question.known).reshape(-1, len(LANGUAGES)).max(axis=1)
    rough = np.maximum.reduceat(likeness, index.firsts[:-1]) + 0.5 * fields
    nearest = [int(entry) for entry in np.argsort(-rough, kind="stable")[:CANDIDATES] if rough[entry] > 0]
    found = [_compare(question, entry, index, likeness=likeness, fields=fields, cores=cores) for entry in nearest]
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.entry))


def _compare(
    question: Question, entry: int, index: Index, *, likeness: Floats, fields: Floats, cores: Floats
) -> Candidate:
    first, last = int(index.firsts[entry]), int(index.firsts[entry + 1])
    passage = _nearest_passage(question, first, last, index, likeness=likeness)
    shared = sum(float(index.weights[word]) for word in question.words if word in index.asked_words[entry])
    return Candidate(
        entry=entry,
        likeness=min(1.0, float(likeness[passage])),
        passage=passage,
        core=float(cores[entry]),
        coverage=shared / question.weight if question.weight else 0.0,
        spelling=fuzz.token_set_ratio(question.spaced, index.passages[passage].spaced) / 100,
        fields=float(fields[entry]),
        fits_facet=index.passages[passage].facet in {None, question.facet},
        verbatim=question.verbatim == entry,
    )


def _nearest_passage(question: Question, first: int, last: int, index: Index, *, likeness: Floats) -> int:
    """Of the passages from `first` to `last` the likest; of equal ones one that asks for the same facet, or for all."""
    near = likeness[first:last] + _TIE_BREAK * index.spoken[question.language][first:last]
    likest = int(near.argmax())
    alike = np.flatnonzero(near >= near[likest] - _ALIKE).tolist()
    for facet in (question.facet, None):
        same = [place for place in alike if index.passages[first + place].facet == facet]
        if same:
            return first + int(max(same, key=near.__getitem__))
    return first + likest
