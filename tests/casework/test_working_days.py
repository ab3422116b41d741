"""The calendar: make-up weekends count, holidays do not, and the first day is not counted."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from casework.working_days import DayKind, DayUnit, TimeLimit, WorkCalendar

HOURS = {day: ((time(9), time(12)), (time(13, 30), time(17, 30))) for day in range(5)}
CALENDAR = WorkCalendar(ZoneInfo("Asia/Shanghai"), HOURS)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True),
        (date(2026, 2, 16), False),
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),
        (date(2026, 11, 21), False),
    ],
    ids=["make-up Saturday", "New Year's Eve", "National Day", "make-up Saturday in autumn", "plain Saturday"],
)
def test_make_up_days_are_worked_and_holidays_are_not(day: date, works: bool) -> None:
    assert CALENDAR.is_working_day(day) is works


def test_twenty_working_days_over_spring_festival() -> None:
    # From Friday 2026-02-06: 9-13 (5), Sat 14 (6), holiday 15-23, 24-27 (10), Sat 28 (11), March 2-6 (16), 9-12 (20).
    due_on = CALENDAR.due_on(date(2026, 2, 6), TimeLimit(20, DayUnit.WORKING_DAY))
    assert due_on == date(2026, 3, 12)


def test_a_calendar_limit_that_ends_on_a_weekend_ends_on_the_next_working_day() -> None:
    assert CALENDAR.due_on(date(2026, 11, 6), TimeLimit(15, DayUnit.CALENDAR_DAY)) == date(2026, 11, 23)


def test_a_closing_day_of_the_bureau_is_not_worked() -> None:
    calendar = WorkCalendar(ZoneInfo("Asia/Shanghai"), HOURS, frozenset({date(2026, 11, 24)}))
    assert calendar.due_on(date(2026, 11, 23), TimeLimit(1, DayUnit.WORKING_DAY)) == date(2026, 11, 25)


def test_the_next_opening_skips_lunch_night_and_weekend() -> None:
    lunch = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
    evening = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert CALENDAR.next_opening(lunch).isoformat() == "2026-11-20T13:30:00+08:00"
    assert CALENDAR.next_opening(evening).isoformat() == "2026-11-23T09:00:00+08:00"


def test_a_make_up_saturday_is_open_like_a_monday() -> None:
    assert CALENDAR.is_open(datetime(2026, 2, 14, 2, 0, tzinfo=UTC))


def test_a_limit_of_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        TimeLimit(0, DayUnit.WORKING_DAY)


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2026, 2, 13), DayKind.ORDINARY, ""),
        (date(2026, 2, 14), DayKind.MAKE_UP, ""),
        (date(2026, 2, 15), DayKind.WEEKEND, ""),
        (date(2026, 2, 17), DayKind.HOLIDAY, "春节"),
        (date(2026, 2, 26), DayKind.CLOSING, ""),
    ],
)
def test_a_day_says_why_it_is_worked_or_not(day: date, kind: DayKind, name: str) -> None:
    calendar = WorkCalendar(ZoneInfo("Asia/Shanghai"), HOURS, frozenset({date(2026, 2, 26)}))
    assert (calendar.kind_of(day), calendar.holiday_name(day, "zh")) == (kind, name)


def test_a_newer_notice_than_the_library_knows_can_be_entered() -> None:
    calendar = WorkCalendar(
        ZoneInfo("Asia/Shanghai"),
        HOURS,
        closing_days=frozenset({date(2027, 1, 4)}),
        make_up_days=frozenset({date(2027, 1, 9), date(2027, 10, 1)}),
        announced_through=2027,
    )
    assert calendar.kind_of(date(2027, 1, 9)) is DayKind.MAKE_UP
    assert calendar.kind_of(date(2027, 10, 1)) is DayKind.ORDINARY
    assert not calendar.is_working_day(date(2027, 1, 4))
    assert calendar.is_announced(2027)


def test_the_years_announced_are_those_of_the_country() -> None:
    assert [CALENDAR.is_announced(year) for year in (2025, 2026, 2027)] == [True, True, False]
    assert WorkCalendar(ZoneInfo("Europe/London"), country="GB").is_announced(2030)
