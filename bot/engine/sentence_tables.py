"""The tables of `sentences/`, read and compiled once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from bot.engine.intent import Intent
from bot.engine.phrases import any_of, fold, pattern_of
from casework.party import LANGUAGES, Language

WAYS = ("whole", "start", "contains", "states")
"""How a sentence may stand in a message."""
_EDGE = r"[\s,.!。、~?]*"

Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class IntentSentences:
    """What recognises one intent in one language; None where there are no such sentences."""

    whole: re.Pattern[str] | None
    start: re.Pattern[str] | None
    contains: re.Pattern[str] | None
    states: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    courtesy: re.Pattern[str]
    """Politeness at either end of what is left of a message."""


@dataclass(frozen=True, slots=True)
class EmergencySentences:
    """What speaks of danger in one language."""

    always: re.Pattern[str]
    certain: re.Pattern[str]
    likely: re.Pattern[str]
    now: re.Pattern[str]
    unless: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Sentences:
    """Everything that is recognised in one language."""

    intents: Mapping[Intent, IntentSentences]
    emergency: EmergencySentences
    question_words: re.Pattern[str] | None
    """Anywhere in a sentence they make it a question."""
    question_start: re.Pattern[str] | None
    question_ends: tuple[str, ...]
    follow_start: re.Pattern[str]
    """With these begins what leans on the question before."""
    follow_ends: tuple[str, ...]
    follow_proxy: re.Pattern[str]
    """Somebody else comes for the citizen."""
    follow_light: re.Pattern[str]
    """Says nothing of a matter in a question that follows another."""
    between_questions: re.Pattern[str]
    """Stands between two questions of one message."""
    matters: Mapping[str, str]
    """Dialogue to words for its matter, by which its entry is found."""
    corrections: tuple[re.Pattern[str], ...]
    """With the groups `slot` and `value`."""
    reopenings: tuple[re.Pattern[str], ...]
    """With the group `slot` alone: it is to be asked again."""
    nameless_corrections: tuple[re.Pattern[str], ...]
    """With the group `value` alone: what was said last is meant."""
    slots: Mapping[str, tuple[str, ...]]
    """Slot name to the words that name it."""
    signs: Mapping[str, re.Pattern[str]]
    """What an answer gives itself away by: a time, a place, a word about staying unnamed."""
    answers: Mapping[str, frozenset[str]]
    """Value of a choice to the words that mean it."""


@cache
def sentences(language: Language) -> Sentences:
    """The sentences of one language."""
    tree = read_table(language)
    fillers = any_of(tree["fillers"])
    courtesy = fillers.pattern if fillers else ""
    slots = {name: tuple(fold(word) for word in words) for name, words in tree["slots"].items()}
    every_word = {word for words in slots.values() for word in words}
    named = "|".join(re.escape(word) for word in sorted(every_word, key=len, reverse=True))
    question, correction = tree["question"], tree["correction"]
    return Sentences(
        intents={intent: _compile(tree[intent.value], courtesy) for intent in Intent if intent is not Intent.EMERGENCY},
        emergency=EmergencySentences(**{name: _required(words) for name, words in tree["emergency"].items()}),
        question_words=any_of(question.get("contains", ())),
        question_start=any_of(question.get("start", ())),
        question_ends=tuple(question["ends"]),
        follow_start=_required(tree["follow"]["start"]),
        follow_ends=tuple(tree["follow"]["ends"]),
        follow_proxy=_required(tree["follow"]["proxy"]),
        follow_light=_required(tree["follow"]["light"]),
        between_questions=re.compile(_required(question["between"]).pattern, re.IGNORECASE),
        matters=dict(tree["matter"]),
        corrections=tuple(re.compile(pattern_of(one, {"slot": named})) for one in correction["value"]),
        reopenings=tuple(re.compile(pattern_of(one, {"slot": named})) for one in correction["ask"]),
        nameless_corrections=tuple(re.compile(pattern_of(one)) for one in correction["nameless"]),
        slots=slots,
        signs={name: _required(words) for name, words in tree["signs"].items()},
        answers={value: frozenset(fold(word) for word in words) for value, words in tree["answers"].items()},
    )


def read_table(language: Language) -> dict[str, Any]:
    """The table of one language as it is written."""
    return tomllib.loads((files("bot.engine") / "sentences" / f"{language}.toml").read_text(encoding="utf-8"))


def both() -> tuple[Sentences, ...]:
    """The sentences of every language."""
    return tuple(sentences(language) for language in LANGUAGES)


def _compile(table: Tree, courtesy: str) -> IntentSentences:
    return IntentSentences(
        whole=_whole(table.get("whole", ()), courtesy),
        start=any_of(table.get("start", ())),
        contains=any_of(table.get("contains", ())),
        states=any_of(table.get("states", ())),
        unless=any_of(table.get("unless", ())),
        courtesy=re.compile(rf"^(?:(?:{courtesy})\s*)+|(?:\s*(?:{courtesy}))+$"),
    )


def _whole(templates: tuple[str, ...], courtesy: str) -> re.Pattern[str] | None:
    found = any_of(templates)
    around = f"(?:(?:{courtesy}){_EDGE}){{0,3}}"
    if found is None:
        return None
    # People say yes twice.
    core = f"(?:{found.pattern})(?:{_EDGE}(?:(?:{courtesy}){_EDGE})?(?:{found.pattern})){{0,2}}"
    return re.compile(f"{_EDGE}{around}(?P<core>{core}){_EDGE}{around}")


def _required(templates: list[str]) -> re.Pattern[str]:
    found = any_of(templates)
    if found is None:
        raise ValueError("a table of this kind cannot be empty")
    return found
