"""A text seen in several ways at once: its words, pairs of words, what it is about, and runs of its characters.

Terms are known by the CRC-32 of their spelling: the same in every process, and four bytes each instead of a string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
import rjieba
from numpy.typing import NDArray

from knowledge.topic import unwrapped, with_synonyms
from knowledge.words import stem, terms_of

Codes = NDArray[np.uint32]

_HAN = "㐀-䶿一-鿿\U00020000-\U0003ffff々"
_LETTERS = rf"(?:(?![{_HAN}ぁ-ゖァ-ヺー])[^\W_])"
_PIECE = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<katakana>[ァ-ヺー]+)|(?P<hiragana>[ぁ-ゖ]+)|(?P<word>{_LETTERS}+)")
_RUN = re.compile(rf"(?P<cjk>[{_HAN}ぁ-ゖァ-ヺー]+)|(?P<word>{_LETTERS}+)")
_NUMBER = re.compile(r"\d+")
_HIRAGANA = re.compile(r"[ぁ-ゖ]+")
_SHORTEST, _LONGEST = 2, 4
"""Of the runs of letters inside a word."""
_LONGEST_CJK = 2
_NEAR, _AROUND = 3, 4
"""How far apart the words of a pair may stand, in order and in any order."""


@dataclass(frozen=True, slots=True)
class Views:
    """One text; each view has its terms in the order of reading, as often as they occur."""

    words: Codes
    """Words and neighbours: every one, since "who" and "when" may tell two entries apart."""
    pairs: Codes
    """Words, and pairs of them that stand near each other."""
    topic: Codes
    """Words and pairs without politeness, question shells and function words."""
    content: Codes
    """The words of the topic alone."""
    letters: Codes
    """Runs of characters inside words: they help where spelling, ending or cutting differ."""
    signs: Codes
    """Words that are written with letters, and characters that are words themselves, one by one."""


def view(folded: str, *, with_pairs: bool = True) -> Views:
    """The views of a folded text; a long one is never asked, and does without pairs."""
    plain = _NUMBER.sub("0", folded.replace("'", "").replace("’", ""))
    words = list(_words(plain))
    content = list(terms_of(with_synonyms(unwrapped(folded))).words)
    return Views(
        words=code([*words, *(f"{left} {right}" for left, right in pairwise(words))]),
        pairs=code([*words, *_pairs(words)] if with_pairs else []),
        topic=code([*content, *_any_order(content)] if with_pairs else []),
        content=code(content),
        letters=code(list(_letters(plain))),
        signs=code(list(_signs(plain))),
    )


def split_words(text: str) -> list[str]:
    """The words of a folded text as they stand."""
    return [word for piece in _PIECE.finditer(text) for word in (rjieba.cut(piece[0]) if piece["han"] else [piece[0]])]


def _words(text: str) -> Iterator[str]:
    for piece in _PIECE.finditer(text):
        if piece["han"]:
            yield from rjieba.cut(piece[0])
        else:
            yield stem(piece[0]) if piece[0].isascii() else piece[0]


def _pairs(words: Sequence[str]) -> Iterator[str]:
    for place, word in enumerate(words):
        for other in words[place + 1 : place + 1 + _NEAR]:
            if other != word:
                yield f"{word} {other}"
    yield from _any_order(words)


def _any_order(words: Sequence[str]) -> Iterator[str]:
    found: dict[tuple[str, str], None] = {}
    for place, word in enumerate(words):
        for other in words[place + 1 : place + 1 + _AROUND]:
            if other != word:
                found[(word, other) if word < other else (other, word)] = None
    return (f"{one}~{other}" for one, other in found)


def _letters(text: str) -> Iterator[str]:
    for run in _RUN.finditer(text):
        if run["cjk"]:
            signs = run[0]
            for size in range(1, _LONGEST_CJK + 1):
                grams = (signs[start : start + size] for start in range(len(signs) - size + 1))
                # Hiragana alone is grammar.
                yield from (gram for gram in grams if not _HIRAGANA.fullmatch(gram) or size == _LONGEST_CJK)
        else:
            yield from _grams_of_word(run[0])


def _signs(text: str) -> Iterator[str]:
    for run in _RUN.finditer(text):
        if run["cjk"]:
            yield from run[0]
        else:
            yield stem(run[0]) if run[0].isascii() else run[0]


@lru_cache(maxsize=4096)
def _grams_of_word(word: str) -> tuple[str, ...]:
    framed = f" {word} "
    return tuple(
        framed[start : start + size]
        for size in range(_SHORTEST, min(_LONGEST, len(framed)) + 1)
        for start in range(len(framed) - size + 1)
    )


def code(terms: Sequence[str]) -> Codes:
    """The numbers by which terms are known."""
    return np.fromiter((crc32(term.encode()) for term in terms), dtype=np.uint32, count=len(terms))
