"""Answers that give themselves away by their words: a time, a place, a wish to stay unnamed, whatever was asked."""

from __future__ import annotations

from bot.engine.intent import weigh
from bot.engine.phrases import bare, fold
from bot.engine.sentence_tables import both
from bot.engine.slots import Reader, short_text
from bot.engine.turn import Turn

LONGEST = 40
_A_FEW_WORDS = 10


def time_alone(turn: Turn) -> str | None:
    """A time and nothing else, as "yesterday at 3 pm"."""
    return short_text(turn) if _consists_of("time", turn.text) else None


def place_alone(turn: Turn) -> str | None:
    """A place, as a crossing or a hall; a time stands nowhere in it."""
    return short_text(turn) if _ends_like("place", turn.text) else None


def said_outright(read: Reader, sign: str) -> Reader:
    """What `read` reads, but only where a word of the list `sign` stands: a mere yes may answer any question."""

    def heard(turn: Turn) -> str | None:
        folded = fold(turn.text)
        is_said = weigh(folded) <= _A_FEW_WORDS and any(words.signs[sign].search(folded) for words in both())
        return read(turn) if is_said else None

    return heard


def _consists_of(sign: str, text: str) -> bool:
    folded = bare(fold(text))
    for words in both():
        rest = words.signs[sign].sub(" ", folded)
        if rest != folded and not bare(rest).strip():
            return len(folded) <= LONGEST
    return False


def _ends_like(sign: str, text: str) -> bool:
    folded = bare(fold(text))
    found = [match for words in both() for match in words.signs[sign].finditer(folded)]
    rest = folded
    for match in found:
        rest = rest.replace(match[0], " ")
    is_time = any(words.signs["time"].search(rest) for words in both())
    return len(folded) <= LONGEST and not is_time and any(match.end() == len(folded) for match in found)
