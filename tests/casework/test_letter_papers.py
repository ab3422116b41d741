"""The files of a letter and the printed receipt: real text, the same bytes again, and nobody's words as markup."""

from __future__ import annotations

import io
import re
import time
import zlib
from dataclasses import replace
from datetime import date

import docx
import pytest
from docx.document import Document as WordFile
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.errors import CaseworkRejected
from casework.kept_deadline import KeptDeadline
from casework.kinds import CaseKind
from casework.letter import LetterKind
from casework.letters import Letterhead, LetterText, compose_letterhead, letter_words
from casework.papers.letter_files import fault_of_template, letter_docx, letter_pdf, letter_pictures
from casework.papers.receipt import Receipt, receipt_pdf, receipt_pictures, status_address
from casework.papers.typesetting import breakable
from casework.party import LANGUAGES, Language
from tests.casework.a_case_with_letters import TODAY, a_case, a_reachable_bureau, compose

NASTY = '#panic("typst") $x^2$ \\#sys \\ `raw` *b* _i_ <w:t>{{ 7 * 7 }}{% raw %} & “引号” ]] */ // =1+1'


def head(language: Language = "zh") -> Letterhead:
    return compose_letterhead(a_case(), wording=letter_words(), bureau=a_reachable_bureau(), language=language)


def a_reply(answer: str = "现提供如下。", *, name: str = "王小明", language: Language = "zh") -> LetterText:
    text = compose(LetterKind.DECISION, facts={"answer": answer}, ending="not_held", name=name, language=language)
    return text.numbered("ZMD-公开答复〔2026〕12号")


def glyphs_of(pdf: bytes) -> set[str]:
    """The characters that the fonts of a PDF say their glyphs stand for, by which a reader copies and searches."""
    found: set[str] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        unpacked = zlib.decompressobj()
        try:
            said = unpacked.decompress(stream)
        except zlib.error:
            continue
        if b"beginbfchar" in said or b"beginbfrange" in said:
            for code in re.findall(rb"<([0-9A-Fa-f]{4,})>", said):
                found |= set(bytes.fromhex(code.decode()).decode("utf-16-be", "replace"))
    return found


def words_of(file: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in open_word(file).paragraphs)


def open_word(file: bytes) -> WordFile:
    return docx.Document(io.BytesIO(file))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_holds_the_letter_as_text(language: Language) -> None:
    text = a_reply("合同编号甲乙丙，龘𠮷。", language=language)
    pdf = letter_pdf(text, head(language))
    assert pdf.startswith(b"%PDF")
    wanted = set(f"{text.title}{text.salutation}{text.words}{text.signature}{text.dated}") - set(" \n")
    # Chinese brackets and commas may be drawn by glyphs that are narrower at the end of a line.
    missing = {character for character in wanted - glyphs_of(pdf) if character.isalnum()}
    assert missing == set()


def test_a_docx_holds_the_letter_as_text_in_order() -> None:
    text = a_reply()
    said = words_of(letter_docx(text, head()))
    places = [said.index(part) for part in (text.title, text.number, text.salutation, text.words, text.dated)]
    assert places == sorted(places)


def test_the_same_letter_is_the_same_bytes_again() -> None:
    text = a_reply()
    before = (letter_pdf(text, head()), letter_docx(text, head()))
    moment = time.monotonic() + 2.1  # a ZIP dates its entries to two seconds
    while time.monotonic() < moment:
        letter_pdf(text, head())
    assert (letter_pdf(text, head()), letter_docx(text, head())) == before
    assert letter_pdf(replace(text, number="ZMD-公开答复〔2026〕13号"), head()) != before[0]


def test_nobodys_words_are_markup_in_a_pdf() -> None:
    text = a_reply(NASTY, name=NASTY)
    assert text.is_complete
    plain = glyphs_of(letter_pdf(text, head()))
    assert set('#$\\`*_<>{}%&"=^') <= plain


def test_nobodys_words_are_markup_in_a_docx() -> None:
    text = a_reply(NASTY, name=NASTY)
    said = words_of(letter_docx(text, head()))
    assert said.count(NASTY) == 2
    assert "49" not in said


@settings(max_examples=15, deadline=None)
@given(words=st.text(max_size=200), name=st.text(max_size=60))
def test_whatever_a_citizen_writes_can_be_set(words: str, name: str) -> None:
    text = a_reply(f"答：{words}", name=f"王{name}")
    assert letter_pdf(text, head()).startswith(b"%PDF")
    assert text.salutation in words_of(letter_docx(text, head()))


