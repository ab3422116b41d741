from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from importlib.resources import as_file
from pathlib import Path

import pytest

from casework.bundle import Fault
from casework.wording import Wording
from knowledge.labelled import QuestionKind
from knowledge.normalise import fold
from runtime.bundle import BundleRefused, check_bundle, demo_bundle, load_bundle

TODAY = date(2026, 11, 24)


@pytest.fixture
def bundle_folder(tmp_path: Path) -> Path:
    with as_file(demo_bundle()) as demo:
        return Path(shutil.copytree(demo, tmp_path / "bureau"))


def test_the_demo_bureau_has_no_fault() -> None:
    assert check_bundle(demo_bundle(), TODAY) == ()


def test_the_demo_bureau_is_served_when_no_folder_is_named() -> None:
    bundle = load_bundle()

    assert bundle.bureau.reference_prefix == "ZMD"
    assert "passport-first" in bundle.library
    assert {entry.unit for entry in bundle.library} <= {unit.slug for unit in bundle.bureau.units}


def _break_bureau(folder: Path) -> int:
    return _edit(folder / "bureau.toml", 'reference_prefix = "ZMD"', 'reference_prefix = "zmd"')


def _break_unit_of_procedure(folder: Path) -> int:
    return _edit(folder / "procedures" / "passport-first.toml", 'unit = "exit-entry"', 'unit = "harbour"')


def _date_procedure_in_the_future(folder: Path) -> int:
    file = folder / "procedures" / "passport-first.toml"
    line = next(line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("checked_on"))
    return _edit(file, line, "checked_on = 2030-01-01")


def _empty_procedures(folder: Path) -> int:
    shutil.rmtree(folder / "procedures")
    (folder / "procedures").mkdir()
    return 1


def _lose_procedures(folder: Path) -> int:
    shutil.rmtree(folder / "procedures")
    return 1


def _unknown_reply(folder: Path) -> int:
    return _write_reply(folder, 'no_such_text = "…"')


def _reply_with_a_stranger(folder: Path) -> int:
    return _write_reply(folder, '[new_case]\nsubject = "{kind} {weather}"')


def _reply_with_half_a_brace(folder: Path) -> int:
    return _write_reply(folder, 'no_deadline = "{"')


def _reply_that_is_a_number(folder: Path) -> int:
    return _write_reply(folder, "no_deadline = 3")


def _question_for_nobody(folder: Path) -> int:
    return _ask(folder, 'text = "渡口几点开船"', 'relevant = ["ferry-first"]', 'kind = "plain"') + 1


def _question_of_no_kind(folder: Path) -> int:
    return _ask(folder, 'text = "渡口几点开船"', "relevant = []", 'kind = "odd"') + 2


def _question_asked_twice(folder: Path) -> int:
    said = ('text = "渡口几点开船"', "relevant = []", 'kind = "out_of_scope"')
    _ask(folder, *said)
    return _ask(folder, *said)


def _ask(folder: Path, *lines: str) -> int:
    """Add a labelled question; the number of the line of its text."""
    file = folder / "questions.toml"
    before = file.read_text(encoding="utf-8")
    file.write_text("\n".join([before, "[[question]]", *lines, ""]), encoding="utf-8")
    return before.count("\n") + 3


def _edit(file: Path, old: str, new: str) -> int:
    """The number of the line that now holds `new`."""
    before, found, after = file.read_text(encoding="utf-8").partition(old)
    assert found
    file.write_text(before + new + after, encoding="utf-8")
    return before.count("\n") + 1


def _write_reply(folder: Path, text: str) -> int:
    """The number of the last line."""
    (folder / "replies").mkdir(exist_ok=True)
    (folder / "replies" / "en.toml").write_text(text + "\n", encoding="utf-8")
    return text.count("\n") + 1


