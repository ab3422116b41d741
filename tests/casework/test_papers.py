"""The files of the annual report: each says the same numbers, and nothing that a person wrote is markup."""

from __future__ import annotations

import io
import re
from random import Random

import docx
import openpyxl
import pytest
from lxml import html

from casework.annual.findings import Cell, Number, Table
from casework.annual.forms import Form, cells_of
from casework.annual.naming import annual_words
from casework.annual.report import AnnualReport, compose_report
from casework.annual.statement import Statement
from casework.bureau import Words
from casework.errors import CaseworkRejected
from casework.papers.annual_document import compose_document
from casework.papers.annual_files import annual_files, staff_links
from casework.papers.document import Chart, Document, Grid, Paragraph, placed
from casework.papers.pages import compose_page
from casework.papers.printing import picture_document, print_document
from casework.papers.sheets import TOP, compose_sheets, sheet_name
from casework.papers.typesetting import CHINESE_FONTS, fonts_among
from casework.papers.word_files import compose_word_template, fill_word_template
from casework.party import LANGUAGES
from tests.casework.annual_ledgers import YEAR, a_ledger

NASTY = '#panic("typst") <script>alert(1)</script> {{ 7 * 7 }} =1+1 & “引号”'
BUREAU = Words("示例市公安局", "Example Bureau")
FORMS = list(Form)
LINK = staff_links("https://gaj.example/", year=YEAR, form=Form.OF_2021)


def a_report(form: Form = Form.OF_2021) -> AnnualReport:
    ledger = a_ledger(Random(11), 900)
    figures: dict[Cell, Number] = {
        cell: place for place, cell in enumerate(cells_of(form)) if cell.table is Table.DISCLOSURE
    }
    chapters = {"problems": Words(NASTY, NASTY)}
    statement = Statement(BUREAU, chapters, figures)
    return compose_report(ledger.entries, year=YEAR, form=form, statement=statement, last=None)


def a_document(form: Form = Form.OF_2021) -> Document:
    return compose_document(a_report(form), annual_words(), "zh", link=LINK)