def test_a_run_of_letters_that_no_line_could_hold_is_broken_in_the_pdf_and_whole_in_the_docx() -> None:
    text = a_reply("A" * 300)
    broken = breakable(text.words)
    assert max(len(run) for run in broken.replace("\n", "\u200b").split("\u200b") if run.startswith("A")) == 30
    assert broken.replace("\u200b", "") == text.words
    assert "A" * 300 in words_of(letter_docx(text, head()))
    assert breakable("https://gaj.example/status?reference=ZMD-2026-000123-7").isascii()


def test_a_form_stands_on_a_page_of_its_own() -> None:
    pages = letter_pictures(compose(LetterKind.THIRD_PARTY), head())
    assert len(pages) == 2
    assert all(page.startswith(b"\x89PNG") for page in pages)
    (table,) = open_word(letter_docx(compose(LetterKind.THIRD_PARTY), head())).tables
    assert table.rows[2].cells[1].text.startswith("□ 同意公开")


def test_a_long_letter_goes_over_to_further_pages() -> None:
    assert len(letter_pictures(a_reply("很长的一段。" * 1500), head())) > 3


def a_template(*lines: str) -> bytes:
    file = docx.Document()
    for line in lines:
        file.add_paragraph(line)
    saved = io.BytesIO()
    file.save(saved)
    return saved.getvalue()


def test_a_bureau_pours_letters_into_a_template_of_its_own() -> None:
    template = a_template("{{ bureau }} 红头", "{{ title }}", "{{ salutation }}", "{{ words }}", "{{ number }}")
    text = a_reply(NASTY, name=NASTY)
    file = letter_docx(text, head(), template)
    said = words_of(file)
    assert said.startswith("示例市公安局 红头")
    assert said.count(NASTY) == 2
    assert text.number in said
    assert file == letter_docx(text, head(), template)


def test_a_template_may_go_through_the_lines_of_a_letter() -> None:
    template = a_template("{%p for line in lines %}", "· {{ line }}", "{%p endfor %}")
    assert words_of(letter_docx(a_reply(), head(), template)).count("·") == len(a_reply().words.split("\n"))


@pytest.mark.parametrize(
    ("template", "message"),
    [
        pytest.param(a_template("{{ weather }}"), "weather", id="a tag that nobody fills"),
        pytest.param(a_template("{% if %}"), "template", id="a tag without sense"),
        pytest.param(a_template("{{ title.__class__.__mro__ }}"), "unsafe", id="a tag that reaches out"),
        pytest.param(b"PK no archive", "template", id="no archive"),
        pytest.param(b"", "template", id="nothing"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_with_the_reason(template: bytes, message: str) -> None:
    with pytest.raises(CaseworkRejected, match=message):
        letter_docx(a_reply(), head(), template)
    assert message in (fault_of_template(template, a_reply(), head()) or "")


def a_receipt(language: Language = "zh", *, subject: str = "监控设备采购合同") -> Receipt:
    deadlines = [
        KeptDeadline("reply", "bureau", date(2026, 12, 21), "running", "ogi/reply"),
        KeptDeadline("supplement_notice", "bureau", date(2026, 12, 2), "running", "ogi/supplement"),
    ]
    case = a_case(subject=subject)
    return Receipt(case, "ABCDE-23456", "https://gaj.example/status", language, TODAY, deadlines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_is_one_page_with_the_code_beside_the_picture(language: Language) -> None:
    pdf = receipt_pdf(a_receipt(language), wording=letter_words(), bureau=a_reachable_bureau())
    assert set("ZMD-2026-000123-7ABCDE-23456") <= glyphs_of(pdf)
    assert pdf == receipt_pdf(a_receipt(language), wording=letter_words(), bureau=a_reachable_bureau())
    (picture,) = receipt_pictures(a_receipt(language), wording=letter_words(), bureau=a_reachable_bureau())
    assert picture.startswith(b"\x89PNG")


def test_the_address_in_the_picture_has_the_reference_and_never_the_code() -> None:
    address = status_address("https://gaj.example/status", "ZMD-2026-000123-7")
    assert address == "https://gaj.example/status?reference=ZMD-2026-000123-7"
    assert "ABCDE" not in address


def test_a_receipt_of_nasty_words_is_still_one_page() -> None:
    for language in LANGUAGES:
        receipt = a_receipt(language, subject=NASTY * 5)
        assert len(receipt_pictures(receipt, wording=letter_words(), bureau=a_reachable_bureau())) == 1


def test_a_receipt_shows_no_code_in_what_is_logged() -> None:
    assert "ABCDE" not in repr(a_receipt())


def test_a_case_whose_receipt_is_open_says_so() -> None:
    receipt = replace(a_receipt(), case=replace(a_case(CaseKind.DISCLOSURE_APPLICATION), received_on=None))
    assert set("待双方确认") <= glyphs_of(receipt_pdf(receipt, wording=letter_words(), bureau=a_reachable_bureau()))
