from __future__ import annotations

from pathlib import Path

import pytest
import typer

from runtime.cli import app
from tests.architecture.documents import broken_links, make_targets, shell_lines, unknown_commands, unknown_targets
from tests.architecture.source_tree import ROOT, texts

PAGES = sorted(name for name in texts() if name.endswith(".md"))
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
    assert {"make demo", "make test"} <= set(shell_lines(texts()["README.md"]))


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
