"""Texts as the search index keeps them, and questions as it is asked: pairs of neighbouring Chinese characters.

Words would be fewer, but where a question is cut differently from a title nothing would be found. With pairs, every
stretch of two characters or more that stands in a text finds it, whatever the words are (docs/decisions/0025).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc
from pypinyin import Style, lazy_pinyin
from pypinyin.seg.simpleseg import seg

from knowledge.topic import unwrapped
from knowledge.words import stem, terms_of

LONGEST_TEXT = 20_000
"""Characters of a text that can be found; the title is found whole."""
LONGEST_QUESTION = 100
LONGEST_INITIALS = 40
_MOST_TERMS = 48
_MOST_WORDS = 8
_HAN = "㐀-䶿一-鿿\U00020000-\U0003ffff"
_PIECE = re.compile(rf"[{_HAN}]+|[a-z]+|[0-9]+")
_INITIAL = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the index; with `begins`, every term that begins so."""

    text: str
    begins: bool = False


Word = tuple[Term, ...]
"""Terms that must all be there."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question asks the index for: all terms of one of these."""

    words: tuple[Word, ...]

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return any(self.words)


def fold(text: str) -> str:
    """One width, case and script, character by character, so that a part of a text folds to a part of the whole."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_simplified())


def index_terms(text: str, *, limit: int = LONGEST_TEXT) -> list[str]:
    """The terms of a text, in the order of reading; the last character of a Chinese stretch stands alone too."""
    terms: list[str] = []
    for piece in _PIECE.findall(fold(text[:limit])):
        if piece.isascii():
            terms.append(stem(piece))
        else:
            terms += [piece[place : place + 2] for place in range(len(piece))]
    return terms


def strictly(question: str) -> Wanted:
    """Everything that the question says, in a row wherever it is Chinese."""
    terms = dict.fromkeys(
        term for piece in _PIECE.findall(fold(question[:LONGEST_QUESTION])) for term in _terms_of_piece(piece)
    )
    return Wanted((tuple(terms)[:_MOST_TERMS],)) if terms else Wanted(())


def meaning(question: str) -> tuple[Word, ...]:
    """The words of a question that carry a meaning, for one that nothing matches strictly."""
    words = terms_of(unwrapped(fold(question[:LONGEST_QUESTION]))).words
    # A character alone, such as 查 or 号, stands in too many texts to tell them apart.
    words = tuple(word for word in words if len(word) > 1)[:_MOST_WORDS] or words[:1]
    found = (tuple(term for piece in _PIECE.findall(word) for term in _terms_of_piece(piece)) for word in words)
    return tuple(word for word in found if word)


def initials_of(title: str) -> str:
    """The first letters of a title's syllables, as people type them: 身份证 is sfz."""
    words = seg(fold(title[:LONGEST_INITIALS]))
    return "".join(_initials_of_word(word) for word in words)[:LONGEST_INITIALS]


@lru_cache(maxsize=50_000)
def _initials_of_word(word: str) -> str:
    return "".join(lazy_pinyin(word, style=Style.FIRST_LETTER, errors=_as_it_stands))


def _as_it_stands(text: str) -> str:
    return "".join(_INITIAL.findall(text))


def _terms_of_piece(piece: str) -> Iterator[Term]:
    if piece.isdigit() and piece.isascii():
        yield Term(piece)
    elif piece.isascii():
        yield Term(stem(piece), begins=True)
    elif len(piece) == 1:
        yield Term(piece, begins=True)
    else:
        yield from (Term(piece[place : place + 2]) for place in range(len(piece) - 1))


@cache
def _simplified() -> dict[int, str]:
    """Traditional characters to simplified ones, one to one; no phrases, which would depend on their neighbours."""
    characters = [chr(code) for start, end in ((0x3400, 0x4DC0), (0x4E00, 0xA000)) for code in range(start, end)]
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    table = {ord(old): new for old, new in zip(characters, converted, strict=True) if old != new}
    return {**table, ord("〇"): "零", ord("○"): "零"}
