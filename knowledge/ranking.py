"""Which entries come nearest to a question, and how sure one can be: several views of likeness, one confidence."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from knowledge.index import Index
from knowledge.normalise import topic_of
from knowledge.procedure import Language
from knowledge.words import terms_of

CANDIDATES = 10
"""How many entries BM25 and the nearest phrasings hand on to be compared closely."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the index sees it."""

    known: tuple[int, ...]
    """Numbers of the terms that some entry uses."""
    words: tuple[int, ...]
    """Those of them that are words, not pairs."""
    strangers: int
    """How many of its words no entry uses."""
    spaced: str
    language: Language
    mended: tuple[str, ...]
    """Slips that were set right, as `捕办→补办`."""
    length: float
    """Of its vector of term weights, strangers included."""
    weight: float
    """Of its words in all, strangers included."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entry beside the question."""

    entry: int
    score: float
    """0 to 1: how near the entry comes."""
    coverage: float
    """The share of the question's weight that the entry's own questions know."""
    likeness: float
    """Cosine with the nearest phrasing."""
    spelling: float
    """Likeness of letters with the nearest phrasing."""
    passage: int
    """The nearest phrasing."""


def read_question(folded: str, language: Language, index: Index) -> Question:
    """The terms of a folded question, with slips set right against the index."""
    topic, mended = index.spelling.mend_chinese(topic_of(folded))
    terms = terms_of(topic)
    known: list[int] = []
    words: list[int] = []
    slips = list(mended)
    strangers = 0
    for word in terms.words:
        meant = word if word in index.vocabulary else index.spelling.likely_english(word)
        if meant is None:
            strangers += 1
            continue
        if meant != word:
            slips.append(f"{word}→{meant}")
        words.append(index.vocabulary[meant])
    known = words + [index.vocabulary[pair] for pair in terms.pairs if pair in index.vocabulary]
    weights = index.weights[known] if known else np.zeros(0, dtype=np.float32)
    length = math.sqrt(float(weights @ weights) + STRANGER_SHARE * strangers * index.strangeness**2)
    weight = float(index.weights[words].sum()) + STRANGER_SHARE * strangers * index.strangeness if words else 0.0
    return Question(
        tuple(known), tuple(words), strangers, " ".join(terms.words), language, tuple(slips), length, weight
    )


STRANGER_SHARE = 0.3
"""What a word that no entry uses counts: people tell a story around their question."""


def rank(question: Question, index: Index) -> list[Candidate]:
    """The entries that come near, best first; equal ones in the order of their slugs."""
    if not question.known:
        return []
    factors = index.weights[list(question.known)].tolist()
    likeness = index.likeness.add_up(question.known, factors) / max(question.length, 1e-6)
    best_likeness = np.maximum.reduceat(likeness, index.firsts)
    fields = index.fields.add_up(question.known)
    top = float(fields.max()) or 1.0
    rough = best_likeness + 0.5 * fields / top
    nearest = np.argsort(-rough, kind="stable")[:CANDIDATES]
    found = [
        _compare(question, int(entry), likeness, float(fields[entry]) / top, index)
        for entry in nearest
        if rough[entry] > 0
    ]
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.entry))


def _compare(question: Question, entry: int, likeness: np.ndarray, field_share: float, index: Index) -> Candidate:
    first = int(index.firsts[entry])
    last = int(index.firsts[entry + 1]) if entry + 1 < len(index.firsts) else len(index.passages)
    passage = first + int(likeness[first:last].argmax())
    nearest = float(likeness[passage])
    spelling = fuzz.token_set_ratio(question.spaced, index.passages[passage].spaced) / 100
    shared = sum(float(index.weights[word]) for word in question.words if word in index.asked_words[entry])
    coverage = shared / question.weight if question.weight else 0.0
    score = 0.45 * nearest + 0.2 * coverage + 0.15 * spelling + 0.2 * field_share
    return Candidate(entry, min(1.0, score), coverage, nearest, spelling, passage)