def grids(document: Document) -> list[Grid]:
    return [block for block in document.blocks if isinstance(block, Grid)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_table_is_a_whole_rectangle_that_holds_every_number_of_the_form_once(form: Form, language: str) -> None:
    report = a_report(form)
    document = compose_document(report, annual_words(), "zh" if language == "zh" else "en")
    keys = []
    for grid in grids(document):
        covered = [
            (row + down, column + across)
            for row, column, square in placed(grid)
            for down in range(square.down)
            for across in range(square.across)
        ]
        assert sorted(covered) == [(row, column) for row in range(len(grid.rows)) for column in range(len(grid.widths))]
        keys += [square.key for row in grid.rows for square in row if square.key]
    assert sorted(keys) == sorted(str(cell).replace(".", "_") for cell in cells_of(form))


@pytest.mark.parametrize("form", FORMS)
def test_the_sheets_hold_numbers_as_numbers_and_no_formula(form: Form) -> None:
    report = a_report(form)
    document = compose_document(report, annual_words(), "zh")
    book = openpyxl.load_workbook(io.BytesIO(compose_sheets(document)))
    found: dict[str, object] = {}
    for grid in grids(document):
        for row, column, square in placed(grid):
            value = book[sheet_name(grid)].cell(row + TOP + 1, column + 1).value
            assert not str(value).startswith("=")
            if square.key:
                found[square.key] = value
    assert found == {str(cell).replace(".", "_"): float(number) for cell, number in report.cells.items()}


def test_the_page_links_each_number_to_its_cases_and_says_which_it_is() -> None:
    page = compose_page(a_document(), chart_file=lambda key: f"{key}.svg")
    tree = html.document_fromstring(page)
    links = tree.xpath("//table[@id='applications']//td/a")
    assert len(links) == 175
    assert links[0].get("href") == (
        "https://gaj.example/staff/figures/cases?year=2025&form=2021&cell=applications.received.natural_person"
    )
    assert "本年新收政府信息公开申请数量" in links[0].get("aria-label")
    assert tree.xpath("count(//table[@id='disclosure']//a)") == 0
    assert all(table.find("caption") is not None for table in tree.iter("table"))
    assert all(head.get("scope") for head in tree.iter("th"))
    assert [image.get("src") for image in tree.iter("img")] == ["results.svg", "applicants.svg"]
    assert all(image.get("alt") for image in tree.iter("img"))


def test_what_a_person_wrote_stays_text_on_the_page_in_the_pdf_and_in_the_docx() -> None:
    document = a_document()
    tree = html.document_fromstring(compose_page(document, chart_file=str))
    assert list(tree.iter("script")) == []
    assert NASTY in tree.text_content()
    assert print_document(document).startswith(b"%PDF-")
    filled = docx.Document(io.BytesIO(fill_word_template(compose_word_template(document), document)))
    assert NASTY in [paragraph.text for paragraph in filled.paragraphs]


def test_what_nobody_has_written_is_a_visible_gap() -> None:
    document = a_document()
    gaps = [block for block in document.blocks if isinstance(block, Paragraph) and block.is_gap]
    assert len(gaps) == 6
    tree = html.document_fromstring(compose_page(document, chart_file=str))
    assert [gap.text_content() for gap in tree.find_class("gap")] == [block.text for block in gaps]


@pytest.mark.parametrize("form", FORMS)
def test_the_docx_says_every_number_of_the_form(form: Form) -> None:
    document = a_document(form)
    filled = docx.Document(io.BytesIO(fill_word_template(compose_word_template(document), document)))
    for grid, table in zip(grids(document), filled.tables, strict=True):
        cells = [list(row.cells) for row in table.rows]
        for row, column, square in placed(grid):
            assert cells[row][column].text == square.text
    said = [paragraph.text for paragraph in filled.paragraphs]
    assert all(block.text in said for block in document.blocks if isinstance(block, Paragraph))
    assert re.findall(r'w:instr="(\w+)"', filled.sections[0].footer._element.xml) == ["PAGE", "NUMPAGES"]
    assert len(filled.inline_shapes) == sum(1 for block in document.blocks if isinstance(block, Chart))


def test_a_bureau_rewords_its_template() -> None:
    document = a_document()
    template = docx.Document(io.BytesIO(compose_word_template(document)))
    heading = next(paragraph for paragraph in template.paragraphs if paragraph.text == "五、存在的主要问题及改进情况")
    heading.runs[0].text = "五、问题与打算"
    reworded = io.BytesIO()
    template.save(reworded)

    filled = docx.Document(io.BytesIO(fill_word_template(reworded.getvalue(), document)))

    said = [paragraph.text for paragraph in filled.paragraphs]
    assert "五、问题与打算" in said
    assert document.title in said


@pytest.mark.parametrize("tag", ["{{ text.unheard_of }}", "{{ text.", "{{ text.__class__.__mro__ }}"])
def test_a_template_with_a_tag_that_means_nothing_is_refused(tag: str) -> None:
    document = a_document()
    template = docx.Document()
    template.add_paragraph(tag)
    spoilt = io.BytesIO()
    template.save(spoilt)
    with pytest.raises(CaseworkRejected, match="DOCX template"):
        fill_word_template(spoilt.getvalue(), document)


def test_a_file_that_is_no_docx_is_refused_as_a_template() -> None:
    with pytest.raises(CaseworkRejected, match="DOCX template"):
        fill_word_template(b"PK no", a_document())


@pytest.mark.parametrize("form", [Form.OF_2021, Form.OF_2019])
def test_the_pdf_is_of_three_pages_or_four_with_no_table_cut(form: Form) -> None:
    assert 3 <= len(picture_document(a_document(form))) <= 4


def test_equal_reports_make_equal_charts_pages_and_numbers() -> None:
    one, other = (annual_files(a_report(), annual_words()) for _ in range(2))
    assert list(one) == list(other)
    same = [name for name in one if name.rpartition(".")[2] in {"svg", "html", "json"}]
    assert len(same) == 7
    assert all(one[name] == other[name] for name in same)


def test_only_fonts_with_chinese_glyphs_are_taken_the_best_first() -> None:
    assert fonts_among(["Courier", "SimSun", CHINESE_FONTS[0]]) == (CHINESE_FONTS[0], "SimSun")
    assert fonts_among(["Courier"]) == ()
