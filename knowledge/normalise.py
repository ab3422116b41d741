"""One spelling for question and index: width, case, script, digits; and what a question is wrapped in, taken off."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

import opencc

from knowledge.numerals import with_digits
from knowledge.text import Language

LONGEST_QUESTION = 600
"""Characters of a text that are looked at. A letter names its matter early; the rest would only blur it."""

_HAN = re.compile(r"[㐀-䶿一-鿿\U00020000-\U0003ffff]")
_LETTER = re.compile(r"[a-z]+", re.IGNORECASE)
_BETWEEN_SIGNS = re.compile(r"[^\w]+")


def fold(text: str, *, limit: int | None = LONGEST_QUESTION) -> str:
    """`text` in one width, case, script and spacing, counted amounts in digits; no longer than `limit`."""
    within_reach = text if limit is None else text[: 4 * limit]
    simplified: str = _simplifier().convert(unicodedata.normalize("NFKC", within_reach).casefold())
    return with_digits(" ".join(simplified.split()))[:limit]


def topic_of(folded: str) -> str:
    """What is left of a folded question without politeness, question shells and signs; may be empty."""
    bare = _shells().sub(" ", folded)
    return _BETWEEN_SIGNS.sub(" ", bare).strip()


def language_of(text: str) -> Language:
    """The language of a text by its script: Chinese characters count for more than Latin words."""
    han = len(_HAN.findall(text[:LONGEST_QUESTION]))
    words = len(_LETTER.findall(text[:LONGEST_QUESTION]))
    return "en" if words > han else "zh"


def wordlist(name: str) -> dict[str, dict[str, list[str]]]:
    """One of the word lists of this package, by table and key."""
    found: dict[str, dict[str, list[str]]] = tomllib.loads(
        (files("knowledge") / "wordlists" / f"{name}.toml").read_text(encoding="utf-8")
    )
    return found


def any_of(words: list[str]) -> str:
    """A pattern for any of `words`, the longest first; words of Latin letters match as whole words."""
    longest_first = sorted({fold(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in longest_first)


@cache
def _shells() -> re.Pattern[str]:
    lists = wordlist("questions")
    return re.compile(any_of(lists["zh"]["shells"] + lists["en"]["shells"]))


@cache
def _simplifier() -> opencc.OpenCC:
    # Phrase tables too (計程車 → 出租车); 1 MB and under a millisecond to load.
    return opencc.OpenCC("tw2sp")
