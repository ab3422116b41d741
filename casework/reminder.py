"""Reminders of deadlines: which are due, to whom, and whether they come late. Found by state, never by a window."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from casework.kept_deadline import KeptDeadline
from casework.message import CaseId


class Moment(StrEnum):
    """When a reminder is due, seen from the day of the deadline."""

    BEFORE = "before"
    ON = "on"
    AFTER = "after"


class Level(StrEnum):
    """Who is reminded; the later, the higher."""

    PERSON = "person"
    UNIT = "unit"
    LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the ladder: so many working days before (negative) or after the day, and who hears of it."""

    moment: Moment
    level: Level
    working_days: int


LADDER: tuple[Rung, ...] = (
    Rung(Moment.BEFORE, Level.PERSON, -3),
    Rung(Moment.ON, Level.UNIT, 0),
    Rung(Moment.AFTER, Level.LEADER, 1),
)
"""The usual ladder; a bureau may set another one."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder that is sent, once for each deadline, day and rung."""

    case_id: CaseId
    name: str
    due_on: date
    moment: Moment
    level: Level
    sent_at: datetime
    late: bool = False
    """It was due on an earlier day: the product was away, or the deadline was moved."""


def reminders_due(
    case_id: CaseId,
    deadline: KeptDeadline,
    sent: Collection[Reminder],
    *,
    now: datetime,
    today: date,
    shift: Callable[[date, int], date],
    ladder: tuple[Rung, ...] = LADDER,
) -> tuple[Reminder, ...]:
    """The reminders of one deadline that are due on `today` and were not sent, in the order of the ladder.

    `shift` moves a date by so many working days. After an outage of any length each is still sent once, marked late.
    """
    if deadline.due_on is None:
        return ()
    done = {(one.name, one.due_on, one.moment, one.level) for one in sent if one.case_id == case_id}
    found = []
    for rung in ladder:
        day = shift(deadline.due_on, rung.working_days)
        if day <= today and (deadline.name, deadline.due_on, rung.moment, rung.level) not in done:
            late = day < today
            found.append(Reminder(case_id, deadline.name, deadline.due_on, rung.moment, rung.level, now, late))
    return tuple(found)
