"""A paper as PDF, or as pictures of its pages."""

from __future__ import annotations

from importlib.resources import files
from itertools import zip_longest

from casework.papers.document import Block, Chart, Document, Grid, Heading, Paragraph
from casework.papers.typesetting import picture_pages, typeset


def print_document(document: Document) -> bytes:
    """The paper as PDF on A4; FontMissing says what to install when the machine has no Chinese font."""
    return typeset(_template(), _content(document))


def picture_document(document: Document) -> list[bytes]:
    """The pages of the same as PNG."""
    return picture_pages(_template(), _content(document))


def _template() -> str:
    return (files("casework") / "papers" / "paper.typ").read_text(encoding="utf-8")


def _content(document: Document) -> dict[str, object]:
    return {
        "language": document.language,
        "title": document.title,
        "subtitles": document.subtitles,
        "footer": document.footer,
        "blocks": [_block(block, after) for block, after in zip_longest(document.blocks, document.blocks[1:])],
    }


def _block(block: Block, after: Block | None) -> dict[str, object]:
    match block:
        case Heading(text=text, level=level):
            return {"kind": "heading", "text": text, "level": level}
        case Paragraph(text=text, is_gap=gap):
            return {"kind": "paragraph", "text": text, "gap": gap, "sticky": isinstance(after, Grid)}
        case Chart(caption=caption, svg=svg):
            return {"kind": "chart", "caption": caption, "svg": svg}
        case Grid():
            return _grid(block)


def _grid(grid: Grid) -> dict[str, object]:
    rows = [
        [
            {
                "text": square.text,
                "across": square.across,
                "down": square.down,
                "head": square.head.value if square.head else None,
                "gap": square.is_gap,
            }
            for square in row
        ]
        for row in grid.rows
    ]
    return {
        "kind": "grid",
        "caption": grid.caption,
        "widths": grid.widths,
        "head_rows": grid.head_rows,
        "rows": rows,
    }
