"""Rows of a table to items and back: the headers in Chinese or English, and everything that can be wrong in a cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from knowledge.catalogue.item import (
    EARLIEST,
    LONGEST_NUMBER,
    LONGEST_TEXT,
    LONGEST_TITLE,
    SHA256,
    Category,
    Item,
    ItemFault,
    ItemFile,
    derive_slug,
    is_slug,
)
from knowledge.catalogue.table_faults import TableFault, TableRefused
from knowledge.catalogue.tables import TableRow
from knowledge.publication import Classification, DisclosureClass


class Column(StrEnum):
    """What a column holds; the value is its header in English."""

    SLUG = "slug"
    TITLE = "title"
    TITLE_EN = "title_en"
    DOCUMENT_NUMBER = "document_number"
    DATED_ON = "date"
    CATEGORY = "category"
    UNIT = "unit"
    CLASS = "class"
    GROUND = "ground"
    TEXT = "text"
    TEXT_EN = "text_en"
    FILE_NAME = "file_name"
    FILE_TYPE = "file_type"
    FILE_SIZE = "file_size"
    FILE_SHA256 = "file_sha256"


FILE_COLUMNS = (Column.FILE_NAME, Column.FILE_TYPE, Column.FILE_SIZE, Column.FILE_SHA256)
HEADERS: Mapping[Column, tuple[str, ...]] = {
    Column.SLUG: ("标识", "slug", "id"),
    Column.TITLE: ("标题", "名称", "信息名称", "title"),
    Column.TITLE_EN: ("英文标题", "title_en", "title (en)", "english title"),
    Column.DOCUMENT_NUMBER: ("文号", "发文字号", "document_number", "document number", "number"),
    Column.DATED_ON: ("日期", "成文日期", "date", "dated_on"),
    Column.CATEGORY: ("类别", "信息类别", "category"),
    Column.UNIT: ("单位", "责任单位", "unit"),
    Column.CLASS: ("公开属性", "公开方式", "class"),
    Column.GROUND: ("法律依据", "不予公开依据", "ground"),
    Column.TEXT: ("正文", "内容", "text"),
    Column.TEXT_EN: ("英文正文", "text_en", "text (en)", "english text"),
    Column.FILE_NAME: ("文件名", "file_name"),
    Column.FILE_TYPE: ("文件类型", "file_type"),
    Column.FILE_SIZE: ("文件大小", "file_size"),
    Column.FILE_SHA256: ("文件摘要", "file_sha256"),
}
"""Headers under which a column is known; exports in Chinese use the first."""
REQUIRED = (Column.TITLE, Column.DATED_ON, Column.CATEGORY, Column.UNIT)

CATEGORIES: Mapping[str, Category] = {
    "机构职能": Category.INSTITUTION,
    "政策和规范性文件": Category.POLICY,
    "政策文件": Category.POLICY,
    "规范性文件": Category.POLICY,
    "规划": Category.PLANNING,
    "规划计划": Category.PLANNING,
    "行政许可": Category.LICENSING,
    "其他": Category.OTHER,
    **{category.value: category for category in Category},
}
CLASSES: Mapping[str, DisclosureClass] = {
    "主动公开": DisclosureClass.PROACTIVE,
    "依申请公开": DisclosureClass.ON_APPLICATION,
    "不予公开": DisclosureClass.NOT_DISCLOSED,
    **{one.value: one for one in DisclosureClass},
}
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]0?0:00(?::00)?)?")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_QUOTED_FORMULA = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row was refused."""

    row: int
    """Its number in the file, the header being the first."""
    column: Column | None
    fault: ItemFault
    found: str = ""
    """What the cell says, cut short; or what it clashes with."""
    earlier: int | None = None
    """The row that it repeats."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A row that can be taken."""

    row: int
    item: Item


def columns_of(header: Iterable[str]) -> dict[int, Column]:
    """Which column stands where; KnowledgeRejected names what is missing, twice there, or known to nobody."""
    known = {name: column for column, names in HEADERS.items() for name in names}
    places: dict[int, Column] = {}
    for place, text in enumerate(header):
        name = " ".join(text.strip().casefold().split())
        if not name:
            continue
        column = known.get(name)
        if column is None:
            message = f"the header {text.strip()[:40]!r} is not known; known are {_named(HEADERS)}"
            raise TableRefused(TableFault.HEADER_UNKNOWN, message, found=text.strip()[:40], columns=_named(HEADERS))
        if column in places.values():
            message = f"two columns are headed {text.strip()[:40]!r}: keep one of them"
            raise TableRefused(TableFault.HEADER_TWICE, message, found=text.strip()[:40])
        places[place] = column
    if missing := _named(column for column in REQUIRED if column not in places.values()):
        message = f"the first row must have the headers {missing}, and has not"
        raise TableRefused(TableFault.HEADER_MISSING, message, columns=missing)
    return places


