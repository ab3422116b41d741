"""A deadline as it is kept beside its case, so that what is late is found by its state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class KeptDeadline:
    """One deadline of a case as it was reckoned last; how it came about is derived again when it is shown."""

    name: str
    """`confirmation`, `supplement_notice`, `supplement`, `third_party`, `reply`, `acceptance`, …"""
    owed_by: str
    due_on: date | None
    state: str
    rule: str
    """Slug of the rule, with its article."""
    uncertain: bool = False
    """It lies in a year whose calendar is not announced yet."""
