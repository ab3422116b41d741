"""How near a deadline is, in a word and a number of days: what the console and the portal show beside a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from casework.case import Case, CaseStatus

SOON: Final = 3
"""Calendar days before a deadline at which it is marked."""


class Nearness(StrEnum):
    """How near; each has a colour, a shape and a text, never a colour alone."""

    NONE = "none"
    CLOSED = "closed"
    AHEAD = "ahead"
    SOON = "soon"
    TODAY = "today"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline as it is shown."""

    nearness: Nearness
    days: int = 0
    """Calendar days left, or days since when it has passed."""
    due_on: date | None = None


def deadline_of(case: Case, today: date) -> Deadline:
    """How near the deadline of `case` is on the local date `today`."""
    if case.status is CaseStatus.CLOSED:
        return Deadline(Nearness.CLOSED, due_on=case.due_on)
    return nearness_of(case.due_on, today)


def nearness_of(due_on: date | None, today: date) -> Deadline:
    """How near a day is on the local date `today`."""
    if due_on is None:
        return Deadline(Nearness.NONE)
    left = (due_on - today).days
    if left < 0:
        return Deadline(Nearness.OVERDUE, -left, due_on)
    if left == 0:
        return Deadline(Nearness.TODAY, 0, due_on)
    return Deadline(Nearness.SOON if left <= SOON else Nearness.AHEAD, left, due_on)
