"""A ledger as a file: one entry a line in JSON, or a table in CSV, gone through as often as is needed.

Columns or keys are `reference`, `applicant`, `received_on`, `ended_on`, `reply`, `channel` and `fee_fen`. A line with
the key `entry` is something else than an application: a `complaint` (`accepted_on`, `level`), an `item`
(`disclosed_on`, `category`) or a `remedy` (`route`, `filed_on`, `ended_on`, `outcome`).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import TextIO

from casework.annual.entries import (
    ComplaintEntry,
    Entry,
    FaultyEntry,
    ItemCategory,
    ItemEntry,
    LedgerEntry,
    Level,
    RemedyEntry,
    RemedyOutcome,
    Route,
)
from casework.annual.findings import FindingKind
from casework.errors import CaseworkRejected
from casework.reply_kinds import ApplicantKind, ReplyKind

Row = Mapping[str, object]
_APPLICANTS = {kind.value: kind for kind in ApplicantKind}
_REPLIES = {kind.value: kind for kind in ReplyKind}


class LedgerFile:
    """The entries of a file, read line by line each time it is gone through."""

    def __init__(self, path: Path) -> None:
        """Read nothing yet; a name that ends in `.csv` is a table, any other JSON by lines."""
        self._path = path

    def __iter__(self) -> Iterator[Entry]:
        """Every entry; a line that cannot be read is a faulty entry that names its number."""
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                yield from _rows_of(file) if self._path.suffix.lower() == ".csv" else _lines_of(file)
        except (UnicodeDecodeError, csv.Error) as error:
            raise CaseworkRejected(f"{self._path} cannot be read: save it as UTF-8 ({error})") from error


def _rows_of(file: TextIO) -> Iterator[Entry]:
    for number, row in enumerate(csv.DictReader(file), 2):
        yield entry_of_row(row, number)


def _lines_of(file: TextIO) -> Iterator[Entry]:
    for number, line in enumerate(file, 1):
        if line.strip():
            yield _entry_of_line(line, number)


def entry_of_row(row: Row, number: int) -> Entry:
    """The entry that a row tells of; one that cannot be counted is a faulty entry under its reference or line."""
    reference = str(row.get("reference") or f"line {number}")
    read = _READERS.get(str(row.get("entry") or "application"))
    if read is None:
        return FaultyEntry(reference, FindingKind.UNREADABLE, f"line {number}: {row.get('entry')!r}")
    try:
        return read(reference, row) if row.get("reference") else _unreadable(reference, number)
    except (KeyError, TypeError, ValueError) as error:
        return FaultyEntry(reference, FindingKind.UNREADABLE, f"line {number}: {error}")


def line_of(entry: Entry) -> str:
    """The line of JSON that such a file has for an entry."""
    row = {name: value for name in _fields(entry) if (value := _written(getattr(entry, name))) is not None}
    name = _NAMES[type(entry)]
    return json.dumps(row if name == "application" else {"entry": name, **row}, ensure_ascii=False)


def _fields(entry: Entry) -> tuple[str, ...]:
    return tuple(part.name for part in fields(entry))


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value or None


def _entry_of_line(line: str, number: int) -> Entry:
    try:
        row = json.loads(line)
    except ValueError as error:
        return FaultyEntry(f"line {number}", FindingKind.UNREADABLE, str(error))
    return entry_of_row(row, number) if isinstance(row, dict) else _unreadable(f"line {number}", number)


def _unreadable(reference: str, number: int) -> FaultyEntry:
    return FaultyEntry(reference, FindingKind.UNREADABLE, f"line {number}: no reference")


def _application(reference: str, row: Row) -> Entry:
    applicant, reply = row.get("applicant"), row.get("reply") or None
    if applicant not in _APPLICANTS:
        return FaultyEntry(reference, FindingKind.UNKNOWN_APPLICANT, str(applicant or ""))
    if reply is not None and reply not in _REPLIES:
        return FaultyEntry(reference, FindingKind.UNKNOWN_REPLY, str(reply))
    return LedgerEntry(
        reference,
        _APPLICANTS[str(applicant)],
        _day(row, "received_on"),
        _day(row, "ended_on") if row.get("ended_on") else None,
        None if reply is None else _REPLIES[str(reply)],
        str(row.get("channel") or ""),
        int(str(row.get("fee_fen") or 0)),
    )


def _complaint(reference: str, row: Row) -> Entry:
    return ComplaintEntry(reference, _day(row, "accepted_on"), Level(str(row["level"])))


def _item(reference: str, row: Row) -> Entry:
    return ItemEntry(reference, _day(row, "disclosed_on"), ItemCategory(str(row["category"])))


def _remedy(reference: str, row: Row) -> Entry:
    ended = _day(row, "ended_on") if row.get("ended_on") else None
    outcome = RemedyOutcome(str(row["outcome"])) if row.get("outcome") else None
    return RemedyEntry(reference, Route(str(row["route"])), _day(row, "filed_on"), ended, outcome)


def _day(row: Row, key: str) -> date:
    return date.fromisoformat(str(row[key]))


_NAMES: dict[type, str] = {
    LedgerEntry: "application",
    ComplaintEntry: "complaint",
    ItemEntry: "item",
    RemedyEntry: "remedy",
}
_READERS: dict[str, Callable[[str, Row], Entry]] = {
    "application": _application,
    "complaint": _complaint,
    "item": _item,
    "remedy": _remedy,
}
