"""Counting days from an event to the last day of a limit, with every day on the way accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from casework.bureau import Words
from casework.clocks.deadline import Step, step
from casework.errors import CaseworkRejected
from casework.regime import Conventions, RuleUnit
from casework.working_days import DayKind, WorkCalendar

FURTHEST = 20_000
"""So many days ahead a limit is looked for: beyond any number of days, pauses included."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days that do not count, both included; without a last day while it cannot be told."""

    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day and (self.last is None or day <= self.last)

    def ends(self) -> bool:
        """Whether its last day is known."""
        return self.last is not None


class _Sort(StrEnum):
    COUNTED = "counted"
    MAKE_UP = "make_up"
    OFF = "off"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Count:
    """The last day of a limit, and how it came about."""

    start_on: date
    due_on: date
    steps: tuple[Step, ...]
    counted: tuple[date, ...] = ()
    """Day one, day two and so on."""
    unannounced: tuple[int, ...] = ()
    """Years on the way whose holidays are not announced."""


@dataclass(frozen=True, slots=True)
class Counter:
    """How days are counted in one case."""

    calendar: WorkCalendar
    conventions: Conventions

    def count(self, start_on: date, number: int, unit: RuleUnit, paused: Iterable[Span] = ()) -> Count:
        """The last of `number` days after `start_on`, the days of `paused` left out."""
        moved = self._moved(start_on)
        return self._finish(start_on, moved, self._walk(moved, number, unit, tuple(paused)), unit)

    def due_on(self, start_on: date, number: int, unit: RuleUnit, paused: Iterable[Span] = ()) -> date:
        """The last day alone."""
        moved = self._moved(start_on)
        walked = self._walk(moved, number, unit, tuple(paused))
        return self._rolled(walked[-1][0] if walked else moved, unit)

    def _walk(self, moved: date, number: int, unit: RuleUnit, spans: tuple[Span, ...]) -> list[tuple[date, _Sort]]:
        """Every day up to the last one, with how it fares."""
        walked: list[tuple[date, _Sort]] = []
        left = number
        day = moved if self.conventions.event_day_counts else moved + _DAY
        while left:
            if len(walked) > FURTHEST:
                raise CaseworkRejected(f"{number} days from {moved.isoformat()} end nowhere within {FURTHEST} days")
            sort = self._sort(day, unit, spans)
            walked.append((day, sort))
            left -= sort in {_Sort.COUNTED, _Sort.MAKE_UP}
            day += _DAY
        return walked

    def working_days_in(self, first: date, last: date) -> tuple[date, ...]:
        """The working days of a span, both ends included."""
        days = (first + _DAY * offset for offset in range((last - first).days + 1))
        return tuple(day for day in days if self.calendar.is_working_day(day))

    def _rolled(self, last: date, unit: RuleUnit) -> date:
        while unit is RuleUnit.NATURAL_DAY and not self.calendar.is_working_day(last):
            last += _DAY
        return last

    def _moved(self, start_on: date) -> date:
        day = start_on
        while self.conventions.day_off_event_moves and not self.calendar.is_working_day(day):
            day += _DAY
        return day

    def _sort(self, day: date, unit: RuleUnit, spans: tuple[Span, ...]) -> _Sort:
        kind = self.calendar.kind_of(day)
        if unit is RuleUnit.WORKING_DAY and not kind.works:
            return _Sort.OFF
        if any(span.holds(day) for span in spans):
            return _Sort.PAUSED
        return _Sort.MAKE_UP if kind is DayKind.MAKE_UP and unit is RuleUnit.WORKING_DAY else _Sort.COUNTED

    def _finish(self, start_on: date, moved: date, walked: list[tuple[date, _Sort]], unit: RuleUnit) -> Count:
        steps = [step("clock.count.same_day" if not walked else self._event_key(), day=start_on)]
        if moved != start_on:
            steps.append(step("clock.count.moved", day=start_on, to=moved, why=self._why(start_on)))
        steps += self._runs(walked, unit)
        last = walked[-1][0] if walked else moved
        due = self._rolled(last, unit)
        if due != last:
            steps.append(step("clock.count.rolled", day=last, to=due, why=self._why(last)))
        years = tuple(year for year in range(start_on.year, due.year + 1) if not self.calendar.is_announced(year))
        counted = tuple(day for day, sort in walked if sort in {_Sort.COUNTED, _Sort.MAKE_UP})
        return Count(start_on, due, tuple(steps), counted, years)

    def _event_key(self) -> str:
        return "clock.count.event_day_counts" if self.conventions.event_day_counts else "clock.count.event_day"

    def _runs(self, walked: list[tuple[date, _Sort]], unit: RuleUnit) -> Iterator[Step]:
        """One step for each run of days that fare alike."""
        number = 0
        for sort, group in groupby(walked, key=lambda pair: pair[1]):
            days = [day for day, _ in group]
            if sort is _Sort.OFF:
                yield step("clock.count.off", days=len(days), reasons=self._reasons(days), **_from_to(days))
            elif sort is _Sort.PAUSED:
                yield step(f"clock.count.paused_{unit.value}", days=len(days), **_from_to(days))
            else:
                first, number = number + 1, number + len(days)
                key = f"clock.count.{sort.value}_{unit.value}" + ("_one" if len(days) == 1 else "")
                yield step(key, number=first, to_number=number, **_from_to(days))

    def _reasons(self, days: list[date]) -> tuple[Step, ...]:
        """Why each day of a run is off, days in a row with one reason together."""
        named = [(day, self._why(day)) for day in days]
        found = []
        for why, group in groupby(named, key=lambda pair: pair[1]):
            run = [day for day, _ in group]
            found.append(
                step("clock.reason.one" if len(run) == 1 else "clock.reason.several", why=why, **_from_to(run))
            )
        return tuple(found)

    def _why(self, day: date) -> tuple[Step, ...]:
        kind = self.calendar.kind_of(day)
        if kind is DayKind.HOLIDAY:
            zh, en = (self.calendar.holiday_name(day, language) for language in ("zh", "en"))
            return (step("clock.off.holiday", name=Words(zh=zh, en=en)),)
        return (step(f"clock.off.{kind.value}"),)


def unannounced_steps(counts: Iterable[Count]) -> tuple[Step, ...]:
    """One step for each year on the way whose holidays are not announced."""
    years = sorted({year for count in counts for year in count.unannounced})
    return tuple(step("clock.unannounced", year=str(year)) for year in years)


def _from_to(days: list[date]) -> dict[str, date]:
    return {"day": days[0], "to": days[-1]}
