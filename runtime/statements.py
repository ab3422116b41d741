"""What the bureau says in its annual reports, out of its bundle."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import Path

from casework.annual.statement import FOLDER, Statement, read_statement
from casework.errors import CaseworkRejected


def statement_of(bundle: Path | Traversable, year: int) -> Statement:
    """The statement of a year, an empty one when the bundle has none; CaseworkRejected names its faults."""
    folder, name = bundle / FOLDER, f"{year}.toml"
    return statement_file(folder, name) if (folder / name).is_file() else Statement()


def statement_file(folder: Path | Traversable, name: str) -> Statement:
    """The statement in a file; CaseworkRejected names its faults."""
    statement, faults = read_statement(folder, name)
    if faults:
        rows = [f"  {fault}" for fault in faults]
        raise CaseworkRejected("\n".join(["the bureau's words for the report have faults:", *rows]))
    return statement
