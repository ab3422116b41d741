"""A paper as DOCX, by way of a template that a bureau may take out, reword in Word, and hand in again.

In a template each free text is a tag `{{ text.KEY }}`, each number `{{ number.KEY }}` and each chart `{{ chart.KEY }}`;
all else is wording, and the bureau's own.
"""

from __future__ import annotations

import io
import re
from types import SimpleNamespace
from zipfile import BadZipFile

import docx
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as WordParagraph
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from casework.errors import CaseworkRejected
from casework.papers.document import Block, Chart, Document, Grid, Head, Heading, Paragraph, Square, placed
from casework.papers.typesetting import picture_of

_BODY, _TITLE = "仿宋", "黑体"
_WIDTH = Cm(17)
_FIELDS = {"{page}": "PAGE", "{pages}": "NUMPAGES"}


def compose_word_template(document: Document) -> bytes:
    """The template of a paper: its wording, with tags where its texts, numbers and charts go."""
    file = docx.Document()
    _set_page(file)
    title = file.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _say(title, "{{ text.title }}", size=18, font=_TITLE)
    for number in range(1, len(document.subtitles) + 1):
        paragraph = file.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _say(paragraph, f"{{{{ text.subtitle_{number} }}}}", size=9)
    for block in document.blocks:
        _add_block(file, block)
    _number_pages(file, document.footer)
    return _saved(file)


def fill_word_template(template: bytes, document: Document) -> bytes:
    """The DOCX of a paper; CaseworkRejected names a tag of the template that the paper has nothing for."""
    word = DocxTemplate(io.BytesIO(template))
    squares = [square for block in document.blocks if isinstance(block, Grid) for row in block.rows for square in row]
    texts = {block.key: block.text for block in document.blocks if isinstance(block, Paragraph) and block.key}
    texts |= {"title": document.title}
    texts |= {f"subtitle_{number}": line for number, line in enumerate(document.subtitles, 1)}
    charts = {
        block.key: InlineImage(word, io.BytesIO(picture_of(block.svg)), width=Cm(14))
        for block in document.blocks
        if isinstance(block, Chart)
    }
    # Namespaces, for in a template `text.items` of a mapping would be its method.
    content = {
        "text": SimpleNamespace(**texts),
        "number": SimpleNamespace(**{square.key: square.text for square in squares if square.key}),
        "chart": SimpleNamespace(**charts),
    }
    try:
        # A template comes from people, so it may read what it is given and nothing else.
        word.render(content, SandboxedEnvironment(undefined=StrictUndefined, autoescape=True), autoescape=True)
    except (TemplateError, BadZipFile, KeyError, ValueError) as error:
        raise CaseworkRejected(f"the DOCX template: {error}") from error
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def _set_page(file: WordFile) -> None:
    section = file.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2.2)


def _number_pages(file: WordFile, footer: str) -> None:
    """The footer, with fields that Word fills where it says `{page}` and `{pages}`."""
    paragraph = file.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in re.split(r"(\{pages?\})", footer):
        if part in _FIELDS:
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), _FIELDS[part])
            paragraph._p.append(field)  # noqa: SLF001 - python-docx has no call for a field
        else:
            _say(paragraph, part, size=9)


def _add_block(file: WordFile, block: Block) -> None:
    match block:
        case Heading(text=text, level=level):
            heading = file.add_heading(level=level)
            _say(heading, text, size=15 if level == 1 else 12, font=_TITLE)
        case Paragraph(text=text, key=key):
            paragraph = file.add_paragraph()
            paragraph.paragraph_format.first_line_indent = Pt(24)
            _say(paragraph, f"{{{{ text.{key} }}}}" if key else text, size=12)
        case Chart(key=key):
            paragraph = file.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.add_run(f"{{{{ chart.{key} }}}}")
        case Grid():
            _add_grid(file, block)


def _add_grid(file: WordFile, grid: Grid) -> None:
    caption = file.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _say(caption, grid.caption, size=11, font=_TITLE)
    table = file.add_table(len(grid.rows), len(grid.widths), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    size = 7 if len(grid.widths) > 12 else 8.5 if len(grid.widths) > 6 else 10.5
    cells = [list(row.cells) for row in table.rows]
    for number, width in enumerate(grid.widths):
        share = Emu(int(_WIDTH * width / sum(grid.widths)))
        table.columns[number].width = share
        for places in cells:
            places[number].width = share  # Word goes by these, and LibreOffice by that of the column
    for row, column, square in placed(grid):
        place = cells[row][column]
        if (square.across, square.down) != (1, 1):
            place = place.merge(cells[row + square.down - 1][column + square.across - 1])
        _fill_cell(place, square, size)
    for row in range(grid.head_rows):
        _repeat(table, row)


def _fill_cell(place: _Cell, square: Square, size: float) -> None:
    paragraph = place.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if square.head is Head.ROW else WD_ALIGN_PARAGRAPH.CENTER
    _say(paragraph, f"{{{{ number.{square.key} }}}}" if square.key else square.text, size=size)
    if square.head is not None:
        _shade(place)


def _shade(place: _Cell) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), "EEF2F5")
    place._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - nor for a shade


def _repeat(table: Table, row: int) -> None:
    """Show a heading row again on each page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[row]._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - nor for this


def _say(paragraph: WordParagraph, text: str, *, size: float, font: str = _BODY) -> None:
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.font.name = "Times New Roman"
    run.font.color.rgb = RGBColor(0x1C, 0x27, 0x33)
    run.font.bold = font == _TITLE
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001 - nor for this


def _saved(file: WordFile) -> bytes:
    saved = io.BytesIO()
    file.save(saved)
    return saved.getvalue()
