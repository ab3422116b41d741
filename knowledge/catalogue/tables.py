"""Tables that people bring: CSV in the encodings of their spreadsheets, and XLSX. Rows come one at a time, bounded.

Nothing is ever computed: a cell with a formula is reported, not trusted for the value that it was last saved with.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from knowledge.catalogue.table_faults import TableFault, TableRefused
from knowledge.errors import KnowledgeRejected

MOST_ROWS = 200_000
LARGEST_FILE = 256 * 2**20
LARGEST_UNPACKED = 256 * 2**20
"""Octets that an XLSX may unpack to; an honest one of 200,000 rows stays below."""
MOST_CELLS = 64
LONGEST_CELL = 120_000
_LONGEST_RATIO = 200
"""How many times smaller than its content a part of an XLSX may be; XML of tables packs 10 to 50 times."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table."""

    number: int
    """As spreadsheets count: the header is row 1, and a cell with line breaks is in one row."""
    cells: tuple[str, ...]
    formulas: tuple[int, ...] = ()
    """Places of cells that hold a formula."""
    is_cut: bool = False
    """Whether the row had more cells, or a longer one, than is read."""


def open_table(name: str, file: IO[bytes], *, most_rows: int = MOST_ROWS) -> Iterator[TableRow]:
    """The rows of a CSV or XLSX by the look of its bytes; KnowledgeRejected, also while reading, says what to mend."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size == 0:
        raise TableRefused(TableFault.EMPTY, f"{name} is empty: choose another file")
    if size > LARGEST_FILE:
        raise TableRefused(
            TableFault.TOO_LARGE,
            f"{name} is larger than {LARGEST_FILE // 2**20} MB: divide it",
            most=LARGEST_FILE // 2**20,
        )
    start = file.read(4)
    file.seek(0)
    if start == b"PK\x03\x04":
        return _bounded(name, _xlsx_rows(name, file), most_rows)
    if start == b"\xd0\xcf\x11\xe0":
        raise TableRefused(
            TableFault.OLD_XLS, f"{name} is an old XLS or is locked with a password: save it as XLSX or CSV"
        )
    return _bounded(name, _csv_rows(name, file), most_rows)


def _bounded(name: str, rows: Iterator[TableRow], most_rows: int) -> Iterator[TableRow]:
    for row in rows:
        if row.number > most_rows + 1:
            raise TableRefused(
                TableFault.TOO_MANY_ROWS, f"{name} has more than {most_rows} rows: divide it", most=most_rows
            )
        yield row


def _csv_rows(name: str, file: IO[bytes]) -> Iterator[TableRow]:
    encoding = _encoding_of(name, file)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    csv.field_size_limit(LARGEST_FILE)
    number = 0
    try:
        start = text.read(8192)
        text.seek(0)
        delimiter = max(",;\t", key=start.split("\n", 1)[0].count)
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter, strict=True), 1):
            yield _row(number, cells)
    except csv.Error as error:
        raise TableRefused(
            TableFault.BROKEN_CSV, f"{name} is no CSV: {error}; a quotation mark may be left open", row=number + 1
        ) from error
    finally:
        text.detach()


def _encoding_of(name: str, file: IO[bytes]) -> str:
    """UTF-8 when all of it is, else GB 18030 when all of it is; read in pieces."""
    for encoding in ("utf-8-sig", "gb18030"):
        file.seek(0)
        text = io.TextIOWrapper(file, encoding=encoding, newline="")
        try:
            while piece := text.read(2**20):
                if "\x00" in piece:
                    raise TableRefused(TableFault.NO_TEXT, f"{name} is no text: save it as CSV (UTF-8) or XLSX")
        except UnicodeDecodeError:
            continue
        finally:
            text.detach()
            file.seek(0)
        return encoding
    raise TableRefused(TableFault.NO_TEXT, f"{name} is neither UTF-8 nor GB 18030: save it as CSV (UTF-8) or XLSX")


def _row(number: int, cells: list[str], formulas: tuple[int, ...] = ()) -> TableRow:
    is_cut = len(cells) > MOST_CELLS or any(len(cell) > LONGEST_CELL for cell in cells)
    return TableRow(number, tuple(cell[:LONGEST_CELL] for cell in cells[:MOST_CELLS]), formulas, is_cut)


def _xlsx_rows(name: str, file: IO[bytes]) -> Iterator[TableRow]:
    _require_harmless(name, file)
    import openpyxl  # noqa: PLC0415 - 20 MB, wanted by those alone who bring an XLSX

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except Exception as error:
        raise TableRefused(
            TableFault.UNREADABLE_XLSX, f"{name} cannot be read as XLSX: save it again, or as CSV"
        ) from error
    number = 0
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size is not believed
        for number, cells in enumerate(sheet.iter_rows(max_col=MOST_CELLS + 1), 1):
            formulas = tuple(place for place, cell in enumerate(cells) if cell.data_type == "f")
            yield _row(number, _without_tail([_as_text(cell.value) for cell in cells]), formulas)
    except KnowledgeRejected:
        raise
    except Exception as error:
        raise TableRefused(
            TableFault.DAMAGED, f"{name} is damaged after row {number}: save it again", row=number
        ) from error
    finally:
        book.close()


def _without_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _require_harmless(name: str, file: IO[bytes]) -> None:
    """KnowledgeRejected for an archive that would unpack beyond all measure, or that holds what no table needs."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise TableRefused(
            TableFault.UNREADABLE_XLSX, f"{name} cannot be read as XLSX: save it again, or as CSV"
        ) from error
    finally:
        file.seek(0)
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if unpacked > LARGEST_UNPACKED or (unpacked > 8 * 2**20 and unpacked > _LONGEST_RATIO * packed):
        raise TableRefused(
            TableFault.UNPACKS_TOO_FAR,
            f"{name} unpacks to {unpacked // 2**20} MB, more than a table needs: save it as CSV",
            found=unpacked // 2**20,
        )
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise TableRefused(TableFault.UNREADABLE_XLSX, f"{name} is an archive, but no XLSX: save it as XLSX or CSV")
