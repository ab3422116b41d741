"""How alike two texts are: by the words that carry their topic, or by their spelling, which forgives slips."""

from __future__ import annotations

from rapidfuzz import fuzz

from knowledge.normalise import fold
from knowledge.topic import only_words, unwrapped, with_synonyms
from knowledge.words import terms_of

_READ = 2_000
"""Characters of a text that are read."""


def alike(one: str, other: str) -> float:
    """From 0 for texts that share nothing to 1 for texts that differ in nothing but signs, script and politeness."""
    first, second = _bare(one), _bare(other)
    if not first or not second:
        return 0.0
    mine, theirs = (frozenset(terms_of(with_synonyms(text)).words) for text in (first, second))
    shared = 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine and theirs else 0.0
    spelling = fuzz.ratio(only_words(first), only_words(second)) / 100
    return max(shared, spelling)


def _bare(text: str) -> str:
    folded = fold(text[:_READ])
    # A mere "how much?" has no topic; its own words must do.
    return unwrapped(folded) or folded
