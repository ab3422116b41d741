from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from casework.events import EventName
from tests.architecture.source_tree import ROOT

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


class Planted(StrEnum):
    NEWS = "news.arrived"


def unexplained(names: Iterable[EventName | Planted], page: str) -> list[str]:
    rows = [line for line in page.splitlines() if line.startswith("|")]
    return [name.value for name in names if not any(row.startswith(f"| `{name.value}` | ") for row in rows)]


def test_every_event_is_in_the_glossary() -> None:
    assert unexplained(EventName, PAGE) == []


def test_the_glossary_tells_of_no_event_that_is_gone() -> None:
    section = PAGE.partition("## Events of a case")[2]
    told = {line.split("`")[1] for line in section.splitlines() if line.startswith("| `")}
    assert told == {name.value for name in EventName}


def test_the_guard_sees_an_event_that_nobody_explained() -> None:
    assert unexplained(Planted, PAGE) == ["news.arrived"]


def test_words_of_the_glossary_name_rooms_that_exist() -> None:
    homes = [line.split("|")[3] for line in PAGE.splitlines() if line.startswith("| ") and line.count("|") == 5]
    rooms = {word for home in homes for word in home.split("`")[1::2]}
    assert rooms
    assert [room for room in sorted(rooms) if not _exists(room)] == []


def _exists(room: str) -> bool:
    path = ROOT.joinpath(*room.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()
