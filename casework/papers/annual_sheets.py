"""The numbers of a report read back out of its XLSX file, where hands may have been at them."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from casework.annual.filed import FiledReport
from casework.annual.findings import Cell, Number, Table
from casework.annual.forms import Form, cells_of
from casework.annual.naming import annual_words
from casework.annual.report import AnnualReport, compose_report
from casework.annual.statement import Statement
from casework.errors import CaseworkRejected
from casework.papers.annual_document import compose_document
from casework.papers.document import Grid, placed
from casework.papers.sheets import TOP

_SUBJECT = re.compile(r"annual report (\d{4}) on form ([\w-]+)")


def subject_of(report: AnnualReport) -> str:
    """What the properties of the file say, by which it is known again."""
    return f"annual report {report.year} on form {report.form.value}"


def read_annual_sheets(content: bytes) -> FiledReport:
    """The numbers of an XLSX file that `annual_files` made, its sheets in their order.

    CaseworkRejected names what cannot be read.
    """
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise CaseworkRejected(f"this is no XLSX file: {error}") from error
    found = _SUBJECT.fullmatch(book.properties.subject or "")
    if not found:
        raise CaseworkRejected("this XLSX file is none of an annual report: its subject does not name year and form")
    year, form = int(found[1]), Form(found[2])
    names = {str(cell).replace(".", "_"): cell for cell in cells_of(form)}
    cells: dict[Cell, Number] = {}
    grids = _grids(year, form)
    if len(book.worksheets) != len(grids):
        raise CaseworkRejected(
            f"the XLSX file has {len(book.worksheets)} sheets, and this form has {len(grids)} tables"
        )
    for grid, sheet in zip(grids, book.worksheets, strict=True):
        for row, column, square in placed(grid):
            if square.key:
                _take(cells, names[square.key], sheet.cell(row + TOP + 1, column + 1).value)
    return FiledReport(year, form, cells, None)


def _grids(year: int, form: Form) -> list[Grid]:
    """Where each number stands: as in an empty report."""
    empty = compose_report((), year=year, form=form, statement=Statement(), last=None)
    return [block for block in compose_document(empty, annual_words(), "zh").blocks if isinstance(block, Grid)]


def _take(cells: dict[Cell, Number], cell: Cell, value: Any) -> None:
    """Keep a number; what the bureau never filled in of table II stays open."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(str(value))
        cells[cell] = int(number) if number == number.to_integral_value() else number
    elif cell.table is not Table.DISCLOSURE:
        raise CaseworkRejected(f"{cell} in the XLSX file is no number: {value!r}")
