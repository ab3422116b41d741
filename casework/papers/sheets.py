"""The tables of a paper as an XLSX file: numbers are numbers, and no text is ever a formula."""

from __future__ import annotations

import io
import re

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from casework.papers.document import Document, Grid, Square, placed

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_PLAIN = {"border": 1, "align": "center", "valign": "vcenter", "text_wrap": True, "font_name": "宋体", "font_size": 10}
TOP = 2
"""Rows above a table: its caption and an empty one."""


def compose_sheets(document: Document, *, subject: str = "") -> bytes:
    """One sheet for each table; `subject` goes into the properties of the file."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        book.set_properties({"title": document.title, "subject": subject})
        formats = {
            "number": book.add_format(_PLAIN),
            "head": book.add_format({**_PLAIN, "bg_color": "#EEF2F5", "bold": True}),
            "row": book.add_format({**_PLAIN, "bg_color": "#EEF2F5", "align": "left"}),
            "gap": book.add_format({**_PLAIN, "bg_color": "#FDECEB", "font_color": "#B3261E"}),
            "caption": book.add_format({"bold": True, "font_size": 14, "font_name": "黑体"}),
        }
        for grid in (block for block in document.blocks if isinstance(block, Grid)):
            _write(book.add_worksheet(sheet_name(grid)), grid, formats)
    return file.getvalue()


def sheet_name(grid: Grid) -> str:
    """What stands on the tab of a table: the beginning of its caption, such as 表三."""
    return re.split(r"[\u3000.]", grid.caption)[0][:31]


def _write(sheet: Worksheet, grid: Grid, formats: dict[str, xlsxwriter.format.Format]) -> None:
    sheet.write_string(0, 0, grid.caption, formats["caption"])
    share = 110 / sum(grid.widths)
    for column, width in enumerate(grid.widths):
        sheet.set_column(column, column, max(width * share, 8))
    for row, column, square in placed(grid):
        style = formats[_style(square)]
        last_row, last_column = row + square.down - 1, column + square.across - 1
        if (square.down, square.across) != (1, 1):
            sheet.merge_range(row + TOP, column, last_row + TOP, last_column, "", style)
        if square.number is None:
            sheet.write_string(row + TOP, column, square.text, style)
        else:
            sheet.write_number(row + TOP, column, square.number, style)
    if grid.head_rows:
        sheet.freeze_panes(grid.head_rows + TOP, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _style(square: Square) -> str:
    if square.is_gap:
        return "gap"
    if square.head is None:
        return "number"
    return "row" if square.head == "row" else "head"
