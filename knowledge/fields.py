"""Reading typed values out of a parsed TOML tree, noting each fault with its line instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from knowledge.source import Path, SourceMap
from knowledge.text import LANGUAGES, Language, Text


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a bundle, and where."""

    file: str
    line: int
    message: str
    """What is wrong and what to do about it, for the person who edits the file."""
    at: str = field(default="", compare=False)
    """The key that is meant, as `basis[2].title`, for forms that show a fault beside its field."""
    kind: str = field(default="", compare=False)
    """A word for the sort of fault, for doors that tell it in other languages; empty for a rare one."""

    def __str__(self) -> str:
        """As compilers print it, so that editors can jump there."""
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(slots=True)
class Fields:
    """The tree of one file, its source, and the faults found so far."""

    file: str
    tree: Mapping[str, object]
    source: SourceMap
    faults: list[Fault] = field(default_factory=list)

    def fault(self, message: str, *path: str | int, kind: str = "") -> None:
        """Note what is wrong at `path`."""
        self.faults.append(Fault(self.file, self.source.line_of(*path), message, dotted(path), kind))

    def fault_with(self, words: str, message: str, *path: str | int, kind: str = "") -> None:
        """Note what is wrong in the line from `path` onwards that contains `words`."""
        self.faults.append(Fault(self.file, self.source.lines_with(words, *path)[0], message, dotted(path), kind))

    def word(self, key: str) -> str | None:
        """A required, non-empty string at the top level."""
        found = self.tree.get(key)
        if isinstance(found, str) and found.strip():
            return found.strip()
        self.fault(
            f"{key} is missing" if found is None else f"{key} must be a text that is not empty", key, kind="missing"
        )
        return None

    def day(self, tree: Mapping[str, object], *path: str | int) -> date | None:
        """A required date, written without quotes."""
        found = tree.get(str(path[-1]))
        if isinstance(found, date) and not isinstance(found, datetime):
            return found
        self.fault(f"{dotted(path)} must be a date, written like 2026-11-23 without quotes", *path, kind="date")
        return None

    def text(self, found: object, *path: str | int) -> Text | None:
        """A required text in both languages."""
        if found is None:
            self.fault(f"{dotted(path)} is missing", *path, kind="missing")
            return None
        if not isinstance(found, Mapping):
            self.fault(f"{dotted(path)} must give zh and en", *path, kind="missing")
            return None
        said = {language: self._said(found.get(language), *path, language) for language in LANGUAGES}
        self.strangers(found, LANGUAGES, *path)
        return Text(**{lang: text for lang, text in said.items() if text}) if all(said.values()) else None

    def _said(self, found: object, *path: str | int) -> str | None:
        if isinstance(found, str) and found.strip():
            return found.strip()
        reason = "is missing: say it in zh and in en" if found is None else "must be a text that is not empty"
        self.fault(f"{dotted(path)} {reason}", *path, kind="missing")
        return None

    def texts(self, found: object, *path: str | int) -> tuple[str, ...]:
        """A required list of texts."""
        if isinstance(found, Sequence) and not isinstance(found, str) and found and all(map(_is_said, found)):
            return tuple(str(item).strip() for item in found)
        missing = found is None
        reason = "is missing: say it in zh and in en" if missing else "must be a list of texts, none of them empty"
        self.fault(f"{dotted(path)} {reason}", *path, kind="missing")
        return ()

    def strangers(self, found: Mapping[str, object], known: Sequence[str], *path: str | int) -> None:
        """Note keys that nobody reads: a slip of the pen would otherwise go unseen."""
        for key in found:
            if key not in known:
                self.fault(f"{dotted((*path, key))} is not known here; known are {', '.join(known)}", *path, key)


def languages_of(found: Mapping[str, object]) -> tuple[Language, ...]:
    """The languages that a table speaks."""
    return tuple(language for language in LANGUAGES if language in found)


def dotted(path: Path) -> str:
    """A path as one reads it: `basis[2].title`."""
    said = ""
    for part in path:
        said += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if said else part
    return said


def _is_said(item: object) -> bool:
    return isinstance(item, str) and bool(item.strip())
