"""The commands of the annual report, from a ledger to its files, and what they say when it is wrong."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import openpyxl
import pytest
from lxml import html
from typer.testing import CliRunner

from casework.annual.ledger_file import line_of
from casework.kinds import CaseKind
from casework.store import SqlUnitOfWork, open_store
from runtime.bundle import demo_bundle
from runtime.cli import app, main
from runtime.migrating import migrate
from tests.casework.a_bureau import a_letter, open_case_of
from tests.casework.annual_ledgers import YEAR, a_ledger

Run = Callable[..., tuple[int, str]]
SEED_NUMBERS = {8510, 170, 583, 18, 267, 7472, 191, 21, 16, 39, 118, 88, 30}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """A command in a folder of its own: its exit status and all that it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SUNWINDOW_DATA_DIR", str(tmp_path / "data"))

    def run_command(*arguments: str) -> tuple[int, str]:
        capfd.readouterr()
        try:
            main(list(arguments))
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capfd.readouterr()
        return status, said.out + said.err

    return run_command


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "ledger.jsonl"
    entries = a_ledger(Random(21), 400).entries
    file.write_text("".join(f"{line_of(entry)}\n" for entry in entries), encoding="utf-8")
    return file


def test_only_what_is_issued_is_kept_and_next_years_report_is_checked_with_it(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    store = open_store(f"sqlite:///{data / 'sunwindow.sqlite3'}")
    migrate(store.engine)
    assert run("report", "annual", "--year", "2025", "--out", "out")[0] == 0
    with store.read() as uow:
        assert uow.reports.of_year(2025) == []
    assert run("report", "annual", "--year", "2025", "--out", "out", "--issue")[0] == 0
    with store.read() as uow:
        (issued,) = uow.reports.of_year(2025)
    assert issued.filed == (tmp_path / "out" / "annual-2025.json").read_text("utf-8")
    assert "annual-2025-zh.pdf" in issued.files
    said = run("report", "annual", "--year", "2026", "--out", "out")[1]
    assert "无从核对" not in said
    assert run("report", "annual", "--year", "2027", "--out", "out", "--issue", "--site", "https://x.example")[0] != 0
    store.close()


def annual(run: Run, ledger: Path, out: str = "out", *more: str) -> tuple[int, str]:
    return run("report", "annual", "--year", str(YEAR), "--ledger", str(ledger), "--out", out, *more)


def test_the_report_of_2012_prints_the_numbers_of_the_bureau_again(run: Run, tmp_path: Path) -> None:
    assert run("report", "demo-ledger", "seed.jsonl")[0] == 0
    status, said = run(
        "report", "annual", "--year", "2012", "--form", "seed-2012", "--ledger", "seed.jsonl", "--out", "o"
    )
    assert (status, said.strip()) == (0, "o: 15 files")
    for language, sentence in (
        ("zh", "受理政府信息公开申请267件，其中网上申请191件，信函申请21件，当面申请16件，其他形式申请39件。"),
        (
            "en",
            "118 reports and complaints from the public through its channels of disclosure: 88 at its own",
        ),
    ):
        page = html.parse(str(tmp_path / "o" / f"annual-2012-{language}.html")).getroot()
        assert sentence in page.text_content()
        paragraphs = " ".join(p.text_content() for p in page.iterfind(".//main/p")).replace("2012", "")
        assert {int(number) for number in re.findall(r"\d+", paragraphs)} == SEED_NUMBERS


def test_a_report_is_made_with_all_its_files_and_its_gaps_are_listed(run: Run, ledger: Path, tmp_path: Path) -> None:
    status, said = annual(run, ledger, "out", "--site", "https://gaj.example")
    assert status == 0
    assert "gap: chapters.problems" in said
    assert "上年结转数无从核对" in said
    stems = {f"annual-{YEAR}-{language}" for language in ("zh", "en")}
    names = {f"{stem}{end}" for stem in stems for end in (".html", ".docx", ".xlsx", ".pdf")}
    names |= {f"{stem}-{chart}.svg" for stem in stems for chart in ("results", "applicants")}
    assert {file.name for file in (tmp_path / "out").iterdir()} == names | {f"annual-{YEAR}.json"}
    assert "https://gaj.example/staff/figures/cases?" in (tmp_path / "out" / f"annual-{YEAR}-zh.html").read_text(
        "utf-8"
    )


def test_a_wrong_ledger_makes_no_report_but_a_list_of_what_is_wrong(run: Run, ledger: Path, tmp_path: Path) -> None:
    lines = ledger.read_text(encoding="utf-8").splitlines()
    row = next(row for line in lines if (row := json.loads(line)).get("reply") and row["received_on"] >= f"{YEAR}-01")
    with ledger.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")

    status, said = annual(run, ledger)

    assert status == 1
    assert f"同一案件办结了两次，一件申请只能计入一行（C5）。 案件: {row['reference']}" in said
    assert f"closed twice; an application counts in one row only (C5). cases: {row['reference']}" in said
    assert [file.name for file in (tmp_path / "out").iterdir()] == [f"annual-{YEAR}-failures.txt"]

    ledger.write_text("\n".join(lines), encoding="utf-8")
    assert annual(run, ledger)[0] == 0
    assert not (tmp_path / "out" / f"annual-{YEAR}-failures.txt").exists()


def test_an_edited_number_of_a_filed_report_is_found(run: Run, ledger: Path, tmp_path: Path) -> None:
    annual(run, ledger)
    filed = tmp_path / "out" / f"annual-{YEAR}.json"
    assert run("report", "check", str(filed), "--ledger", str(ledger))[0] == 0
    tree = json.loads(filed.read_text(encoding="utf-8"))
    tree["cells"]["applications.disclosed.enterprise"] += 1
    filed.write_text(json.dumps(tree), encoding="utf-8")

    status, said = run("report", "check", str(filed), "--ledger", str(ledger))

    assert status == 1
    assert "发现1个问题" in said
    assert "「予以公开」行「商业企业」列" in said


def test_a_number_that_was_edited_in_the_table_is_found(run: Run, ledger: Path, tmp_path: Path) -> None:
    annual(run, ledger)
    filed = tmp_path / "out" / f"annual-{YEAR}-zh.xlsx"
    assert run("report", "check", str(filed), "--ledger", str(ledger))[0] == 0
    book = openpyxl.load_workbook(filed)
    place = book["表四"].cell(6, 1)
    assert isinstance(place.value, int)
    place.value += 1
    book.save(filed)

    status, said = run("report", "check", str(filed), "--ledger", str(ledger))

    assert status == 1
    assert "发现1个问题" in said
    assert "「行政复议」行「结果维持」列" in said


@pytest.mark.parametrize("name", ["ledger.csv", "ledger.jsonl"])
def test_a_ledger_in_another_encoding_is_refused_in_words(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes("reference,applicant,received_on\n编号一,自然人,2025-01-02\n".encode("gb18030"))
    status, said = annual(run, tmp_path / name)
    assert status == 1
    assert "save it as UTF-8" in said


def test_a_file_that_is_no_filed_report_is_refused(run: Run, ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"no")
    openpyxl.Workbook().save(tmp_path / "y.xlsx")
    (tmp_path / "z.json").write_bytes(b"\xff\xfe")
    for name, reason in (
        ("z.json", "no file of an annual report"),
        ("x.xlsx", "is no XLSX file"),
        ("y.xlsx", "is none of an annual report"),
    ):
        status, said = run("report", "check", name, "--ledger", str(ledger))
        assert status == 1
        assert reason in said


def test_next_years_report_is_checked_with_this_years_file(run: Run, ledger: Path, tmp_path: Path) -> None:
    annual(run, ledger)
    before = str(tmp_path / "out" / f"annual-{YEAR}.json")
    options = ("--ledger", str(ledger), "--last-year", before, "--out", "next")
    status, said = run("report", "annual", "--year", str(YEAR + 1), *options)
    assert status == 0
    assert "C6" not in said
    status, said = run("report", "annual", "--year", str(YEAR + 2), *options)
    assert status == 1
    assert f"is the report of {YEAR}, but that of {YEAR + 1} is needed" in said


def test_a_template_is_taken_out_and_handed_in(run: Run, ledger: Path, tmp_path: Path) -> None:
    assert run("report", "template", "own.docx")[0] == 0
    assert annual(run, ledger, "out", "--template", "own.docx")[0] == 0
    (tmp_path / "own.docx").write_bytes(b"no DOCX")
    status, said = annual(run, ledger, "again", "--template", "own.docx")
    assert status == 1
    assert "the DOCX template" in said
    assert not (tmp_path / "again").exists()


def test_without_a_ledger_the_report_is_counted_from_the_cases_of_the_store(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUNWINDOW_DATABASE_URL", store_url)
    monkeypatch.setenv("SUNWINDOW_DATA_DIR", str(tmp_path / "data"))
    store = open_store(store_url)
    migrate(store.engine)
    try:
        store.write(_two_applications_and_a_complaint)
    finally:
        store.close()
    made = CliRunner().invoke(app, ["report", "annual", "--year", "2026", "--out", str(tmp_path / "out")])
    assert made.exit_code == 0, made.output
    cells = json.loads((tmp_path / "out" / "annual-2026.json").read_text("utf-8"))["cells"]
    assert cells["applications.received.natural_person"] == 2
    assert cells["applications.carried_out.natural_person"] == 2
    seed = ["report", "annual", "--year", "2026", "--form", "seed-2012", "--out", str(tmp_path / "seed")]
    assert CliRunner().invoke(app, seed).exit_code == 0


def _two_applications_and_a_complaint(uow: SqlUnitOfWork) -> None:
    now = datetime(2026, 3, 2, 2, tzinfo=UTC)
    _, thread, message = a_letter(uow, now=now)
    for kind in (CaseKind.DISCLOSURE_APPLICATION, CaseKind.DISCLOSURE_APPLICATION, CaseKind.COMPLAINT):
        open_case_of(kind, uow, thread, message, unit="bureau", now=now)


def test_faults_of_the_bureaus_words_are_named(run: Run, ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "words.toml").write_text("[chapters.poem]\nzh = '诗'\nen = 'poem'\n", encoding="utf-8")
    status, said = annual(run, ledger, "out", "--words", "words.toml")
    assert status == 1
    assert "words.toml:1: chapters.poem is not known here" in said


def test_the_check_of_a_bundle_reads_the_words_of_its_reports(run: Run, tmp_path: Path) -> None:
    bundle = tmp_path / "bureau"
    shutil.copytree(str(demo_bundle()), bundle)
    (bundle / "annual").mkdir()
    (bundle / "annual" / "2025.toml").write_text("[disclosure.rules]\nmade = true\n", encoding="utf-8")
    (bundle / "annual" / "words.toml").write_text("", encoding="utf-8")
    status, said = run("check", str(bundle))
    assert status == 1
    assert "annual/2025.toml:2: disclosure.rules.made must be a number" in said
    assert "annual/words.toml:1: is no statement" in said


def test_the_report_takes_the_words_of_the_bundle(
    run: Run, ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bureau"
    shutil.copytree(str(demo_bundle()), bundle)
    (bundle / "annual").mkdir()
    words = '[chapters.problems]\nzh = "新收{received}件"\nen = "{received} came"\n'
    (bundle / "annual" / f"{YEAR}.toml").write_text(words, encoding="utf-8")
    monkeypatch.setenv("SUNWINDOW_BUNDLE", str(bundle))
    status, said = annual(run, ledger)
    assert status == 0
    assert "gap: chapters.problems" not in said
    cells = json.loads((tmp_path / "out" / f"annual-{YEAR}.json").read_text(encoding="utf-8"))["cells"]
    page = (tmp_path / "out" / f"annual-{YEAR}-zh.html").read_text(encoding="utf-8")
    assert f"新收{cells['applications.received.total']}件" in page
