from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from runtime.cli import app
from tests.architecture.documents import broken_links, make_targets, shell_lines, unknown_commands, unknown_targets
from tests.architecture.source_tree import ROOT, texts

PAGES = sorted(name for name in texts() if name.endswith(".md"))
HARMLESS = ("sunwindow check", "sunwindow ask")
LARGEST_PICTURE = 200_000
COMMAND = typer.main.get_command(app)
TARGETS = make_targets(texts()["Makefile"])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_promises_only_what_there_is(name: str) -> None:
    page = texts()[name]
    assert unknown_targets(page, TARGETS) == []
    assert unknown_commands(page, COMMAND) == []
    assert broken_links(page, (ROOT / name).parent) == []


def test_the_readme_tells_how_to_begin() -> None:
    assert {"make demo", "make test"} <= set(readme_lines())


def test_what_the_readme_pipes_into_the_assistant_is_answered() -> None:
    lines = [line for line in readme_lines() if "| sunwindow chat --json" in line]
    assert lines, "the README shows a question asked at the terminal"
    for line in lines:
        answers = [json.loads(row) for row in run(line).splitlines()]
        assert answers
        assert all(answer["decision"] == "answer" and answer["replies"][0]["sources"] for answer in answers)


def test_the_harmless_commands_of_the_readme_run() -> None:
    lines = [line for line in readme_lines() if line.startswith(HARMLESS)]
    assert {tuple(line.split()[:2]) for line in lines} == {tuple(start.split()) for start in HARMLESS}
    for line in lines:
        assert run(line)


def readme_lines() -> list[str]:
    return list(shell_lines(texts()["README.md"]))


def run(line: str) -> str:
    """What a command prints, run as a reader of the README would; CalledProcessError when it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {name: value for name, value in os.environ.items() if not name.startswith("SUNWINDOW_")} | {"PATH": path}
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_pictures_are_small() -> None:
    pictures = [path for path in (ROOT / "docs").rglob("*") if path.suffix in {".png", ".jpg", ".webp"}]
    assert [str(path) for path in pictures if path.stat().st_size > LARGEST_PICTURE] == []


def test_the_guards_see_planted_promises(tmp_path: Path) -> None:
    page = "Try `make coffee`, see [this](nowhere.md).\n```sh\nsunwindow brew --strong | sunwindow chat --loud\n```\n"

    assert unknown_targets(page, TARGETS) == ["coffee"]
    assert broken_links(page, tmp_path) == ["nowhere.md"]
    assert unknown_commands(page, COMMAND) == [
        "sunwindow brew --strong: there is no command brew",
        "sunwindow chat --loud: there is no option --loud",
    ]
