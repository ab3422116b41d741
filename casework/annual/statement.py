"""What the bureau itself says in the report: free chapters, the figures of table II, and last year's numbers.

It is the file `annual/YEAR.toml` of the bundle, or one that is named on the command line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from casework.annual.entries import LastYear
from casework.annual.findings import Cell, Number, Table
from casework.annual.forms import DISCLOSURE_ROWS, Form
from casework.bundle_file import BundleFile, Fault, Key, read_bundle_file
from casework.bureau import Words
from casework.reply_kinds import ApplicantKind

FOLDER = "annual"
"""Where a bundle keeps its statements, one for each year."""
CHAPTERS = (
    "overview_proactive",
    "overview_on_application",
    "overview_management",
    "overview_platform",
    "overview_supervision",
    "problems",
    "other",
)
"""Free text of chapters I (five parts), V and VI."""
_NOTHING: Mapping[str, Words] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Statement:
    """The bureau's own part of a report."""

    bureau: Words | None = None
    chapters: Mapping[str, Words] = field(default_factory=lambda: _NOTHING)
    disclosure: Mapping[Cell, Number] = field(default_factory=lambda: MappingProxyType({}))
    last_year: LastYear | None = None


def faults_of_statements(bundle: Path | Traversable) -> list[Fault]:
    """Every fault of the statements of a bundle, by file and line."""
    folder = bundle / FOLDER
    names = sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []
    faults = []
    for name in names:
        if re.fullmatch(r"\d{4}\.toml", name):
            faults += [replace(fault, file=f"{FOLDER}/{fault.file}") for fault in read_statement(folder, name)[1]]
        else:
            faults.append(Fault(f"{FOLDER}/{name}", 1, "is no statement: name it after its year, such as 2025.toml"))
    return faults


def read_statement(folder: Path | Traversable, name: str) -> tuple[Statement, tuple[Fault, ...]]:
    """The statement in a file of a folder, and every fault with its line; what is not there stays open."""
    read = read_bundle_file(folder, name)
    read.only((), ("bureau", "chapters", "disclosure", "last_year"))
    bureau = read.words(("bureau",)) if read.get(("bureau",)) is not None else None
    read.only(("chapters",), CHAPTERS)
    chapters = {
        name: said
        for name in CHAPTERS
        if read.get(("chapters", name)) is not None and (said := read.words(("chapters", name))) is not None
    }
    statement = Statement(bureau, chapters, _read_figures(read), _read_last_year(read))
    return statement, tuple(read.faults)


def _read_figures(file: BundleFile) -> dict[Cell, Number]:
    known: dict[str, set[str]] = {}
    for form in Form:
        for row, columns in DISCLOSURE_ROWS[form].items():
            known.setdefault(row, set()).update(columns)
    file.only(("disclosure",), known)
    cells: dict[Cell, Number] = {}
    for row, asked in known.items():
        file.only(("disclosure", row), sorted(asked))
        for column in file.table(("disclosure", row)):
            number = _number(file, ("disclosure", row, column))
            if number is not None and column in asked:
                cells[Cell(Table.DISCLOSURE, row, column)] = number
    return cells


def _number(file: BundleFile, key: Key) -> Number | None:
    found = file.get(key)
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    if isinstance(found, float):
        return Decimal(str(found))
    file.fault(key, f"{'.'.join(map(str, key))} must be a number")
    return None


def _read_last_year(file: BundleFile) -> LastYear | None:
    if file.get(("last_year",)) is None:
        return None
    file.only(("last_year",), ("carried_out", "in_force"))
    file.only(("last_year", "carried_out"), [kind.value for kind in ApplicantKind])
    carried = {kind: _count(file, ("last_year", "carried_out", kind.value)) for kind in ApplicantKind}
    in_force = {row: _count(file, ("last_year", "in_force", row)) for row in file.table(("last_year", "in_force"))}
    return LastYear(carried, None, in_force)


def _count(file: BundleFile, key: Key) -> int:
    """A whole number; 0 when it is not there, as last year's report leaves a column empty."""
    found = file.get(key)
    if found is None or (isinstance(found, int) and not isinstance(found, bool)):
        return found or 0
    file.fault(key, f"{'.'.join(map(str, key))} must be a whole number")
    return 0
