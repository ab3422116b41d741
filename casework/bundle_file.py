"""One TOML file of a bundle: its values by path, and every fault with the line that the editor must go to."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path

from casework.bureau import Words
from casework.party import LANGUAGES, Language

Key = tuple[str | int, ...]
"""Names of tables and keys from the root of the file; the place in an array of tables is a number from 0."""

_STATEMENT = re.compile(r"\s*(?:\[\[(?P<row>[\w.-]+)\]\]|\[(?P<table>[\w.-]+)\]|(?P<key>[\w.-]+)\s*=)")
_LINE_OF_ERROR = re.compile(r"line (\d+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a bundle."""

    file: str
    line: int
    message: str
    """What is wrong and what to write instead."""

    def __str__(self) -> str:
        """As compilers write it, so that an editor can jump there."""
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(slots=True)
class BundleFile:
    """What a file says, read key by key; whatever cannot be used is noted in `faults` and answered with None."""

    name: str
    tree: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[Key, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, key: Key, message: str) -> None:
        """Note what is wrong at `key`, under the line of the nearest table or key that the file has."""
        while key and key not in self.lines:
            key = key[:-1]
        self.faults.append(Fault(self.name, self.lines.get(key, 1), message))

    def get(self, key: Key) -> object:
        """The value at `key`; None when there is none."""
        found: object = self.tree
        for part in key:
            if isinstance(found, Mapping):
                found = found.get(part)
            elif isinstance(found, list) and isinstance(part, int) and part < len(found):
                found = found[part]
            else:
                return None
        return found

    def only(self, key: Key, known: Collection[str]) -> None:
        """Note every key of a table that nobody reads: it would be a slip of the pen that goes unseen."""
        found = self.get(key)
        for name in found if isinstance(found, Mapping) else ():
            if name not in known:
                self.fault((*key, name), f"{spell((*key, name))} is not known here; known are {', '.join(known)}")

    def table(self, key: Key) -> Mapping[str, object]:
        """A table, empty when it is missing."""
        found = self.get(key)
        if found is None or isinstance(found, Mapping):
            return found or {}
        self.fault(key, f"{spell(key)} must be a table")
        return {}

    def text(self, key: Key, *, pattern: str = r"(?s).*\S.*", shape: str = "a text that is not empty") -> str | None:
        """A required text that fits `pattern`, which `shape` says in words."""
        found = self.get(key)
        if isinstance(found, str) and re.fullmatch(pattern, found):
            return found
        self.fault(key, f"{spell(key)} is missing" if found is None else f"{spell(key)} must be {shape}, not {found!r}")
        return None

    def texts(self, key: Key) -> tuple[str, ...]:
        """A list of texts, empty when it is missing."""
        found = self.get(key)
        if isinstance(found, list) and all(isinstance(item, str) and item.strip() for item in found):
            return tuple(found)
        if found is not None:
            self.fault(key, f"{spell(key)} must be a list of texts, none of them empty")
        return ()

    def words(self, key: Key) -> Words | None:
        """A required text in every language."""
        if not isinstance(self.get(key), Mapping):
            self.fault(key, f"{spell(key)} is missing: say it in {' and '.join(LANGUAGES)}")
            return None
        said = {language: self.text((*key, language)) for language in LANGUAGES}
        return Words(zh=said["zh"], en=said["en"]) if said["zh"] and said["en"] else None

    def listed(self, key: Key) -> Mapping[Language, tuple[str, ...]] | None:
        """A required list of texts in every language, with as many lines in each."""
        self.only(key, LANGUAGES)
        said = {language: self.texts((*key, language)) for language in LANGUAGES}
        for language, lines in said.items():
            if not lines:
                self.fault(
                    (*key, language), f"{spell((*key, language))} is missing: list it in {' and '.join(LANGUAGES)}"
                )
        if all(said.values()) and len({len(lines) for lines in said.values()}) > 1:
            self.fault(key, f"{spell(key)} must have as many lines in {' as in '.join(LANGUAGES)}")
            return None
        return said if all(said.values()) else None


def read_bundle_file(folder: Path | Traversable, name: str) -> BundleFile:
    """The file `name` of a bundle; one that cannot be read is empty and has one fault that says why."""
    try:
        source = (folder / name).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return BundleFile(name, faults=[Fault(name, line, "is not UTF-8: save it in that encoding")])
    except OSError as error:
        return BundleFile(name, faults=[Fault(name, 1, f"cannot be read: {error.strerror}")])
    try:
        return BundleFile(name, tomllib.loads(source), locate(source))
    except tomllib.TOMLDecodeError as error:
        found = _LINE_OF_ERROR.search(str(error))
        line = int(found[1]) if found else source.count("\n") + 1
        return BundleFile(name, faults=[Fault(name, line, f"is no TOML: {error}")])


def locate(source: str) -> dict[Key, int]:
    """The line, from 1, of each table and key of a TOML text; what stands inside a line has the line of its key."""
    lines: dict[Key, int] = {}
    here: Key = ()
    rows: dict[str, int] = {}
    for number, line in enumerate(source.splitlines(), 1):
        found = _STATEMENT.match(line)
        if not found:
            continue
        if name := found["row"]:
            rows[name] = rows.get(name, -1) + 1
            here = (*name.split("."), rows[name])
        elif name := found["table"]:
            first, *rest = name.split(".")
            # A table below the last row of an array of tables is that row's.
            here = (first, rows[first], *rest) if first in rows else (first, *rest)
        key = (*here, *found["key"].split(".")) if found["key"] else here
        for length in range(1, len(key) + 1):
            lines.setdefault(key[:length], number)
    return lines


def spell(key: Key) -> str:
    """A key as it is written in the file, e.g. `commitments.complaint.unit`."""
    return ".".join(str(part) for part in key if isinstance(part, str))
