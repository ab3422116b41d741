"""Slips of typing set right against the words that the entries use: homophones in Chinese, misspellings in English."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

import rjieba
from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.words import stop_words

# Characters are looked up one by one, so the phrase tables, 43 MB of memory, are left out: the library's own switch.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin import lazy_pinyin

_PIECE = re.compile(r"(?P<han>[㐀-䶿一-鿿]{2,})|(?P<latin>[a-z]{6,})")
_LATIN = re.compile(r"[a-z]{5,}")
_HAN = re.compile(r"[㐀-䶿一-鿿]+")
_LONGEST_CHINESE = 4
_LONG_ENGLISH = 9
"""From this length on two slips are forgiven, below it one."""
_CLEARLY_MORE = 2


class Spelling:
    """The spellings that the entries use."""

    def __init__(self, texts: Iterable[str], words: Iterable[str]) -> None:
        """Know the words of unwrapped `texts`, questions and titles, and further single `words`."""
        counts = Counter(word for text in texts for word in _cut(text))
        counts.update(2 * [word for text in words for word in _cut(text)])
        by_sound: dict[tuple[str, ...], Counter[str]] = {}
        for word, count in counts.items():
            if 2 <= len(word) <= _LONGEST_CHINESE and _HAN.fullmatch(word) and rjieba.has_word(word):
                by_sound.setdefault(sound_of(word), Counter())[word] = count
        self._by_sound: Mapping[tuple[str, ...], str | None] = {
            sound: _clear_winner(found) for sound, found in by_sound.items()
        }
        english = sorted(word for word in counts if _LATIN.fullmatch(word))
        # What stands but once among the questions may be a slip itself.
        self._english = tuple(word for word in english if counts[word] > 1)
        self._known_english = frozenset(english) | stop_words()

    def mend(self, bare: str) -> tuple[str, tuple[str, ...]]:
        """An unwrapped text with its slips set right, and each as `捕办→补办`."""
        mended: list[str] = []

        def mend_piece(piece: re.Match[str]) -> str:
            return self._mend_chinese(piece[0], mended) if piece["han"] else self._mend_english(piece[0], mended)

        return _PIECE.sub(mend_piece, bare), tuple(mended)

    def _mend_chinese(self, run: str, mended: list[str]) -> str:
        pieces = rjieba.cut(run)
        place = 0
        while place < len(pieces):
            for end in range(min(place + 3, len(pieces)), place, -1):
                meant = self._meant_by(pieces[place:end])
                if meant is not None:
                    mended.append(f"{''.join(pieces[place:end])}→{meant}")
                    pieces[place:end] = [meant]
                    break
            place += 1
        return "".join(pieces)

    def _meant_by(self, pieces: list[str]) -> str | None:
        """The known word that sounds like `pieces`.

        A slip leaves a character standing alone where a word should be, or a word that no dictionary has.
        """
        said = "".join(pieces)
        if len(said) not in range(2, _LONGEST_CHINESE + 1) or rjieba.has_word(said):
            return None
        if len(pieces) > 1 and min(map(len, pieces)) > 1:
            return None
        meant = self._by_sound.get(sound_of(said))
        return None if meant == said else meant

    def _mend_english(self, word: str, mended: list[str]) -> str:
        if word in self._known_english:
            return word
        forgiven = 1 + (len(word) >= _LONG_ENGLISH)
        found = process.extractOne(word, self._english, scorer=OSA.distance, score_cutoff=forgiven)
        if found is None or found[0][0] != word[0]:
            return word
        mended.append(f"{word}→{found[0]}")
        return str(found[0])


def sound_of(word: str) -> tuple[str, ...]:
    """The syllables of a word, without tones."""
    return tuple(map(_syllable, word))


@lru_cache(maxsize=8192)
def _syllable(sign: str) -> str:
    said = unicodedata.normalize("NFD", lazy_pinyin(sign)[0])
    return "".join(letter for letter in said if not unicodedata.combining(letter))


def _cut(text: str) -> list[str]:
    return [word for run in _HAN.findall(text) for word in rjieba.cut(run)] + _LATIN.findall(text)


def _clear_winner(words: Counter[str]) -> str | None:
    (first, count), *others = words.most_common(2)
    return first if not others or count >= _CLEARLY_MORE * others[0][1] else None
