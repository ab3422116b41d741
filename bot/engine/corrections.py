"""Hearing that an earlier answer was wrong: which slot, and what it should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.engine.phrases import fold
from bot.engine.sentence_tables import both

_AROUND = " \t\n,.。，、;；:：!！"


@dataclass(frozen=True, slots=True)
class Correction:
    """A slot and the words that are to stand in it; None when they are still to be said."""

    slot: str
    value: str | None
    names_it: bool = True
    """Whether the words name the slot; otherwise what was said last is meant."""


def find_correction(text: str, filled: Sequence[str], latest: str = "") -> Correction | None:
    """The correction that `text` makes to one of the slots `filled`, if it makes one.

    A correction that names no slot, as "no, it was Tuesday", is meant for the `latest` one.
    """
    folded = fold(text).strip()
    for table in both():
        for pattern in table.corrections:
            found = pattern.fullmatch(folded.rstrip(_AROUND))
            name = _slot_called(found["slot"], filled, table.slots) if found else None
            if found and name:
                return Correction(name, _as_written(text, found["value"]))
        for pattern in table.reopenings:
            found = pattern.fullmatch(folded.rstrip(_AROUND))
            name = _slot_called(found["slot"], filled, table.slots) if found else None
            if name:
                return Correction(name, None)
    return _of_the_latest(text, folded.rstrip(_AROUND), latest) if latest in filled else None


def _of_the_latest(text: str, folded: str, latest: str) -> Correction | None:
    for table in both():
        for pattern in table.nameless_corrections:
            if found := pattern.fullmatch(folded):
                return Correction(latest, _as_written(text, found["value"]), names_it=False)
    return None


def _slot_called(word: str, filled: Sequence[str], slots: Mapping[str, tuple[str, ...]]) -> str | None:
    return next((name for name in filled if word in slots.get(name, ())), None)


def _as_written(text: str, value: str) -> str:
    """The value in the citizen's own spelling, which folding may have changed."""
    length = len(value)
    tail = text.strip().rstrip(_AROUND)[-length:]
    return (tail if fold(tail) == value else value).strip(_AROUND)
