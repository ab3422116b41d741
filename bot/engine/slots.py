"""Kinds of slot: how a fact is read from what the citizen writes, and when it must be asked for again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.engine.intent import Intent
from bot.engine.phrases import bare, fold
from bot.engine.sentence_tables import both
from bot.engine.turn import Turn
from bot.engine.units import find_unit, stands_in

LONGEST_ANSWER = 4000
PICK = "pick:"
"""A choice that fills a slot carries its value after this."""
_SURROUNDING = " \t\n,.。，、;；:："
_NAME_SHELL = re.compile(
    r"^(我叫|我是|我的名字是|名字是|姓名[是:：]?|本人|my name is|i am|i'm|this is)\s*", re.IGNORECASE
)
_LETTERS = re.compile(r"[^\W_]")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# Weights and check characters of resident identity numbers (GB 11643, after ISO 7064 MOD 11-2).
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_RESIDENT_ID = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
_DIGIT_RUN = re.compile(r"[0-9]{15,20}")

Reader = Callable[[Turn], str | None]
"""The value in what the citizen wrote, or None when it must be asked for again."""


def _nothing(_turn: Turn) -> str | None:
    return None


def _always(_slots: Mapping[str, str]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Slot:
    """One fact that a dialogue needs."""

    name: str
    read: Reader
    choices: tuple[str, ...] = ()
    """Values to choose from; each has its button."""
    may_pass: bool = False
    """The citizen need not say."""
    is_free: bool = False
    """Takes free text, which may look like a question or a wish and is neither."""
    takes_questions: bool = False
    """A question is what it asks for."""
    is_telling: bool = False
    """Its value is known by its looks, so that it is heard also when something else was asked."""
    heard: Reader = _nothing
    """Its value, when the words can only mean this slot, whatever was asked."""
    heard_at: frozenset[str] = frozenset()
    """Slots whose question may be answered with this one's value."""
    is_needed: Callable[[Mapping[str, str]], bool] = _always
    """Whether it is asked for at all, given what is filled."""


def free_text(*, shortest: int = 2) -> Reader:
    """Any words, with at least so many letters."""

    def read(turn: Turn) -> str | None:
        return turn.text[:LONGEST_ANSWER] if len(_LETTERS.findall(turn.text)) >= shortest else None

    return read


def short_text(turn: Turn) -> str | None:
    """A time, a place: a few words, and neither a story nor a mere yes."""
    text = turn.text.strip(_SURROUNDING)
    is_mere_yes = turn.says(Intent.CONFIRM, Intent.GREETING)
    return text if _LETTERS.search(text) and not is_story(text) and not is_mere_yes else None


def is_story(text: str) -> bool:
    """Whether a text is too long to be a time, a place or a name."""
    return len(text) > 150 or len(_HAN.findall(text)) > 30 or len(_LATIN_WORD.findall(text)) > 12


def name(turn: Turn) -> str | None:
    """What a person or an organisation is called."""
    text = _NAME_SHELL.sub("", turn.text.strip(_SURROUNDING)).strip(_SURROUNDING)
    return text if 2 <= len(text) <= 80 and not bare(text).replace(" ", "").isdigit() else None


def identity(turn: Turn) -> str | None:
    """A kind of document with its number, or an attached document; a mistyped resident number is asked again."""
    number = _RESIDENT_ID.search(turn.text)
    if number:
        return turn.text if is_resident_number(number[0]) else None
    if _DIGIT_RUN.search(turn.text):
        return None
    if len(re.findall(r"[0-9]", turn.text)) >= 5 and len(turn.text) <= 200:
        return turn.text
    return f"[{turn.message.attachments}]" if turn.message.attachments else None


def is_resident_number(number: str) -> bool:
    """Whether the last character is the check character of the seventeen digits before it."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return _ID_CHECK[total % 11] == number[17].upper()


def contact(turn: Turn) -> str | None:
    """A telephone number or an address to write to."""
    has_number = len(re.findall(r"[0-9]", turn.text)) >= 7
    return turn.text if len(turn.text) <= 200 and (has_number or "@" in turn.text) else None


def one_of(*values: str, in_these_words_alone: bool = False) -> Reader:
    """One of a few values, pressed or said in the words of the table `answers`; the longest words decide."""

    def read(turn: Turn) -> str | None:
        if turn.choice and turn.choice.removeprefix(PICK) in values:
            return turn.choice.removeprefix(PICK)
        said = bare(fold(turn.text))
        found = [(word, value) for value in values for words in both() for word in words.answers[value]]
        exact = next((value for word, value in found if bare(word) == said), None)
        if exact or in_these_words_alone or len(said) > 40:
            return exact
        held = [(len(word), value) for word, value in found if len(word) > 1 and stands_in(word, said)]
        return max(held)[1] if held else None

    return read


def unit(turn: Turn) -> str | None:
    """The slug of a unit of the bureau when the words name one, else the words."""
    found = find_unit(turn.text, turn.known.bureau)
    return found.slug if found else short_text(turn)


def passes(turn: Turn, slot: Slot) -> bool:
    """Whether the citizen would rather not say."""
    return slot.may_pass and (turn.choice == "skip" or turn.says(Intent.SKIP, Intent.DENY))
