"""What a newcomer types first, and what must come of it; that every command exists is guarded in tests/architecture."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.documents import shell_lines
from tests.architecture.source_tree import ROOT


def line_with(words: str) -> str:
    """The one command of the README that holds these words."""
    (line,) = [line for line in shell_lines((ROOT / "README.md").read_text(encoding="utf-8")) if words in line]
    return line


def run(line: str) -> str:
    """What the installed command prints, run as a reader would from the root of a clone."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("SUNWINDOW_")}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    shell = ["bash", "-euo", "pipefail", "-c", line]
    done = subprocess.run(shell, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_demo_bureau_checks_as_the_readme_says() -> None:
    assert "no faults" in run(line_with("sunwindow check"))


def test_the_questions_of_the_readme_are_answered_with_their_sources() -> None:
    turns = [json.loads(line) for line in run(line_with("sunwindow chat")).splitlines()]

    assert [turn["input"] for turn in turns] == ["办护照要多少钱", "How do I replace a lost ID card?"]
    assert [turn["decision"] for turn in turns] == ["answer", "answer"]
    sources = [turn["replies"][0]["sources"] for turn in turns]
    assert [found[0]["procedure"] for found in sources] == ["passport-first", "id-card-lost"]
    assert all(source["version"] and source["basis"] for found in sources for source in found)


def test_the_search_of_the_readme_tells_entry_and_reason() -> None:
    first, best, *_ = run(line_with("sunwindow ask")).splitlines()

    assert first.startswith("answer")
    assert "driving-licence-lost" in best
    assert "because: " in best
