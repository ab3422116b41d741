"""`sunwindow eval`: figures over files and over the bureau's own questions, and faults with file and line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from runtime.cli import main
from runtime.cli_knowledge import FIGURES

ENTRIES: list[dict[str, Any]] = [
    {"id": "passport", "question": "apply for a passport", "phrasings": ["new passport", "办护照"], "answer": "Come."},
    {"id": "dog", "question": "register a dog", "phrasings": ["licence for my puppy", "狗证"], "answer": "Bring it."},
    {"id": "hukou", "question": "move the household", "phrasings": ["迁户口", "household transfer"], "tags": ["hukou"]},
]
QUERIES: list[dict[str, Any]] = [
    {"id": "a", "text": "how do I get a new passport", "relevant": [{"id": "passport", "grade": 2}]},
    {"id": "b", "text": "养狗要办狗证吗", "relevant": [{"id": "dog", "grade": 1}, {"id": "passport", "grade": 0}]},
    {"id": "c", "text": "what is the weather", "relevant": [], "out_of_scope": True, "split": "dev"},
]


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "200")

    def run_command(*arguments: str | Path) -> Said:
        capfd.readouterr()
        status = 0
        try:
            main(["eval", *map(str, arguments)])
        except SystemExit as ending:
            status = int(ending.code or 0)
        return Said(status, *capfd.readouterr())

    return run_command


def write(folder: Path, name: str, rows: list[Any]) -> Path:
    path = folder / name
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    return write(tmp_path, "faq.jsonl", ENTRIES)


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    return write(tmp_path, "queries.jsonl", QUERIES)


def test_the_figures_of_files_are_printed_as_json(run: Run, faq: Path, queries: Path) -> None:
    said = run("--faq", faq, "--queries", queries, "--json")
    figures = json.loads(said.out)
    assert said.status == 0
    assert list(figures) == list(FIGURES)
    assert (figures["p_at_1"], figures["mrr_at_10"], figures["recall_at_5"]) == (100.0, 100.0, 100.0)
    assert figures["auroc"] == 100.0
    assert 0 < figures["p50_ms"] <= figures["p99_ms"]


def test_the_table_names_every_figure_and_counts_by_language(run: Run, faq: Path, queries: Path) -> None:
    lines = run("--faq", faq, "--queries", queries).out.splitlines()
    assert [line.split()[0] for line in lines[: len(FIGURES)]] == list(FIGURES)
    assert [line.split()[:2] for line in lines[-3:]] == [["all", "3"], ["zh", "1"], ["en", "2"]]


def test_what_was_found_is_written_a_line_a_question(run: Run, faq: Path, queries: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert run("--faq", faq, "--queries", queries, "--out", out).status == 0
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert [row["ranked"][0]["id"] for row in rows[:2]] == ["passport", "dog"]
    assert set(rows[0]) == {"id", "ranked", "confidence", "decision"}
    scores = [match["score"] for match in rows[0]["ranked"]]
    assert scores == sorted(scores, reverse=True)


def test_calibration_changes_how_sure_one_is_and_not_the_order(
    run: Run, faq: Path, queries: Path, tmp_path: Path
) -> None:
    known = [
        {"id": str(number), "text": f"{text} {number}", "relevant": relevant}
        for number in range(20)
        for text, relevant in [("new passport please", [{"id": "passport"}])]
    ]
    plain, taught = tmp_path / "plain", tmp_path / "taught"
    run("--faq", faq, "--queries", queries, "--out", plain)
    run("--faq", faq, "--queries", queries, "--out", taught, "--calibrate", write(tmp_path, "known.jsonl", known))
    before, after = ([json.loads(line) for line in path.read_text().splitlines()] for path in (plain, taught))
    assert [row["ranked"] for row in before] == [row["ranked"] for row in after]
    assert [row["confidence"] for row in before] != [row["confidence"] for row in after]


@pytest.mark.parametrize(
    ("rows", "line", "words"),
    [
        ([], 1, "empty: write an object of JSON a line"),
        (["{"], 1, "not JSON"),
        (["[]"], 1, "not an object"),
        ([*ENTRIES, ENTRIES[0]], 4, "'passport' stands here a second time: give each entry one line"),
        ([{"question": "who"}], 1, "id must be a text"),
        ([{"id": "x", "question": ""}], 1, "neither a question nor an answer"),
        ([{"id": "x", "question": "a", "phrasings": "b"}], 1, "phrasings must be a list of texts"),
        ([{"id": "x", "question": 3}], 1, "question must be a text"),
    ],
)
def test_a_fault_of_the_entries_is_named_with_its_line(
    run: Run, queries: Path, tmp_path: Path, rows: list[Any], line: int, words: str
) -> None:
    broken = write(tmp_path, "broken.jsonl", rows)
    said = run("--faq", broken, "--queries", queries)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"sunwindow: {broken}:{line}: ")
    assert words in said.err


@pytest.mark.parametrize(
    ("rows", "line", "words"),
    [
        ([*QUERIES, QUERIES[1]], 4, "'b' stands here a second time: give each question its own"),
        ([{"id": "a", "text": "x", "relevant": [{"id": "harbour"}]}], 1, "no entry has the id 'harbour': name one"),
        ([{"id": "a", "text": "x"}], 1, "relevant must be a list"),
        ([{"id": "a", "text": "x", "relevant": ["passport"]}], 1, "relevant must be a list"),
        ([{"id": "a", "text": " ", "relevant": []}], 1, "text must be a text that is not empty"),
        ([QUERIES[0], "", "nonsense"], 3, "not JSON"),
    ],
)
def test_a_fault_of_the_questions_is_named_with_its_line(
    run: Run, faq: Path, tmp_path: Path, rows: list[Any], line: int, words: str
) -> None:
    broken = write(tmp_path, "broken.jsonl", rows)
    for arguments in (("--queries", broken), ("--queries", write(tmp_path, "q", QUERIES), "--calibrate", broken)):
        said = run("--faq", faq, *arguments)
        assert (said.status, said.out) == (2, "")
        assert said.err.startswith(f"sunwindow: {broken}:{line}: ")
        assert words in said.err


def test_a_file_that_is_missing_or_not_utf_8_is_named(run: Run, faq: Path, tmp_path: Path) -> None:
    said = run("--faq", faq, "--queries", tmp_path / "nowhere")
    assert (said.status, said.err.strip()) == (
        2,
        f"sunwindow: {tmp_path / 'nowhere'}:1: cannot be read: No such file or directory; name a file of JSON lines",
    )
    latin = tmp_path / "latin"
    latin.write_bytes('{"id": "a"}\n{"id": "é"}\n'.encode("latin-1"))
    said = run("--faq", latin, "--queries", faq)
    assert (said.status, said.err.strip()) == (2, f"sunwindow: {latin}:2: not UTF-8: save the file as UTF-8")


def test_files_go_together(run: Run, faq: Path) -> None:
    said = run("--faq", faq)
    assert said.status == 2
    assert "--faq and --queries go together" in said.err
    said = run("--calibrate", faq)
    assert said.status == 2
    assert "--calibrate goes with" in said.err


def test_a_folder_without_a_model_is_refused(run: Run, faq: Path, queries: Path, tmp_path: Path) -> None:
    said = run("--faq", faq, "--queries", queries, "--dense", tmp_path)
    assert said.status == 2
    assert "dense" in said.err or "modules.json" in said.err


def test_a_bureau_is_measured_by_its_own_questions(run: Run, tmp_path: Path) -> None:
    said = run("--out", tmp_path / "out")
    assert said.status == 0
    kinds = [line.split()[0] for line in said.out.splitlines()[-7:]]
    assert kinds == ["plain", "homophone", "typo", "dialect", "mixed", "between", "out_of_scope"]
    assert len((tmp_path / "out").read_text(encoding="utf-8").splitlines()) >= 200
