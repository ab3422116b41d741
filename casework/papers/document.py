"""What a paper says, before it becomes a file: headings, paragraphs, gaps, tables and charts in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from casework.party import Language


class Head(StrEnum):
    """What a heading of a table is the heading of."""

    COLUMN = "col"
    COLUMNS = "colgroup"
    ROW = "row"
    ROWS = "rowgroup"


@dataclass(frozen=True, slots=True)
class Square:
    """One square of a table; it may reach over several columns and rows."""

    text: str = ""
    number: int | float | None = None
    """The value, where `text` is a number."""
    key: str = ""
    """What the number is called in templates and links."""
    across: int = 1
    down: int = 1
    head: Head | None = None
    is_gap: bool = False
    href: str | None = None
    """Where the number leads to: the cases that it counts."""
    label: str = ""
    """What the number is, for those who hear the page."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is that of a chapter."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; lines are kept."""

    text: str
    key: str = ""
    """What the text is called in templates."""
    is_gap: bool = False
    """Whether it stands for words that nobody has written yet."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: rows of squares, heading rows first."""

    key: str
    caption: str
    rows: tuple[tuple[Square, ...], ...]
    widths: tuple[int, ...]
    """Shares of the columns."""
    head_rows: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of numbers that a table says as well."""

    key: str
    caption: str
    svg: str


Block = Heading | Paragraph | Grid | Chart


@dataclass(frozen=True, slots=True)
class Document:
    """A paper in one language."""

    language: Language
    title: str
    subtitles: tuple[str, ...]
    blocks: tuple[Block, ...]
    footer: str
    """Says the page; `{page}` and `{pages}` are filled in where there are pages."""


def placed(grid: Grid) -> list[tuple[int, int, Square]]:
    """Each square with the row and the column of its upper left corner, counted from 0."""
    taken: set[tuple[int, int]] = set()
    found = []
    for row, squares in enumerate(grid.rows):
        column = 0
        for square in squares:
            while (row, column) in taken:
                column += 1
            taken |= {(row + down, column + across) for down in range(square.down) for across in range(square.across)}
            found.append((row, column, square))
    return found
