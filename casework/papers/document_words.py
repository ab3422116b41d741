"""Where words stand on a page, told by its text layer: over line ends, spaces and forms of letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from casework.redaction import WHOLE

_MARGIN: Final = 15
"""By so much a place is made larger on each side: letters may reach beyond their box."""


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of a page as it is seen, in parts of WHOLE."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Character:
    """One character of a text layer."""

    text: str
    place: Place


def places_of(words: str, characters: Sequence[Character]) -> Iterator[Place]:
    """Every place of the words, a piece for each line that they stand on.

    Spaces, line ends and hyphens at them do not part words, and neither do wide and capital letters: rather a place
    too many, which the clerk sees and takes away, than one too few.
    """
    wanted = fold(words)
    if not wanted:
        return
    text, origins = "", list[int]()
    for index, character in enumerate(characters):
        folded = fold(character.text)
        text += folded
        origins += [index] * len(folded)
    start = text.find(wanted)
    while start >= 0:
        found = sorted(set(origins[start : start + len(wanted)]))
        yield from _lines([characters[index].place for index in found])
        start = text.find(wanted, start + 1)


def fold(text: str) -> str:
    """A text by which it is compared: compatible forms are one, case and everything that is not seen is gone."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in plain if unicodedata.category(one)[0] not in "ZC")


def _lines(places: Sequence[Place]) -> Iterator[Place]:
    """Neighbours on one line as one place; what lies outside the page is left out."""
    lines: list[Place] = []
    before: Place | None = None
    for place in places:
        if before is not None and _is_beside(before, place):
            line = lines[-1]
            lines[-1] = Place(
                min(line.left, place.left),
                min(line.top, place.top),
                max(line.right, place.right),
                max(line.bottom, place.bottom),
            )
        else:
            lines.append(place)
        before = place
    for line in lines:
        wide = Place(
            max(0, line.left - _MARGIN),
            max(0, line.top - _MARGIN),
            min(WHOLE, line.right + _MARGIN),
            min(WHOLE, line.bottom + _MARGIN),
        )
        if wide.left < wide.right and wide.top < wide.bottom:
            yield wide


def _is_beside(one: Place, other: Place) -> bool:
    """Whether a character stands on the line of the one before, written across or, on a turned page, down."""
    across = min(one.bottom, other.bottom) - max(one.top, other.top)
    down = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom - one.top, other.bottom - other.top)
    width = min(one.right - one.left, other.right - other.left)
    return (across * 2 > height and across > 0) or (down * 2 > width and down > 0)
