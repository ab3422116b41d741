"""A bureau's own letters: its wording, how it numbers, and its template, all checked before they are taken."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from importlib.resources import as_file
from pathlib import Path

import docx
import pytest

from casework.case import Case
from casework.letter import LetterKind
from casework.letters import compose_letter, compose_letterhead, letter_words, number_letter
from casework.store.blobs import DirectoryBlobs
from runtime.bundle import check_bundle, demo_bundle, load_bundle
from tests.casework.a_case_with_letters import GIVEN, TODAY, a_case


@pytest.fixture
def bundle_folder(tmp_path: Path) -> Path:
    with as_file(demo_bundle()) as demo:
        return Path(shutil.copytree(demo, tmp_path / "bureau"))


def a_case_of(unit: str) -> Case:
    return replace(a_case(), unit=unit)


def say(folder: Path, text: str) -> None:
    (folder / "replies").mkdir()
    (folder / "replies" / "zh.toml").write_text(text, encoding="utf-8")


def bring(folder: Path, *lines: str) -> None:
    file = docx.Document()
    for line in lines:
        file.add_paragraph(line)
    (folder / "letters").mkdir()
    file.save(str(folder / "letters" / "letter.docx"))


def test_a_bureau_words_and_numbers_its_letters_itself(bundle_folder: Path) -> None:
    say(
        bundle_folder,
        '[letter]\nnumber = "驻公〔{year}〕{series}{place}号"\nreview_organ = "示例市人民政府"\n'
        '[letter.body]\nsupplement = "{party}请补正：{missing}（{working_days}日，至{until}，{unit}）"\n',
    )
    assert check_bundle(bundle_folder, TODAY) == ()
    bundle = load_bundle(bundle_folder)
    words, bureau = bundle.reworded(letter_words()), bundle.bureau
    text, reply = (
        compose_letter(
            kind,
            a_case_of(bureau.root.slug),
            GIVEN[kind],
            wording=words,
            bureau=bureau,
            party_name="王小明",
            language="zh",
            today=TODAY,
            ending=ending,
        )
        for kind, ending in ((LetterKind.SUPPLEMENT, ""), (LetterKind.DECISION, "state_secret"))
    )
    assert "王小明请补正：" in text.body
    assert "向示例市人民政府申请行政复议" in reply.remedies
    number = number_letter(LetterKind.SUPPLEMENT, 3, 2026, wording=words, bureau=bureau, language="zh")
    assert number == "驻公〔2026〕补正告知3号"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param('[letter.body]\nsupplement = "{weather}"', 2, "asks for {weather}", id="a fact nobody tells"),
        pytest.param('[letter.body]\nthird_party = "{party}"', 2, "asks for {party}", id="the name of who applied"),
        pytest.param('[letter.body]\nsupplement = "{party.name}"', 2, "asks for {party.name}", id="a way inside"),
        pytest.param('[letter]\nnumber = "{series}{place}号"', 2, "does not say {year}", id="a number without year"),
        pytest.param('[letter.body]\nanother = "…"', 2, "no text of the product", id="a letter that is none"),
    ],
)
def test_a_fault_of_a_letter_is_told_with_file_and_line(
    bundle_folder: Path, text: str, line: int, message: str
) -> None:
    say(bundle_folder, text)
    (fault,) = check_bundle(bundle_folder, TODAY)
    assert (fault.file, fault.line) == ("replies/zh.toml", line)
    assert message in fault.message


def test_a_bureau_sets_its_letters_in_a_template_of_its_own(bundle_folder: Path, tmp_path: Path) -> None:
    bring(bundle_folder, "我局的红头", "{{ title }} {{ number }}", "{{ words }}")
    assert check_bundle(bundle_folder, TODAY) == ()
    bundle = load_bundle(bundle_folder)
    case = a_case_of(bundle.bureau.root.slug)
    press = bundle.press(DirectoryBlobs(tmp_path / "blobs"))
    text = compose_letter(
        LetterKind.WITHDRAWN,
        case,
        GIVEN[LetterKind.WITHDRAWN],
        wording=press.wording,
        bureau=press.bureau,
        party_name=None,
        language="zh",
        today=TODAY,
    )
    letter = press.set_letter(text, case, place=4)
    said = [one.text for one in docx.Document(io.BytesIO(press.blobs.get(letter.docx.sha256))).paragraphs]
    assert said[:2] == ["我局的红头", "终止办理告知书 ZMD-终止办理〔2026〕4号"]
    head = compose_letterhead(case, wording=press.wording, bureau=press.bureau, language="zh")
    assert press.blobs.get(letter.pdf.sha256) == press.pdf(letter.text, head)


def test_a_template_that_cannot_be_used_is_a_fault(bundle_folder: Path) -> None:
    bring(bundle_folder, "{{ weather }}")
    (fault,) = check_bundle(bundle_folder, TODAY)
    assert fault.file == "letters/letter.docx"
    assert "weather" in fault.message


def test_a_bureau_without_letters_of_its_own_has_those_of_the_product() -> None:
    bundle = load_bundle()
    assert bundle.letter_template is None
    assert bundle.reworded(letter_words()) == letter_words()
