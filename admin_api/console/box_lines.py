"""Boxes as lines that a clerk may write: page, left, top, right and bottom in per cent of the page, and the ground."""

from __future__ import annotations

from collections.abc import Iterable

from casework.errors import Refusal
from casework.redaction import Box

_PARTS_OF_A_PERCENT = 100


def read_lines(text: str) -> tuple[Box, ...]:
    """The boxes; Refusal names the line that is none."""
    return tuple(_read(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip())


def write_lines(boxes: Iterable[Box]) -> str:
    """The lines of boxes, as they are read."""
    return "\n".join(_write(box) for box in boxes)


def _read(number: int, line: str) -> Box:
    try:
        page, left, top, right, bottom, ground = line.split()
        sides = [round(float(side) * _PARTS_OF_A_PERCENT) for side in (left, top, right, bottom)]
        return Box(int(page), left=sides[0], top=sides[1], right=sides[2], bottom=sides[3], ground=ground)
    except (ValueError, OverflowError) as error:
        raise Refusal(
            "box_line", f"line {number} is no box: page, four sides in per cent, ground", line=number
        ) from error


def _write(box: Box) -> str:
    sides = (box.left, box.top, box.right, box.bottom)
    return " ".join([str(box.page), *(f"{side / _PARTS_OF_A_PERCENT:g}" for side in sides), box.ground])
