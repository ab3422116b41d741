"""A letter as DOCX: built here, or poured into a template that a bureau made in Word.

Tags of a template: `{{ bureau }}`, `{{ title }}`, `{{ number }}`, `{{ salutation }}`, `{{ words }}`, `{{ contact }}`,
`{{ signature }}`, `{{ dated }}`, `{{ address }}`; `{%p for line in lines %}` goes through the paragraphs.
"""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import docx
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate, Listing
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from casework.errors import CaseworkRejected
from casework.letters import LetterForm, Letterhead, LetterText

_BODY, _TITLE = "仿宋", "黑体"
_RED, _BLACK = RGBColor(0xC8, 0x10, 0x2E), RGBColor(0, 0, 0)
_PAGES = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
_LONGEST_TEMPLATE = 5_000_000


def write_letter(text: LetterText, letterhead: Letterhead) -> bytes:
    """The DOCX in the product's own layout."""
    file = docx.Document()
    _set_page(file)
    _centred(file, letterhead.bureau, size=26, font=_TITLE, colour=_RED)
    _underline_in_red(file.paragraphs[-1])
    _centred(file, text.title, size=18, font=_TITLE)
    if text.number:
        _right(file, text.number, size=12)
    _say(file.add_paragraph(), text.salutation, size=_size(text))
    for line in text.words.split("\n"):
        _say(_indented(file, text), line, size=_size(text))
    if text.contact:
        _say(_indented(file, text), text.contact, size=_size(text) - 2)
    for line in (text.signature, text.dated):
        _right(file, line, size=_size(text))
    _right(file, letterhead.seal, size=9)
    if text.form is not None:
        _add_form(file, text.form, text.number)
    _set_footer(file, letterhead)
    _set_dates(file, text.on)
    saved = io.BytesIO()
    file.save(saved)
    return _dated(saved, text.on)


def fill_letter_template(template: bytes, text: LetterText, letterhead: Letterhead) -> bytes:
    """The DOCX in a bureau's template; CaseworkRejected says what is wrong with it."""
    if len(template) > _LONGEST_TEMPLATE:
        raise CaseworkRejected(f"the template has {len(template)} bytes; at most {_LONGEST_TEMPLATE} are read")
    content = {
        "bureau": letterhead.bureau,
        "address": letterhead.address,
        "title": text.title,
        "number": text.number,
        "salutation": text.salutation,
        "words": Listing(text.words),
        "lines": text.words.split("\n"),
        "contact": text.contact,
        "signature": text.signature,
        "dated": text.dated,
    }
    try:
        word = DocxTemplate(io.BytesIO(template))
        # A template comes from people, so it may read what it is given and nothing else.
        word.render(content, SandboxedEnvironment(undefined=StrictUndefined, autoescape=True), autoescape=True)
        _set_dates(word.docx, text.on)
        filled = io.BytesIO()
        word.save(filled)
    except (TemplateError, BadZipFile, PackageNotFoundError, KeyError, ValueError, TypeError) as error:
        raise CaseworkRejected(f"the DOCX template of letters: {error}") from error
    return _dated(filled, text.on)


def _set_page(file: WordFile) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.8)


def _size(text: LetterText) -> int:
    return 15 if text.language == "zh" else 12


def _indented(file: WordFile, text: LetterText) -> Paragraph:
    paragraph = file.add_paragraph()
    if text.language == "zh":
        paragraph.paragraph_format.first_line_indent = Pt(2 * _size(text))
    return paragraph


def _centred(file: WordFile, text: str, *, size: int, font: str, colour: RGBColor = _BLACK) -> None:
    paragraph = file.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _say(paragraph, text, size=size, font=font, colour=colour)


def _right(file: WordFile, text: str, *, size: int) -> None:
    paragraph = file.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.paragraph_format.keep_together = True
    _say(paragraph, text, size=size)


def _underline_in_red(paragraph: Paragraph) -> None:
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", "C8102E")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001 - python-docx has no call for a border


def _add_form(file: WordFile, form: LetterForm, number: str) -> None:
    file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    _centred(file, form.title, size=18, font=_TITLE)
    if number:
        _right(file, number, size=12)
    table = file.add_table(len(form.rows), 2, style="Table Grid")
    table.autofit = False
    for row, (label, beside) in zip(table.rows, form.rows, strict=True):
        row.cells[0].width, row.cells[1].width = Cm(4), Cm(11.6)
        row.height = Cm(1.2)
        _say(row.cells[0].paragraphs[0], label, size=12)
        _say(row.cells[1].paragraphs[0], beside, size=12)


def _set_footer(file: WordFile, letterhead: Letterhead) -> None:
    """Page numbers, which Word fills where the footer says `{page}` and `{pages}`, and the address."""
    footer = file.sections[0].footer
    paragraph = footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in re.split(r"(\{pages?\})", letterhead.footer):
        if part in _PAGES:
            place = OxmlElement("w:fldSimple")
            place.set(qn("w:instr"), _PAGES[part])
            paragraph._p.append(place)  # noqa: SLF001 - nor for a field
        else:
            _say(paragraph, part, size=9)
    if letterhead.address:
        below = footer.add_paragraph()
        below.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _say(below, letterhead.address, size=9)


def _say(paragraph: Paragraph, text: str, *, size: int, font: str = _BODY, colour: RGBColor = _BLACK) -> None:
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.font.name = "Times New Roman"
    run.font.color.rgb = colour
    run.font.bold = font == _TITLE
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001 - nor for this


def _set_dates(file: WordFile, on: date) -> None:
    properties = file.core_properties
    properties.created = properties.modified = datetime(on.year, on.month, on.day)  # noqa: DTZ001 - the format has none
    properties.author = properties.last_modified_by = ""


def _dated(saved: io.BytesIO, on: date) -> bytes:
    """The archive with every entry dated by the letter, so that the same letter is the same bytes."""
    dated = io.BytesIO()
    with ZipFile(saved) as old, ZipFile(dated, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = ZipInfo(name, (on.year, on.month, on.day, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return dated.getvalue()
