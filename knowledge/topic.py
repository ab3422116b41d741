"""What a question is about: its words without politeness, question shells and facet cues, synonyms brought together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from knowledge.normalise import fold
from knowledge.wordlists import any_of, synonyms, wordlist
from knowledge.words import terms_of

_BETWEEN_SIGNS = re.compile(r"[^\w']+")


def unwrapped(folded: str) -> str:
    """A folded text without what questions are wrapped in; empty for a mere "how much?"."""
    return _BETWEEN_SIGNS.sub(" ", _wrapping().sub(" ", folded.replace("’", "'"))).strip()


def with_synonyms(bare: str) -> str:
    """An unwrapped text with one word for all that mean the same."""
    pattern, meanings = _synonyms()
    return pattern.sub(lambda found: f" {meanings[found[0]]} ", bare).replace("'", " ")


def only_words(folded: str) -> str:
    """A folded text without blanks and signs: two questions that differ in nothing else are one."""
    return _BETWEEN_SIGNS.sub("", folded).replace("'", "")


@cache
def _wrapping() -> re.Pattern[str]:
    questions, facets = wordlist("questions"), wordlist("facets")
    shells = [shell for language in ("zh", "en") for shell in questions[language]["shells"]]
    cues = [cue for facet in facets.values() for language in ("zh", "en") for cue in facet[language]]
    return re.compile(any_of(shells + cues))


@cache
def _synonyms() -> tuple[re.Pattern[str], Mapping[str, str]]:
    meanings = {fold(word): fold(meaning) for meaning, words in synonyms().items() for word in [*words, meaning]}
    return re.compile(any_of(meanings)), meanings


def topic_of(folded: str) -> str:
    """The words that a folded text is about, with blanks between."""
    return " ".join(terms_of(with_synonyms(unwrapped(folded))).words)
