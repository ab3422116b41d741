from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

from runtime.cli import app
from tests.architecture.source_tree import ROOT

PAGES = ("README.md", "docs/operations.md")
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
QUICK = re.compile(r"(?:printf .* \| )?sunwindow (?:check runtime|chat|ask)\b")
"""Commands of the README that end by themselves within seconds and change nothing."""


@dataclass(frozen=True)
class Command:
    """One line of a page that a reader may type."""

    page: str
    line: str


def commands_in(page: str, text: str) -> list[Command]:
    """Every line of the `sh` blocks of a page."""
    lines = [line for block in _BLOCK.findall(text) for line in block.splitlines()]
    return [Command(page, line) for line in lines if line.strip() and not line.startswith("#")]


def commands() -> list[Command]:
    return [command for page in PAGES for command in commands_in(page, (ROOT / page).read_text(encoding="utf-8"))]


def run(line: str) -> str:
    """What the installed command prints, run as a reader would from the root of a clone."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("SUNWINDOW_")}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def words_of(line: str) -> Iterator[list[str]]:
    """The words of each `sunwindow` command of a line, comments and pipes apart."""
    for part in line.split("|"):
        words = shlex.split(part, comments=True)
        if words and words[0].rpartition("/")[2] == "sunwindow":
            yield words[1:]


def misfit(words: list[str]) -> str | None:
    """What is wrong with the words after `sunwindow`; None when the command line would take them."""
    command = typer.main.get_command(app)
    words = list(words)
    while (below := getattr(command, "commands", None)) is not None:
        if not words or words[0] not in below:
            return f"there is no command {' '.join(words[:1])}"
        command = below[words.pop(0)]
    try:
        command.make_context("sunwindow", words)
    except Exception as error:
        # typer's own copy of click has no public name; its errors know how to say themselves.
        if not hasattr(error, "format_message"):
            raise
        return str(error.format_message())
    return None


def quick(beginning: str) -> str:
    """The one command of the README that holds these words."""
    (line,) = [command.line for command in commands() if QUICK.match(command.line) and beginning in command.line]
    return line


def test_the_two_commands_are_there_and_can_be_made() -> None:
    lines = [command.line for command in commands()]
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert lines[:2] == ["make demo", "make test"]
    assert {line.split()[1] for line in lines if line.startswith("make ")} <= targets


def test_the_demo_bureau_checks_as_the_readme_says() -> None:
    assert "no faults" in run(quick("check"))


def test_the_readme_s_questions_are_answered_with_sources() -> None:
    turns = [json.loads(line) for line in run(quick("chat")).splitlines()]

    assert [turn["input"] for turn in turns] == ["办护照要多少钱", "How do I replace a lost ID card?"]
    assert [turn["decision"] for turn in turns] == ["answer", "answer"]
    sources = [turn["replies"][0]["sources"] for turn in turns]
    assert [found[0]["procedure"] for found in sources] == ["passport-first", "id-card-lost"]
    assert all(source["version"] and source["basis"] for found in sources for source in found)


def test_the_readme_s_search_tells_entry_and_reason() -> None:
    first, best, *_ = run(quick("ask")).splitlines()

    assert first.startswith("answer")
    assert "driving-licence-lost" in best
    assert "because: " in best


@pytest.mark.parametrize("command", commands(), ids=lambda command: f"{command.page}: {command.line}")
def test_every_command_that_a_page_names_exists_with_its_options(command: Command) -> None:
    assert [fault for words in words_of(command.line) if (fault := misfit(words))] == []


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md", "docs/architecture.md", "docs/decisions/README.md"])
def test_links_lead_to_files_that_exist(page: str) -> None:
    found = _LINK.findall((ROOT / page).read_text(encoding="utf-8"))

    # Pictures are taken of the running product, and a page may be written before them.
    missing = [link for link in found if not (ROOT / page).parent.joinpath(link).exists() and "/pictures/" not in link]
    assert missing == []


@pytest.mark.parametrize(
    ("line", "is_fine"),
    [
        pytest.param("sunwindow serve --roles http", True, id="an option that exists"),
        pytest.param("sunwindow serve --rolls http", False, id="an option that does not"),
        pytest.param("sunwindow stuff add zhang", False, id="a command that does not exist"),
        pytest.param("sunwindow staff add zhang", False, id="a needed option left out"),
        pytest.param("printf 'a' | sunwindow chat --json", True, id="behind a pipe"),
    ],
)
def test_the_guard_sees_a_command_that_would_fail(line: str, *, is_fine: bool) -> None:
    assert all(misfit(words) is None for words in words_of(line)) == is_fine


def test_the_guard_reads_blocks_for_the_shell_alone() -> None:
    text = "```sh\n# why\nmake demo\n```\n\n```toml\na = 1\n```\n"
    assert commands_in("a.md", text) == [Command("a.md", "make demo")]
