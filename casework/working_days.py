"""Calendar arithmetic: working days of the bureau, make-up days included, and office hours.

Public holidays and make-up working weekends of the State Council's yearly notices come from the library `holidays`,
as do those of other countries; the bureau adds closing days of its own. Through which year a country's notices are
known stands in `calendars.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
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


class DayKind(StrEnum):
    """Why a day is worked, or not."""

    ORDINARY = "ordinary"
    MAKE_UP = "make_up"
    """A weekend day that is worked."""
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSING = "closing"
    """A day on which this bureau alone is closed."""

    @property
    def works(self) -> bool:
        """Whether such a day is a working day."""
        return self in {DayKind.ORDINARY, DayKind.MAKE_UP}


@dataclass(frozen=True)
class WorkCalendar:
    """The days and hours on which a bureau works."""

    time_zone: ZoneInfo
    hours: Mapping[int, tuple[tuple[time, time], ...]] = field(default_factory=dict)
    """Weekday (Monday is 0) to opening spans; a make-up working weekend has Monday's hours."""
    closing_days: frozenset[date] = frozenset()
    country: str = "CN"
    """Whose public holidays are kept: a code of ISO 3166."""
    subdivision: str | None = None
    make_up_days: frozenset[date] = frozenset()
    """Weekend days that are worked beside those which the library knows, e.g. of a notice that is newer than it."""
    announced_through: int | None = None
    """The last year whose holidays are settled, when the bureau knows better than `calendars.toml`."""

    def kind_of(self, day: date) -> DayKind:
        """Why the bureau works on `day`, or does not."""
        found = self._kinds.get(day)
        if found is None:
            found = self._kinds[day] = self._find_kind(day)
        return found

    def is_working_day(self, day: date) -> bool:
        """Whether the bureau works on `day`."""
        return self.kind_of(day).works

    def holiday_name(self, day: date, language: str) -> str:
        """What the holiday on `day` is called, in `zh` where the country's holidays have Chinese names; or empty."""
        names = self._names_zh if language == "zh" else self._names_en
        return str(names.get(day, ""))

    def is_announced(self, year: int) -> bool:
        """Whether the holidays of a year are settled; otherwise every date in it may still move."""
        last = self.announced_through or _announced_through(self.country)
        return last is None or year <= last

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

    def shift(self, day: date, working_days: int) -> date:
        """The day so many working days after `day`, or before it when negative; with 0 it is `day` itself."""
        step, left = timedelta(days=1 if working_days > 0 else -1), abs(working_days)
        while left:
            day += step
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

    @cached_property
    def _kinds(self) -> dict[date, DayKind]:
        return {}

    @cached_property
    def _names_zh(self) -> holidays.HolidayBase:
        return self._library("zh_CN")

    @cached_property
    def _names_en(self) -> holidays.HolidayBase:
        return self._library("en_US")

    def _library(self, language: str) -> holidays.HolidayBase:
        found = holidays.country_holidays(self.country, subdiv=self.subdivision)
        spoken = language if language in found.supported_languages else "en_US"
        return holidays.country_holidays(self.country, subdiv=self.subdivision, language=spoken)

    def _find_kind(self, day: date) -> DayKind:
        if day in self.closing_days:
            return DayKind.CLOSING
        weekend = day.weekday() >= 5
        if day in self.make_up_days:
            return DayKind.MAKE_UP if weekend else DayKind.ORDINARY
        if self._names_en.is_working_day(day):
            return DayKind.MAKE_UP if weekend else DayKind.ORDINARY
        return DayKind.HOLIDAY if day in self._names_en else DayKind.WEEKEND

    def _roll(self, day: date) -> date:
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def _spans(self, day: date) -> tuple[tuple[time, time], ...]:
        if not self.is_working_day(day):
            return ()
        return self.hours.get(day.weekday()) or self.hours.get(0, ())


@cache
def _announced_through(country: str) -> int | None:
    years = tomllib.loads((files("casework") / "calendars.toml").read_text(encoding="utf-8"))
    found = years.get(country, {}).get("announced_through")
    return int(found) if found is not None else None
