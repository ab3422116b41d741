"""One thing that a source says of one mail, and whether we see it the same way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Expectation:
    """An expectation that was looked at."""

    file: str
    field: str
    is_met: bool
    wanted: str = ""
    seen: str = ""

    def __str__(self) -> str:
        """One line for the list of misses."""
        return f"{self.file}  {self.field}: wanted {self.wanted[:160]!r}, seen {self.seen[:160]!r}"


def compare(file: str, field: str, wanted: object, seen: object) -> Expectation:
    """An expectation that is met when both are equal, words compared without regard to their blanks."""
    return Expectation(file, field, collapsed(wanted) == collapsed(seen), str(wanted), str(seen))


def collapsed(value: object) -> object:
    """Texts with every stretch of blanks as one; anything else as it is."""
    return " ".join(value.split()) if isinstance(value, str) else value


def expected_of(folder: Path) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
    """Each file of a source with what is expected of it: its path, its name and its fields."""
    for name, fields in json.loads((folder / "expected.json").read_text(encoding="utf-8")).items():
        yield folder / "messages" / name, name, fields
