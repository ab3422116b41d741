"""Tables into items: encodings, dates, classes, formulas and everything else that people get wrong in a spreadsheet."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.catalogue.item import Category, Item, ItemFault, ItemFile, body_of, item_of
from knowledge.catalogue.rows import Column, ItemRow, RowFault, quote, read_date, read_rows, row_of, unquote
from knowledge.catalogue.tables import MOST_ROWS, open_table
from knowledge.errors import KnowledgeRejected
from knowledge.publication import DisclosureClass
from tests.knowledge.a_catalogue import HIDDEN, TODAY, a_revision, an_item

UNITS = {"city-bureau": "city-bureau", "市局（演示）": "city-bureau", "City Bureau": "city-bureau"}
HEADER = ["标题", "成文日期", "类别", "单位", "公开属性", "法律依据", "正文", "文号"]
GOOD = [
    "关于养犬登记的公告",
    "2026-03-02",
    "政策和规范性文件",
    "市局（演示）",
    "主动公开",
    "",
    "正文",
    "示公〔2026〕1号",
]
Row = ItemRow | tuple[RowFault, ...]


def as_csv(*rows: Sequence[str], encoding: str = "utf-8", delimiter: str = ",") -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return io.BytesIO(text.getvalue().encode(encoding))


def as_xlsx(*rows: Sequence[object]) -> io.BytesIO:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(file)
    file.seek(0)
    return file


def read(file: io.BytesIO) -> list[Row]:
    return list(read_rows(open_table("file", file), units=UNITS, today=TODAY))


def with_cells(**cells: str) -> list[str]:
    """A good row but for these cells, named by their place in the header."""
    row = dict(zip(HEADER, GOOD, strict=True)) | cells
    return [row[name] for name in HEADER]


def faults_of(row: Row) -> list[tuple[Column | None, ItemFault]]:
    assert isinstance(row, tuple)
    return [(fault.column, fault.fault) for fault in row]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_in_the_encodings_and_delimiters_of_its_spreadsheets(encoding: str, delimiter: str) -> None:
    (row,) = read(as_csv(HEADER, GOOD, encoding=encoding, delimiter=delimiter))
    assert isinstance(row, ItemRow)
    assert row.row == 2
    assert row.item.title == "关于养犬登记的公告"
    assert (row.item.category, row.item.unit, row.item.dated_on) == (Category.POLICY, "city-bureau", date(2026, 3, 2))


def test_headers_may_be_english_and_in_any_order_and_empty_rows_are_passed_over() -> None:
    rows = read(
        as_csv(
            ["Unit", " Date ", "TITLE", "category", "text"],
            ["City Bureau", "2026/3/2", "T", "policy", "x"],
            [],
            ["", ""],
        )
    )
    assert [type(row) for row in rows] == [ItemRow]


def test_an_xlsx_is_read_with_true_dates_and_numbers() -> None:
    row = ["公告", datetime(2026, 3, 2), "其他", "city-bureau", None, None, 12345, 7.0]  # noqa: DTZ001 - as sheets have it
    (read_row,) = read(as_xlsx(HEADER, row))
    assert isinstance(read_row, ItemRow)
    assert read_row.item.text == "12345"
    assert read_row.item.document_number == "7"
    assert read_row.item.dated_on == date(2026, 3, 2)


def test_a_formula_is_refused_and_never_evaluated() -> None:
    (row,) = read(as_xlsx(HEADER, ["=1+1", "2026-03-02", "其他", "city-bureau", "", "", "正文", ""]))
    assert (Column.TITLE, ItemFault.FORMULA) in faults_of(row)


@pytest.mark.parametrize(
    ("cells", "column", "fault"),
    [
        pytest.param({"标题": " "}, Column.TITLE, ItemFault.TITLE_MISSING, id="no title"),
        pytest.param({"标题": "长" * 201}, Column.TITLE, ItemFault.TITLE_LONG, id="a long title"),
        pytest.param({"成文日期": ""}, Column.DATED_ON, ItemFault.DATE_MISSING, id="no date"),
        pytest.param({"成文日期": "2026-02-30"}, Column.DATED_ON, ItemFault.DATE_UNREADABLE, id="no such day"),
        pytest.param({"成文日期": "02/03/2026"}, Column.DATED_ON, ItemFault.DATE_UNREADABLE, id="another order"),
        pytest.param({"成文日期": "1026-03-02"}, Column.DATED_ON, ItemFault.DATE_EARLY, id="a slip in the year"),
        pytest.param({"成文日期": "2026-11-26"}, Column.DATED_ON, ItemFault.DATE_AHEAD, id="tomorrow"),
        pytest.param({"类别": ""}, Column.CATEGORY, ItemFault.CATEGORY_MISSING, id="no category"),
        pytest.param({"类别": "通知"}, Column.CATEGORY, ItemFault.CATEGORY_UNKNOWN, id="an unknown category"),
        pytest.param({"单位": ""}, Column.UNIT, ItemFault.UNIT_MISSING, id="no unit"),
        pytest.param({"单位": "某局"}, Column.UNIT, ItemFault.UNIT_UNKNOWN, id="an unknown unit"),
        pytest.param({"公开属性": "公开"}, Column.CLASS, ItemFault.CLASS_UNKNOWN, id="an unknown class"),
        pytest.param(
            {"公开属性": "不予公开"}, Column.GROUND, ItemFault.GROUND_MISSING, id="a class without its ground"
        ),
        pytest.param(
            {"法律依据": "第十四条"}, Column.GROUND, ItemFault.GROUND_NEEDLESS, id="a ground for what is open"
        ),
        pytest.param({"正文": ""}, Column.TEXT, ItemFault.CONTENT_MISSING, id="nothing to read"),
        pytest.param({"正文": "长" * 100_001}, Column.TEXT, ItemFault.TEXT_LONG, id="a long text"),
        pytest.param({"文号": "号" * 81}, Column.DOCUMENT_NUMBER, ItemFault.NUMBER_LONG, id="a long number"),
    ],
)
def test_what_is_wrong_is_said_by_row_and_column_and_the_others_are_taken(
    cells: dict[str, str], column: Column, fault: ItemFault
) -> None:
    first, refused, last = read(
        as_csv(HEADER, GOOD, with_cells(**{"文号": "示公〔2026〕2号"} | cells), with_cells(文号="3"))
    )
    assert isinstance(first, ItemRow)
    assert isinstance(last, ItemRow)
    assert (column, fault) in faults_of(refused)
    assert isinstance(refused, tuple)
    assert {one.row for one in refused} == {3}


def test_a_row_with_several_faults_names_them_all() -> None:
    (row,) = read(as_csv(HEADER, with_cells(标题="", 类别="x", 公开属性="y")))
    assert len(faults_of(row)) == 3


def test_of_repeats_the_first_counts_and_is_named() -> None:
    rows = read(as_csv(HEADER, GOOD, with_cells(标题="另一个"), with_cells(文号=""), with_cells(文号="")))
    assert isinstance(rows[0], ItemRow)
    assert faults_of(rows[1]) == [(Column.SLUG, ItemFault.SLUG_TWICE)], "the number makes the slug"
    assert isinstance(rows[2], ItemRow)
    assert isinstance(rows[3], tuple)
    assert rows[3][0].earlier == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"\xff\xfe\x00\x01", "no text|neither UTF-8", id="bytes"),
        pytest.param(b"a,\x00b\n", "no text", id="NUL"),
        pytest.param("标题,日期\n".encode(), "must have the headers", id="columns missing"),
        pytest.param("标题,日期,类别,单位,价格\n".encode(), "'价格' is not known", id="a column too many"),
        pytest.param("标题,日期,类别,单位,名称\n".encode(), "two columns", id="a column twice"),
        pytest.param('标题,日期,类别,单位\n"开着的引号,1\n'.encode(), "quotation mark", id="an open quotation mark"),
        pytest.param(b"\xd0\xcf\x11\xe0old", "old XLS", id="old XLS"),
        pytest.param(b"PK\x03\x04broken", "cannot be read as XLSX", id="half an archive"),
    ],
)
def test_a_table_that_cannot_be_used_says_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(KnowledgeRejected, match=said):
        read(io.BytesIO(content))


def archive(**parts: bytes) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    file.seek(0)
    return file


def test_an_archive_that_unpacks_beyond_all_measure_is_not_unpacked() -> None:
    bomb = archive(xl__workbook_xml=b"<x/>", xl__sharedStrings_xml=b"0" * (40 * 2**20))
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(KnowledgeRejected, match="unpacks to 40 MB"):
        read(bomb)
    with pytest.raises(KnowledgeRejected, match="no XLSX"):
        read(archive(a_xml=b"<x/>"))
    with pytest.raises(KnowledgeRejected, match=r"cannot be read|damaged"):
        read(archive(xl__workbook_xml=b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;"))


def many(count: int) -> Iterator[bytes]:
    yield (",".join(HEADER) + "\r\n").encode()
    for number in range(count):
        yield f"公告{number},2026-03-02,其他,city-bureau,,,{'正文' * 100},号{number}\r\n".encode()


def test_a_hundred_thousand_rows_are_read_in_bounded_memory(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("many") / "many.csv"
    with path.open("wb") as out:
        out.writelines(many(100_000))
    tracemalloc.start()
    with path.open("rb") as file:
        taken = sum(isinstance(row, ItemRow) for row in read_rows(open_table("many", file), units=UNITS, today=TODAY))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken == 100_000
    assert path.stat().st_size > 60 * 10**6
    assert peak < 48 * 2**20, "slugs and numbers are remembered, rows are not"


def test_too_many_rows_are_refused() -> None:
    assert MOST_ROWS > 100_000
    table = as_csv(HEADER, *[with_cells(文号=str(number)) for number in range(4)])
    with pytest.raises(KnowledgeRejected, match="more than 3 rows"):
        list(open_table("file", table, most_rows=3))


def test_a_row_that_is_longer_than_a_table_has_columns_is_refused() -> None:
    (row,) = read(as_csv(HEADER, [*GOOD, *["x"] * 100]))
    assert (None, ItemFault.ROW_LONG) in faults_of(row)


LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
WORDS = LINES.map(lambda text: " ".join(text.split())).filter(bool)
FILES = st.builds(
    ItemFile,
    st.sampled_from(["ab" * 32]),
    WORDS.filter(lambda name: name == name.strip()),
    st.just("application/pdf"),
    st.integers(0, 10**9),
)


@given(
    st.builds(
        Item,
        slug=st.from_regex(r"[a-z0-9]{1,9}(-[a-z0-9]{1,9})?", fullmatch=True),
        title=WORDS,
        category=st.sampled_from(Category),
        unit=st.just("city-bureau"),
        dated_on=st.dates(date(1950, 1, 1), TODAY),
        document_number=st.one_of(st.just(""), WORDS),
        title_en=st.one_of(st.just(""), WORDS),
        text=LINES.map(lambda text: text if text.strip() else "x"),
        text_en=LINES.map(lambda text: text if text.strip() else ""),
        file=st.none() | FILES,
        classification=st.sampled_from([HIDDEN, an_item().classification]),
    )
)
def test_an_exported_item_is_imported_as_the_same_item(item: Item) -> None:
    cells = row_of(item)
    (row,) = read(as_csv([*(column.value for column in cells)], list(cells.values())))
    assert isinstance(row, ItemRow), row
    assert row.item == item
    assert all(cell[:1] not in {"=", "+", "-", "@", "\t", "\r"} for cell in cells.values() if cell)
    assert item_of(a_revision(item)) == item


@pytest.mark.parametrize("cell", ["=1", "'=1", "''=1", "+8613", "-", "@x", "\tx", "'quoted", "", "''", "plain"])
def test_quoting_against_formulas_is_undone_exactly(cell: str) -> None:
    assert unquote(quote(cell)) == cell


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026年3月2日", date(2026, 3, 2)),
        ("2026.3.2", date(2026, 3, 2)),
        ("2026-03-02 00:00:00", date(2026, 3, 2)),
        ("2026年13月1日", None),
        ("46083", None),
        ("三月二日", None),
    ],
)
def test_dates_are_read_as_people_write_them_and_never_guessed(text: str, found: date | None) -> None:
    assert read_date(text) == found


def test_a_body_that_is_no_item_is_refused() -> None:
    revision = a_revision(an_item())
    broken = {**body_of(an_item()), "category": "none"}
    with pytest.raises(KnowledgeRejected, match="is no item"):
        item_of(type(revision)(revision.subject, "a", 1, "t", "u", broken, revision.standing))
    assert DisclosureClass.PROACTIVE is an_item().classification.disclosure
