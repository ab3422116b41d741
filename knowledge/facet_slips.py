"""Slips of typing in the words that a facet is asked for by: 多就 for 多久, "documets" for "documents"."""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.normalise import fold
from knowledge.spelling import sound_of
from knowledge.wordlists import wordlist

_HAN = re.compile(r"[㐀-䶿一-鿿]+")
_LATIN = re.compile(r"[a-z]{4,}")
_SHORTEST, _LONGEST = 2, 4


def mend_cues(question: str) -> str:
    """`question` folded, with each slip in a cue set right.

    Only for a question that is about a facet and nothing else: in others a word that sounds like a cue may be meant.
    """
    return _HAN.sub(lambda run: _mend_chinese(run[0]), _LATIN.sub(lambda word: _mend_english(word[0]), fold(question)))


def _mend_chinese(run: str) -> str:
    by_sound, known = _chinese()
    place, mended = 0, ""
    while place < len(run):
        windows = [run[place : place + length] for length in range(_LONGEST, _SHORTEST - 1, -1)]
        said = next((window for window in windows if window in known or sound_of(window) in by_sound), run[place])
        mended += said if said in known or len(said) == 1 else by_sound[sound_of(said)]
        place += len(said)
    return mended


def _mend_english(word: str) -> str:
    words = _english()
    if word in words:
        return word
    found = process.extractOne(word, words, scorer=OSA.distance, score_cutoff=1)
    return str(found[0]) if found and found[0][0] == word[0] else word


@cache
def _chinese() -> tuple[dict[tuple[str, ...], str], frozenset[str]]:
    cues = [cue for cue in _every_cue("zh") if _SHORTEST <= len(cue) <= _LONGEST and _HAN.fullmatch(cue)]
    return {sound_of(cue): cue for cue in reversed(cues)}, frozenset(cues)


@cache
def _english() -> tuple[str, ...]:
    return tuple(sorted({word for cue in _every_cue("en") for word in _LATIN.findall(cue)}))


def _every_cue(language: str) -> list[str]:
    return [fold(cue) for lists in wordlist("facets").values() for cue in lists[language]]
