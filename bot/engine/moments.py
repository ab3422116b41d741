"""Dates and times as keyed texts, so that each language says them in its own way."""

from __future__ import annotations

from datetime import date, datetime

from bot.engine.turn import Fact, Keyed


def day(on: date) -> Keyed:
    """A date with its year."""
    return Keyed("moment.day", {"year": on.year, "month": Keyed(f"moment.month.{on.month}"), "day": on.day})


def moment(at: datetime) -> Keyed:
    """A local instant within the coming days: day, weekday and time."""
    facts: dict[str, Fact] = {
        "month": Keyed(f"moment.month.{at.month}"),
        "day": at.day,
        "weekday": Keyed(f"moment.weekday.{at.weekday()}"),
        "time": f"{at:%H:%M}",
    }
    return Keyed("moment.instant", facts)
