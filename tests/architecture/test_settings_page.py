from __future__ import annotations

from pydantic import Field

from runtime.settings import Settings
from runtime.unsafe_settings import RULES
from tests.architecture.settings_page import setting_rows
from tests.architecture.source_tree import ROOT

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


class WithOneMore(Settings):
    planted: int = Field(default=3, description="Nobody wrote of it.")


def missing_rows(model: type[Settings], page: str) -> list[str]:
    return [str(row) for row in setting_rows(model) if str(row) not in page]


def stale_rows(model: type[Settings], page: str) -> list[str]:
    rows = {str(row) for row in setting_rows(model)}
    return [line for line in page.splitlines() if line.startswith("| `") and "`SUNWINDOW_" in line and line not in rows]


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


def test_the_guard_sees_a_setting_that_nobody_wrote_of() -> None:
    assert missing_rows(WithOneMore, PAGE) == ["| `planted` | `SUNWINDOW_PLANTED` | `3` | Nobody wrote of it. |"]


def test_the_guard_sees_a_row_that_nobody_removed() -> None:
    assert stale_rows(Settings, PAGE + "\n| `gone` | `SUNWINDOW_GONE` | not set | It was. |\n") != []
