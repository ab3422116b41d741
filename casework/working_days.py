"""Calendar arithmetic: working days of the bureau, make-up days included, and office hours.

Public holidays and make-up working weekends of the State Council's yearly notices come from the library `holidays`;
the bureau adds closing days of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays


class DayUnit(StrEnum):
    """How the days of a time limit are counted."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """So many days within which something must be done."""

    number: int
    unit: DayUnit

    def __post_init__(self) -> None:
        """Refuse a limit of no days."""
        if self.number < 1:
            raise ValueError("a time limit has at least one day")


@dataclass(frozen=True)
class WorkCalendar:
    """The days and hours on which a bureau works."""

    time_zone: ZoneInfo
    hours: Mapping[int, tuple[tuple[time, time], ...]] = field(default_factory=dict)
    """Weekday (Monday is 0) to opening spans; a make-up working weekend has Monday's hours."""
    closing_days: frozenset[date] = frozenset()

    @cached_property
    def _holidays(self) -> holidays.HolidayBase:
        return holidays.country_holidays("CN")

    def is_working_day(self, day: date) -> bool:
        """Whether the bureau works on `day`."""
        return day not in self.closing_days and bool(self._holidays.is_working_day(day))

    def local_date(self, at: datetime) -> date:
        """The date on the bureau's wall at an instant."""
        return at.astimezone(self.time_zone).date()

    def due_on(self, start_on: date, limit: TimeLimit) -> date:
        """The last day of a limit; the day of the event itself is not counted.

        A calendar-day limit that ends on a day off ends on the next working day.
        """
        if limit.unit is DayUnit.CALENDAR_DAY:
            return self._roll(start_on + timedelta(days=limit.number))
        day, left = start_on, limit.number
        while left:
            day += timedelta(days=1)
            left -= self.is_working_day(day)
        return day

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at an instant."""
        local = at.astimezone(self.time_zone)
        return any(start <= local.time() < end for start, end in self._spans(local.date()))

    def next_opening(self, at: datetime) -> datetime:
        """The next instant at which the office opens; `at` itself when it is open."""
        if self.is_open(at):
            return at
        local = at.astimezone(self.time_zone)
        day = local.date()
        for _ in range(400):
            for start, _end in self._spans(day):
                opening = datetime.combine(day, start, tzinfo=self.time_zone)
                if opening > local:
                    return opening
            day += timedelta(days=1)
        raise ValueError("the office hours name no opening within 400 days")

    def _roll(self, day: date) -> date:
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def _spans(self, day: date) -> tuple[tuple[time, time], ...]:
        if not self.is_working_day(day):
            return ()
        return self.hours.get(day.weekday()) or self.hours.get(0, ())
