"""A topic cut into terms: Chinese words and their parts, English words without their endings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import rjieba

from knowledge.normalise import fold
from knowledge.wordlists import wordlist

_PIECE = re.compile(r"[㐀-䶿一-鿿\U00020000-\U0003ffff]+|[a-z0-9]+")
_VOWEL = re.compile(r"[aeiouy]")
_SHORTEST_STEM = 3


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one text, each once, in the order of reading."""

    words: tuple[str, ...]
    """Words that carry a meaning: they are weighed and shown."""
    parts: tuple[str, ...]
    """Shorter words inside them, and neighbouring characters: they help where the cutting differs."""

    @property
    def all(self) -> tuple[str, ...]:
        """Words, then parts."""
        return self.words + self.parts


def terms_of(topic: str) -> Terms:
    """The terms of a folded text."""
    words: dict[str, None] = {}
    parts: dict[str, None] = {}
    for piece in _PIECE.findall(topic):
        if piece[0].isascii():
            if not _is_light(piece):
                words[stem(piece)] = None
            continue
        whole = rjieba.cut(piece)
        words.update((word, None) for word in whole if not _is_light(word))
        parts.update((part, None) for part in rjieba.cut_for_search(piece) if not _is_light(part))
        for run in _meaningful_runs(whole):
            parts.update((left + right, None) for left, right in pairwise(run))
    return Terms(tuple(words), tuple(part for part in parts if part not in words))


def _meaningful_runs(words: list[str]) -> list[str]:
    """The stretches of a Chinese text between words that carry no topic."""
    runs = [""]
    for word in words:
        if _is_light(word):
            runs.append("")
        else:
            runs[-1] += word
    return runs


def stem(word: str) -> str:
    """An English word without its plural, -ing or -ed, so that renew, renewed and renewing meet."""
    if not word.isalpha():
        return word
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ss", "ss"), ("us", "us"), ("es", "e"), ("s", "")):
        if word.endswith(ending):
            stemmed = word[: len(word) - len(ending)] + instead
            word = stemmed if len(stemmed) >= _SHORTEST_STEM else word
            break
    for ending in ("ing", "ed"):
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= _SHORTEST_STEM and _VOWEL.search(bare):
            word = bare[:-1] if bare[-1] == bare[-2] and bare[-1] not in "lsz" else bare
            break
    return word.removesuffix("e") if len(word) > _SHORTEST_STEM else word


def _is_light(word: str) -> bool:
    return word in stop_words() or _light_signs().issuperset(word)


@cache
def _light_signs() -> frozenset[str]:
    return frozenset("".join(wordlist("questions")["zh"]["light"]))


@cache
def stop_words() -> frozenset[str]:
    """Words that carry no topic, in both languages."""
    lists = wordlist("questions")
    return frozenset(fold(word) for language in ("zh", "en") for word in lists[language]["stop"])