@pytest.mark.parametrize(
    ("damage", "file", "message"),
    [
        pytest.param(_break_bureau, "bureau.toml", "2 to 8 capital letters", id="the bureau"),
        pytest.param(
            _break_unit_of_procedure, "procedures/passport-first.toml", "not in units.toml", id="an unknown unit"
        ),
        pytest.param(_date_procedure_in_the_future, "procedures/passport-first.toml", "future", id="a date to come"),
        pytest.param(_empty_procedures, "procedures", "there is no procedure", id="nothing published"),
        pytest.param(_lose_procedures, "procedures", "cannot be read", id="no folder of procedures"),
        pytest.param(_unknown_reply, "replies/en.toml", "no text of the product", id="a reply nobody says"),
        pytest.param(_reply_with_a_stranger, "replies/en.toml", "asks for {weather}", id="a fact nobody tells"),
        pytest.param(_reply_with_half_a_brace, "replies/en.toml", "brace", id="half a brace"),
        pytest.param(_reply_that_is_a_number, "replies/en.toml", "must be a text", id="a number for a text"),
        pytest.param(_question_for_nobody, "questions.toml", "'ferry-first', which is no entry", id="an unknown slug"),
        pytest.param(_question_of_no_kind, "questions.toml", "kinds are plain", id="an unknown kind"),
        pytest.param(_question_asked_twice, "questions.toml", "stands in line", id="a question asked twice"),
    ],
)
def test_a_fault_is_told_with_file_and_line(
    bundle_folder: Path, damage: Callable[[Path], int], file: str, message: str
) -> None:
    line = damage(bundle_folder)

    faults = check_bundle(bundle_folder, TODAY)

    assert [(fault.file, fault.line) for fault in faults if message in fault.message] == [(file, line)], faults


def test_a_bundle_without_labelled_questions_is_sound(bundle_folder: Path) -> None:
    (bundle_folder / "questions.toml").unlink()

    assert check_bundle(bundle_folder, TODAY) == ()
    assert load_bundle(bundle_folder).questions == ()


def test_labelled_questions_in_another_encoding_are_a_fault(bundle_folder: Path) -> None:
    (bundle_folder / "questions.toml").write_bytes('# 问题\ntext = "a"'.encode("gb18030"))

    assert [str(fault) for fault in check_bundle(bundle_folder, TODAY)] == [
        "questions.toml:1: not UTF-8: save the file as UTF-8"
    ]


def test_while_an_entry_is_broken_no_question_is_blamed_for_it(bundle_folder: Path) -> None:
    _break_unit_of_procedure(bundle_folder)

    assert {fault.file for fault in check_bundle(bundle_folder, TODAY)} == {"procedures/passport-first.toml"}


def test_the_demo_bureau_has_labelled_questions_of_every_kind_in_both_languages() -> None:
    bundle = load_bundle()
    counts = Counter(question.kind for question in bundle.questions)
    least = {"homophone": 25, "typo": 20, "dialect": 20, "mixed": 20, "out_of_scope": 45, "between": 10}

    assert sum(counts.values()) >= 200
    assert {kind: number for kind, number in least.items() if counts[QuestionKind(kind)] < number} == {}
    assert sum(question.text.isascii() for question in bundle.questions) >= 60
    assert {entry.slug for entry in bundle.library} == {slug for one in bundle.questions for slug in one.relevant}


def test_no_labelled_question_is_a_phrasing_of_an_entry() -> None:
    bundle = load_bundle()
    phrasings = {fold(said) for entry in bundle.library for each in entry.phrasings.values() for said in each}

    assert [question.text for question in bundle.questions if fold(question.text) in phrasings] == []


def test_a_faulty_bundle_is_refused_with_every_fault(bundle_folder: Path) -> None:
    _break_bureau(bundle_folder)
    _unknown_reply(bundle_folder)

    with pytest.raises(BundleRefused) as refused:
        load_bundle(bundle_folder)

    assert {fault.file for fault in refused.value.faults} == {"bureau.toml", "replies/en.toml"}
    assert "replies/en.toml:1: no_such_text" in str(refused.value)


def test_a_folder_that_is_none_is_a_fault(tmp_path: Path) -> None:
    assert check_bundle(tmp_path / "nowhere", TODAY) == (
        Fault(str(tmp_path / "nowhere"), 1, "is no folder: name the folder that holds bureau.toml"),
    )


def test_the_bureau_says_it_in_its_own_words(bundle_folder: Path) -> None:
    _write_reply(bundle_folder, '[new_case]\nsubject = "{reference} is yours"')
    bundle = load_bundle(bundle_folder)
    texts = Wording({"zh": {"new_case.subject": "新"}, "en": {"new_case.subject": "new", "other": "other"}})

    reworded = bundle.reworded(texts)

    assert reworded.say("new_case.subject", "en", reference="ZMD-1") == "ZMD-1 is yours"
    assert (reworded.say("new_case.subject", "zh"), reworded.say("other", "en")) == ("新", "other")


def test_a_room_gets_no_texts_that_it_does_not_have(bundle_folder: Path) -> None:
    _write_reply(bundle_folder, '[new_case]\nsubject = "{reference} is yours"')

    reworded = load_bundle(bundle_folder).reworded(Wording({"zh": {"a": "甲"}, "en": {"a": "a"}}))

    assert reworded.keys() == {"a"}
