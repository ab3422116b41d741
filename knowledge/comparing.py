"""What differs between two bodies: field by field, line by line, and within a changed line word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from knowledge.composing import KEYS
from knowledge.fields import dotted
from knowledge.revisions import Body
from knowledge.source import Path

_WORD = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)


class Mark(StrEnum):
    """What became of a line."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a field, in pieces of which some changed."""

    mark: Mark
    parts: tuple[tuple[str, bool], ...]
    """Text, and whether it is what changed in the line."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs."""

    field: str
    """As `basis[1].title.zh`."""
    lines: tuple[Line, ...]


def compare(old: Body, new: Body) -> tuple[Change, ...]:
    """The fields that differ, in the order in which people read an entry."""
    before, after = dict(_fields(old)), dict(_fields(new))
    order = sorted({**before, **after}, key=_place)
    changed = [field for field in order if before.get(field) != after.get(field)]
    return tuple(Change(field, _lines(before.get(field, ()), after.get(field, ()))) for field in changed)


def _fields(body: Body) -> Iterator[tuple[str, tuple[str, ...]]]:
    for path, said in _leaves(body, ()):
        yield dotted(path), said


def _leaves(value: object, path: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(part, (*path, str(key)))
    elif isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
        for index, part in enumerate(value):
            yield from _leaves(part, (*path, index))
    elif isinstance(value, list):
        yield path, tuple(str(part) for part in value)
    else:
        yield path, tuple(str(value).splitlines())


def _place(field: str) -> tuple[int, str]:
    """Where people read a field: by its key, and within it Chinese before English."""
    key = re.split(r"[.\[]", field)[0]
    said = re.sub(r"\bzh$", "", field)
    return (KEYS.index(key) if key in KEYS else len(KEYS), said)


def _lines(old: Sequence[str], new: Sequence[str]) -> tuple[Line, ...]:
    found: list[Line] = []
    for kind, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Line(Mark.SAME, ((line, False),)) for line in old[start:end]]
            continue
        paired = min(end - start, stop - begin)
        pairs = [_pair(old[start + place], new[begin + place]) for place in range(paired)]
        found += [before for before, _ in pairs]
        found += [Line(Mark.REMOVED, ((line, True),)) for line in old[start + paired : end]]
        found += [after for _, after in pairs]
        found += [Line(Mark.ADDED, ((line, True),)) for line in new[begin + paired : stop]]
    return tuple(found)


def _pair(old: str, new: str) -> tuple[Line, Line]:
    """A line before and after, with what differs between them."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    removed: list[tuple[str, bool]] = []
    added: list[tuple[str, bool]] = []
    for kind, start, end, begin, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        removed.append(("".join(before[start:end]), kind != "equal"))
        added.append(("".join(after[begin:stop]), kind != "equal"))
    return Line(Mark.REMOVED, _said(removed)), Line(Mark.ADDED, _said(added))


def _said(parts: Sequence[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    return tuple(part for part in parts if part[0])
