"""Words as cases are found by them: pairs of neighbouring Chinese characters, and whole words of other scripts.

No database cuts Chinese into words, and a cutter of words finds nothing where a question is cut differently from a
letter. With pairs, every stretch of two characters or more finds the texts that it stands in (docs/decisions/0025).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final, NamedTuple

import opencc

LONGEST_TEXT: Final = 20_000
"""Characters of a text that can be found."""
LONGEST_QUESTION: Final = 100
_LONGEST_TERM: Final = 40
_BEGINS_FROM: Final = 3
"""A word of so many letters or digits also finds those that begin with it; of fewer there would be too many."""
_HAN: Final = "㐀-䶿一-鿿\U00020000-\U0003ffff"
_PIECE: Final = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_REFERENCE: Final = re.compile(r"[a-z]{2,8}[0-9]{4}[0-9]{1,10}")


class Term(NamedTuple):
    """One term of the index; with `begins`, every term that begins so."""

    text: str
    begins: bool = False


def index_terms(text: str) -> tuple[str, ...]:
    """The terms of a text, each once; the last character of a Chinese stretch stands alone too."""
    found: dict[str, None] = {}
    for piece in _PIECE.findall(_folded(text[:LONGEST_TEXT])):
        if _is_han(piece):
            found.update(dict.fromkeys(piece[place : place + 2] for place in range(len(piece))))
        else:
            found[piece[:_LONGEST_TERM]] = None
    return tuple(found)


def reference_terms(reference: str) -> tuple[str, ...]:
    """The terms of a reference such as `ZMD-2026-000123-7`: the whole without dashes, and its number as it is said."""
    whole = reference.replace("-", "").casefold()
    number = reference.split("-")[2]
    return tuple(dict.fromkeys((whole, number, number.lstrip("0"))))


def wanted_terms(word: str) -> tuple[Term, ...]:
    """What a text must have to be found by a word that somebody typed; nothing for a word of signs alone."""
    folded = _folded(word[:LONGEST_QUESTION])
    bare = folded.replace("-", "")
    if _REFERENCE.fullmatch(bare):
        return (Term(bare, begins=True),)
    terms = dict.fromkeys(term for piece in _PIECE.findall(folded) for term in _terms_of_piece(piece))
    # One character beside others, as the 第 of 第123号, stands in so many texts that it tells nothing, and costs most.
    return tuple(term for term in terms if len(term.text) > 1) or tuple(terms)


def _terms_of_piece(piece: str) -> list[Term]:
    if not _is_han(piece):
        return [Term(piece[:_LONGEST_TERM], begins=len(piece) >= _BEGINS_FROM)]
    if len(piece) == 1:
        return [Term(piece, begins=True)]
    return [Term(piece[place : place + 2]) for place in range(len(piece) - 1)]


def _is_han(piece: str) -> bool:
    return re.match(f"[{_HAN}]", piece) is not None


def _folded(text: str) -> str:
    """One width, case and script, character by character, so that a part of a text folds to a part of the whole."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_simplified())


@cache
def _simplified() -> dict[int, str]:
    """Traditional characters to simplified ones, one to one; no phrases, which would depend on their neighbours."""
    characters = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(old): new for old, new in zip(characters, converted, strict=True) if old != new}