def _named(columns: Iterable[Column]) -> str:
    """Columns by the headers of both languages, as tables may have either."""
    return ", ".join(f"{HEADERS[column][0]} / {column.value}" for column in columns)


def read_rows(
    rows: Iterator[TableRow], *, units: Mapping[str, str], today: date
) -> Iterator[ItemRow | tuple[RowFault, ...]]:
    """An item or the faults of each row below the header.

    `units` gives the slug for each name and slug of a unit. Of rows that repeat a slug or a document number the first
    counts. What is remembered of a row is its slug and number alone. KnowledgeRejected when the header cannot be used.
    """
    header = next(rows, None)
    if header is None:
        raise TableRefused(TableFault.EMPTY, "the table is empty: its first row names the columns")
    places = columns_of(header.cells)
    slugs: dict[str, int] = {}
    numbers: dict[str, int] = {}
    for row in rows:
        if not any(cell.strip() for cell in row.cells):
            continue
        cells = {column: unquote(row.cells[place]) for place, column in places.items() if place < len(row.cells)}
        reading = _RowReading(row.number, cells, units, today)
        found = reading.read(row, places)
        if found is None:
            yield tuple(reading.faults)
        elif twice := _repeats(found, row.number, slugs, numbers):
            yield (twice,)
        else:
            yield ItemRow(row.number, found)


def read_cells(cells: Mapping[Column, str], *, units: Mapping[str, str], today: date) -> Item | tuple[RowFault, ...]:
    """The item that a form describes, or everything that is wrong with it."""
    reading = _RowReading(1, cells, units, today)
    return reading.read(TableRow(1, ()), {}) or tuple(reading.faults)


def row_of(item: Item) -> dict[Column, str]:
    """An item as cells that `read_rows` turns into the same item; none of them can be taken for a formula."""
    cells = {
        Column.SLUG: item.slug,
        Column.TITLE: item.title,
        Column.TITLE_EN: item.title_en,
        Column.DOCUMENT_NUMBER: item.document_number,
        Column.DATED_ON: item.dated_on.isoformat(),
        Column.CATEGORY: next(name for name, category in CATEGORIES.items() if category is item.category),
        Column.UNIT: item.unit,
        Column.CLASS: next(name for name, one in CLASSES.items() if one is item.classification.disclosure),
        Column.GROUND: item.classification.ground,
        Column.TEXT: item.text,
        Column.TEXT_EN: item.text_en,
        **file_cells(item.file),
    }
    return {column: quote(cell) for column, cell in cells.items()}


def file_cells(file: ItemFile | None) -> dict[Column, str]:
    """A file as the four cells that tell of it."""
    said = (file.name, file.content_type, str(file.size), file.sha256) if file else ("",) * len(FILE_COLUMNS)
    return dict(zip(FILE_COLUMNS, said, strict=True))


