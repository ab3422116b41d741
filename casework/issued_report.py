"""An annual report as it was issued: its numbers, and where its files lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from casework.message import StaffId


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """One issue of the report of a year; a later one stands beside it."""

    id: int
    year: int
    form: str
    issued_at: datetime
    issued_by: StaffId | None
    """None when it was issued on the command line."""
    filed: str
    """The file of its numbers, with which the report of the year after is checked."""
    files: Mapping[str, str]
    """Every file by its name, as the digest under which its bytes are kept."""
