"""Where in a TOML file a key stands, so that a fault can name its line."""

from __future__ import annotations

import re
import tomllib

Path = tuple[str | int, ...]

_TABLE = re.compile(r"^\s*\[(?P<list>\[)?\s*(?P<name>[^\[\]\"']+?)\s*\]")
_KEY = re.compile(r"^\s*(?P<key>[A-Za-z0-9_-]+(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=")
_LINE_IN_MESSAGE = re.compile(r"at line (\d+)")
_LONG_QUOTES = ('"""', "'''")


class SourceMap:
    """The lines of a TOML text, findable by key."""

    def __init__(self, text: str) -> None:
        """Read the lines once."""
        self.lines = text.splitlines()
        self._where = _locate(self.lines)

    def line_of(self, *path: str | int) -> int:
        """The line, from 1, of the key or table at `path`, or of what is around it and stands in the file."""
        while path and path not in self._where:
            path = path[:-1]
        return self._where.get(path, 1)

    def lines_with(self, words: str, *path: str | int) -> list[int]:
        """Every line from `path` onwards that has `words` as a whole text, else as a part; else the line of `path`."""
        start = self.line_of(*path)
        below = list(enumerate(self.lines[start - 1 :], start))
        for wanted in (f'"{words}"', words):
            if found := [number for number, line in below if wanted in line]:
                return found
        return [start]


def line_of_syntax_error(error: tomllib.TOMLDecodeError, text: str) -> int:
    """The line that the parser stumbled over; the last one when the text ended too early."""
    found = _LINE_IN_MESSAGE.search(str(error))
    return int(found[1]) if found else max(1, len(text.splitlines()))


def _locate(lines: list[str]) -> dict[Path, int]:
    where: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    in_long_text = False
    for number, line in enumerate(lines, 1):
        if not in_long_text:
            if header := _TABLE.match(line):
                table = _table_path(header, counts)
                where.setdefault(table, number)
                where.setdefault(table[:1], number)
            elif key := _KEY.match(line):
                for path in _prefixes(table, _split(key["key"])):
                    where.setdefault(path, number)
        in_long_text ^= sum(line.count(quotes) for quotes in _LONG_QUOTES) % 2 == 1
    return where


def _table_path(header: re.Match[str], counts: dict[Path, int]) -> Path:
    name = _split(header["name"])
    if not header["list"]:
        return name
    index = counts.get(name, 0)
    counts[name] = index + 1
    return (*name, index)


def _split(dotted: str) -> Path:
    return tuple(part.strip() for part in dotted.split("."))


def _prefixes(table: Path, key: Path) -> list[Path]:
    return [table + key[: length + 1] for length in range(len(key))]