def quote(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `unquote` gives the cell back, whatever it was."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unquote(cell: str) -> str:
    """The cell that `quote` was given."""
    return cell[1:] if _QUOTED_FORMULA.match(cell) else cell


def read_date(text: str) -> date | None:
    """A date as people write it: 2026-11-25, 2026/11/25, 2026.11.25 or 2026年11月25日; None for anything else."""
    found = _DATE.fullmatch(text.strip())
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _repeats(item: Item, row: int, slugs: dict[str, int], numbers: dict[str, int]) -> RowFault | None:
    earlier = slugs.setdefault(item.slug, row)
    if earlier != row:
        return RowFault(row, Column.SLUG, ItemFault.SLUG_TWICE, item.slug, earlier)
    if item.document_number:
        earlier = numbers.setdefault(item.document_number, row)
        if earlier != row:
            return RowFault(row, Column.DOCUMENT_NUMBER, ItemFault.NUMBER_TWICE, item.document_number, earlier)
    return None


class _RowReading:
    """One row being read: its cells, and the faults found so far."""

    def __init__(self, number: int, cells: Mapping[Column, str], units: Mapping[str, str], today: date) -> None:
        self._number = number
        self._cells = cells
        self._units = units
        self._today = today
        self.faults: list[RowFault] = []

    def read(self, row: TableRow, places: Mapping[int, Column]) -> Item | None:
        """The item; None when there is any fault."""
        for place in row.formulas:
            self._fault(places.get(place), ItemFault.FORMULA)
        if row.is_cut:
            self._fault(None, ItemFault.ROW_LONG)
        title = self._short(Column.TITLE, LONGEST_TITLE, ItemFault.TITLE_LONG)
        if not title:
            self._fault(Column.TITLE, ItemFault.TITLE_MISSING)
        title_en = self._short(Column.TITLE_EN, LONGEST_TITLE, ItemFault.TITLE_LONG)
        number = self._short(Column.DOCUMENT_NUMBER, LONGEST_NUMBER, ItemFault.NUMBER_LONG)
        dated_on, unit = self._date(), self._unit()
        category = self._one_of(Column.CATEGORY, CATEGORIES, ItemFault.CATEGORY_UNKNOWN, ItemFault.CATEGORY_MISSING)
        classification, file = self._classification(), self._file()
        text, text_en = (self._text(column) for column in (Column.TEXT, Column.TEXT_EN))
        if classification and classification.disclosure is DisclosureClass.PROACTIVE and not (text or file):
            self._fault(Column.TEXT, ItemFault.CONTENT_MISSING)
        slug = self._slug() or (derive_slug(title, dated_on, number) if dated_on else "")
        if self.faults or not (dated_on and category and classification):
            return None
        return Item(slug, title, category, unit, dated_on, number, title_en, text, text_en, file, classification)

    def _fault(self, column: Column | None, fault: ItemFault) -> None:
        found = self._cells.get(column, "") if column else ""
        self.faults.append(RowFault(self._number, column, fault, found.strip()[:40]))

    def _cell(self, column: Column) -> str:
        return self._cells.get(column, "").strip()

    def _short(self, column: Column, longest: int, fault: ItemFault) -> str:
        text = " ".join(self._cell(column).split())
        if len(text) > longest:
            self._fault(column, fault)
        return text

    def _text(self, column: Column) -> str:
        text = self._cells.get(column, "")
        if len(text) > LONGEST_TEXT:
            self._fault(column, ItemFault.TEXT_LONG)
        return text if text.strip() else ""

    def _slug(self) -> str:
        slug = self._cell(Column.SLUG)
        if slug and not is_slug(slug):
            self._fault(Column.SLUG, ItemFault.SLUG_UNREADABLE)
        return slug

    def _date(self) -> date | None:
        text = self._cell(Column.DATED_ON)
        found = read_date(text)
        if not text:
            self._fault(Column.DATED_ON, ItemFault.DATE_MISSING)
        elif found is None:
            self._fault(Column.DATED_ON, ItemFault.DATE_UNREADABLE)
        elif found < EARLIEST:
            self._fault(Column.DATED_ON, ItemFault.DATE_EARLY)
        elif found > self._today:
            self._fault(Column.DATED_ON, ItemFault.DATE_AHEAD)
        return found

    def _unit(self) -> str:
        text = self._cell(Column.UNIT)
        if not text:
            self._fault(Column.UNIT, ItemFault.UNIT_MISSING)
        elif text not in self._units:
            self._fault(Column.UNIT, ItemFault.UNIT_UNKNOWN)
        return self._units.get(text, "")

    def _one_of(
        self, column: Column, known: Mapping[str, Category], unknown: ItemFault, missing: ItemFault
    ) -> Category | None:
        text = self._cell(column)
        if text not in known:
            self._fault(column, unknown if text else missing)
        return known.get(text)

    def _classification(self) -> Classification | None:
        text, ground = self._cell(Column.CLASS), self._cell(Column.GROUND)
        disclosure = CLASSES.get(text) if text else DisclosureClass.PROACTIVE
        if disclosure is None:
            self._fault(Column.CLASS, ItemFault.CLASS_UNKNOWN)
            return None
        if disclosure is not DisclosureClass.PROACTIVE and not ground:
            self._fault(Column.GROUND, ItemFault.GROUND_MISSING)
            return None
        if disclosure is DisclosureClass.PROACTIVE and ground:
            self._fault(Column.GROUND, ItemFault.GROUND_NEEDLESS)
        return Classification(disclosure, ground)

    def _file(self) -> ItemFile | None:
        sha256, size = self._cell(Column.FILE_SHA256), self._cell(Column.FILE_SIZE)
        name = self._cell(Column.FILE_NAME)
        if not sha256 and not name:
            return None
        if not SHA256.fullmatch(sha256) or not re.fullmatch(r"\d{1,12}", size) or not name:
            self._fault(Column.FILE_SHA256, ItemFault.FILE_UNREADABLE)
            return None
        return ItemFile(sha256, name, self._cell(Column.FILE_TYPE) or "application/octet-stream", int(size))


def unit_names(units: Collection[tuple[str, str, str]]) -> dict[str, str]:
    """The slug for each slug, Chinese and English name of the units."""
    return {name: slug for slug, zh, en in units for name in (slug, zh, en)}
