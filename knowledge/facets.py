"""Which side of a procedure a question asks about, told by its words."""

from __future__ import annotations

import re
from functools import cache

from knowledge.normalise import fold
from knowledge.procedure import FacetName
from knowledge.wordlists import any_of, wordlist


def asked_facet(question: str) -> FacetName | None:
    """The facet that `question` asks about; None when it asks about the whole."""
    return facet_of(fold(question))


def facet_of(folded: str) -> FacetName | None:
    """The same for a question that is folded already."""
    best: tuple[float, FacetName] | None = None
    for name, cues, decisive in _cues():
        longest = max((_length(said) * (2 if said in decisive else 1) for said in cues.findall(folded)), default=0.0)
        if longest and (best is None or longest > best[0]):
            best = (longest, name)
    return best[1] if best else None


def _length(words: str) -> float:
    # A Chinese character says as much as about three Latin letters.
    return len(words) / 3 if words.isascii() else float(len(words))


@cache
def _cues() -> tuple[tuple[FacetName, re.Pattern[str], frozenset[str]], ...]:
    return tuple(
        (
            FacetName(name),
            re.compile(any_of(cues["zh"] + cues["en"] + cues.get("topical", []))),
            frozenset(map(fold, cues.get("decisive", []))),
        )
        for name, cues in wordlist("facets").items()
    )
