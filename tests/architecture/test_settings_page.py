from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydantic import Field

from runtime.settings import Settings
from runtime.unsafe_settings import RULES
from tests.architecture.settings_page import setting_rows
from tests.architecture.source_tree import ROOT, sources

SETTINGS = ROOT / "runtime" / "settings.py"
DEFINED_IN = {"runtime/settings.py", "runtime/settings_source.py", "runtime/unsafe_settings.py"}
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


class WithOneMore(Settings):
    planted: int = Field(default=3, description="Nobody wrote of it.")


def missing_rows(model: type[Settings], page: str) -> list[str]:
    return [str(row) for row in setting_rows(model) if str(row) not in page]


def stale_rows(model: type[Settings], page: str) -> list[str]:
    rows = {str(row) for row in setting_rows(model)}
    return [line for line in page.splitlines() if line.startswith("| `") and "`SUNWINDOW_" in line and line not in rows]


def unread(names: Iterable[str], tree: Mapping[str, str]) -> list[str]:
    """Settings that no module of the composition root asks for: they would promise what nobody does."""
    readers = "\n".join(text for name, text in tree.items() if name not in DEFINED_IN and name.startswith("runtime/"))
    return [name for name in names if not re.search(rf"\.{name.rpartition('.')[2]}\b", readers)]


def test_every_setting_is_in_the_docs_with_its_variable_default_and_meaning() -> None:
    assert missing_rows(Settings, PAGE) == []


def test_the_docs_tell_of_no_setting_that_is_gone() -> None:
    assert stale_rows(Settings, PAGE) == []


def test_every_setting_has_a_meaning() -> None:
    assert [row.name for row in setting_rows() if len(row.meaning) < 10] == []


def test_every_reason_to_refuse_production_is_in_the_docs() -> None:
    section = PAGE.partition("## What production refuses")[2]
    told = {line.split("`")[1] for line in section.splitlines() if line.startswith("| `")}
    assert told == {name for name, _ in RULES}


def test_every_setting_is_read() -> None:
    said = SETTINGS.read_text(encoding="utf-8").partition("    @property")[2]
    read_through = {
        name
        for name in ("database_url", "index_dir", "jobs_database_url", "blobs.directory")
        if f".{_last(name)}" in said
    }
    judged_only = {"hosts"}
    assert set(unread((row.name for row in setting_rows()), sources())) - read_through - judged_only == set()


def test_the_guard_sees_a_setting_that_nobody_reads() -> None:
    assert unread(["planted"], {"runtime/a.py": "settings.other"}) == ["planted"]


def test_the_guard_sees_a_setting_that_nobody_wrote_of() -> None:
    assert missing_rows(WithOneMore, PAGE) == ["| `planted` | `SUNWINDOW_PLANTED` | `3` | Nobody wrote of it. |"]


def test_the_guard_sees_a_row_that_nobody_removed() -> None:
    assert stale_rows(Settings, PAGE + "\n| `gone` | `SUNWINDOW_GONE` | not set | It was. |\n") != []


def _last(name: str) -> str:
    return name.rpartition(".")[2]
