"""The mails of an archive, one after the other and never all at once: mbox files, Maildirs, folders of single files.

An mbox is split here and not by the standard library, which takes every paragraph beginning with `From ` for a new
mail, and leaves the `>` that was set before such lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_SEPARATOR = re.compile(rb"From \S.*\d{1,2}:\d{2}(?::\d{2})?\b.*\d{4}", re.DOTALL)
"""Sender and date (RFC 4155); a sentence that begins with From has neither time nor year."""
_ESCAPED = re.compile(rb">+From ")
_FIELD = re.compile(rb"(?:[!-9;-~]+[ \t]*:|From )")
_READ_AT_ONCE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One mail of an archive."""

    name: str
    """Where it lies: a path, and in an mbox its number."""
    raw: bytes = b""
    fault: str = ""
    """Why it could not be read; empty when it could."""


def mails_of(path: Path, *, max_bytes: int) -> Iterator[ArchiveFile]:
    """Every mail of a file or folder, in order; what is larger than `max_bytes` (0: no limit) is named and not kept."""
    for file in _files(path):
        try:
            yield from _mails_in(file, max_bytes)
        except OSError as error:
            yield ArchiveFile(str(file), fault=f"cannot be read: {error.strerror}")


def _files(path: Path) -> Iterator[Path]:
    """The files of a folder at any depth; of a Maildir those in `cur` and `new`, since the others are no mails."""
    if not path.is_dir():
        yield path
        return
    inside = sorted(path.iterdir())
    if {"cur", "new"} <= {entry.name for entry in inside if entry.is_dir()}:
        inside = [entry for entry in inside if entry.is_dir() and entry.name != "tmp"]
    for entry in inside:
        if entry.is_dir() or entry.is_file():
            yield from _files(entry)


def _mails_in(file: Path, max_bytes: int) -> Iterator[ArchiveFile]:
    with file.open("rb") as opened:
        start = opened.readline(_READ_AT_ONCE)
        if _SEPARATOR.match(start):
            yield from _split(opened, str(file), max_bytes)
        elif not _FIELD.match(start.lstrip()):
            yield ArchiveFile(str(file), fault="is no mail: it does not begin with a header line")
        elif 0 < max_bytes < file.stat().st_size:
            yield _too_large(str(file), max_bytes)
        else:
            yield ArchiveFile(str(file), start + opened.read())


def _split(opened: BinaryIO, name: str, max_bytes: int) -> Iterator[ArchiveFile]:
    """The mails of an mbox whose first separator was read."""
    number, size, is_line, was_blank = 1, 0, True, False
    lines: list[bytes] = []
    while line := opened.readline(_READ_AT_ONCE):
        if is_line and was_blank and _SEPARATOR.match(line):
            yield _joined(f"{name}#{number}", lines, size, max_bytes)
            number, size, lines = number + 1, 0, []
        else:
            size += len(line)
            if not 0 < max_bytes < size:
                lines.append(line[1:] if is_line and _ESCAPED.match(line) else line)
        # A line that is longer than what is read at once goes on in the next piece.
        was_blank = is_line and not line.strip(b"\r\n")
        is_line = line.endswith(b"\n")
    yield _joined(f"{name}#{number}", lines, size, max_bytes)


def _joined(name: str, lines: list[bytes], size: int, max_bytes: int) -> ArchiveFile:
    if 0 < max_bytes < size:
        return _too_large(name, max_bytes)
    if lines and not lines[-1].strip(b"\r\n"):
        # The blank line before the next separator belongs to the mbox.
        lines = lines[:-1]
    return ArchiveFile(name, b"".join(lines)) if lines else ArchiveFile(name, fault="is empty")


def _too_large(name: str, max_bytes: int) -> ArchiveFile:
    return ArchiveFile(name, fault=f"is larger than smtp.max_size allows ({max_bytes} bytes)")
