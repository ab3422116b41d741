"""Slips of typing set right against the words that the entries use: homophones in Chinese, misspellings in English."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

import rjieba
from rapidfuzz import fuzz, process

# Characters are looked up one by one, so the phrase tables, 43 MB of memory, are left out: the library's own switch.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin import lazy_pinyin

_HAN_RUN = re.compile(r"[㐀-䶿一-鿿]{2,}")
_SHORTEST_ENGLISH = 5
_LEAST_LIKENESS = 82


class Spelling:
    """The spellings that the entries use."""

    def __init__(self, pairs: Iterable[str], english: Iterable[str]) -> None:
        """Know the character `pairs` and `english` stems of the entries."""
        self._pairs = frozenset(pairs)
        by_sound: dict[tuple[str, str], set[str]] = {}
        for pair in self._pairs:
            by_sound.setdefault(sound_of(pair), set()).add(pair)
        self._by_sound: Mapping[tuple[str, str], str] = {
            sound: next(iter(found)) for sound, found in by_sound.items() if len(found) == 1
        }
        self._english = tuple(sorted({word for word in english if len(word) >= _SHORTEST_ENGLISH - 1}))

    def mend_chinese(self, topic: str) -> tuple[str, tuple[str, ...]]:
        """`topic` with homophones of known pairs replaced, and what was replaced by what."""
        mended: list[str] = []
        text = _HAN_RUN.sub(lambda run: self._mend_run(run[0], mended), topic)
        return text, tuple(mended)

    def _mend_run(self, run: str, mended: list[str]) -> str:
        signs = list(run)
        for place in range(len(signs) - 1):
            pair = signs[place] + signs[place + 1]
            if pair in self._pairs or rjieba.has_word(pair):
                continue
            meant = self._by_sound.get(sound_of(pair))
            if meant is not None:
                signs[place : place + 2] = meant
                mended.append(f"{pair}→{meant}")
        return "".join(signs)

    def likely_english(self, word: str) -> str | None:
        """The known stem that `word` most likely stands for; None when nothing is close."""
        if len(word) < _SHORTEST_ENGLISH or not word.isalpha():
            return None
        found = process.extractOne(word, self._english, scorer=fuzz.ratio, score_cutoff=_LEAST_LIKENESS)
        return found[0] if found and found[0][0] == word[0] else None


def sound_of(pair: str) -> tuple[str, str]:
    """The syllables of two characters, without tones."""
    return _syllable(pair[0]), _syllable(pair[1])


@lru_cache(maxsize=8192)
def _syllable(sign: str) -> str:
    said = unicodedata.normalize("NFD", lazy_pinyin(sign)[0])
    return "".join(letter for letter in said if not unicodedata.combining(letter))
