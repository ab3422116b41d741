"""A case written down for its clocks, as JSON has it; every fault names the event and the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from casework.clocks.course import ClockEvent, ClockEventName
from casework.errors import CaseworkRejected
from casework.regime import ReceiptChannel, Regime, days, member, table
from casework.regime_files import get_regime
from casework.working_days import WorkCalendar

_KEYS = ("regime", "channel", "events", "today", "closing_days", "settings", "rules")


@dataclass(frozen=True, slots=True)
class WrittenCase:
    """What such a text says."""

    regime: Regime
    channel: ReceiptChannel
    events: tuple[ClockEvent, ...]
    calendar: WorkCalendar
    today: date | None


def read_case(said: object, calendar: WorkCalendar) -> WrittenCase:
    """The case, with the bureau's closing days and settings if they are told too; CaseworkRejected or NotFound."""
    case = table(said, "the case")
    if strange := sorted(set(case) - set(_KEYS)):
        raise CaseworkRejected(f"{strange[0]} means nothing here; known are {', '.join(_KEYS)}")
    if "regime" not in case:
        raise CaseworkRejected("regime is missing: by whose rules is time counted?")
    if "channel" not in case:
        raise CaseworkRejected(f"channel is missing; it is one of {', '.join(ReceiptChannel)}")
    regime = get_regime(str(case["regime"]))
    overrides = {key: case[key] for key in ("settings", "rules") if key in case}
    regime = regime.with_overrides(overrides) if overrides else regime
    closing = frozenset(
        _day(day, "closing_days", calendar) for day in _list(case.get("closing_days", []), "closing_days")
    )
    own = WorkCalendar(
        regime.time_zone,
        calendar.hours,
        calendar.closing_days | closing,
        country=regime.country,
        subdivision=regime.subdivision,
        make_up_days=calendar.make_up_days if calendar.country == regime.country else frozenset(),
        announced_through=calendar.announced_through if calendar.country == regime.country else None,
    )
    events = _list(case.get("events"), "events")
    return WrittenCase(
        regime,
        member(ReceiptChannel, case["channel"], "channel"),
        tuple(read_event(event, number, own) for number, event in enumerate(events, start=1)),
        own,
        _day(case["today"], "today", own) if case.get("today") is not None else None,
    )


def read_event(said: object, number: int, calendar: WorkCalendar) -> ClockEvent:
    """One event; its day is that of the calendar's time zone when `at` is an instant."""
    event = table(said, f"events: number {number}")
    name = member(ClockEventName, event.get("event"), f"events: number {number}: event")
    place = f"events: number {number} ({name.value})"
    if "at" not in event:
        raise CaseworkRejected(f"{place}: at is missing: on which day was it?")
    given = event.get("working_days", event.get("days"))
    return ClockEvent(
        name,
        _day(event["at"], f"{place}: at", calendar),
        days=days(given, f"{place}: working_days") if given is not None else None,
        party=str(event.get("party") or ""),
        excused=_flag(event, "excused", place) is True,
        approved=_flag(event, "approved", place),
        told=_flag(event, "told", place),
    )


def _flag(event: Mapping[str, object], key: str, place: str) -> bool | None:
    value = event.get(key)
    if value is not None and not isinstance(value, bool):
        raise CaseworkRejected(f"{place}: {key} is true or false, not {value!r}")
    return value


def _list(value: object, place: str) -> Sequence[object]:
    if not isinstance(value, list):
        raise CaseworkRejected(f"{place} is a list, not {value!r}")
    return value


def _day(value: object, place: str, calendar: WorkCalendar) -> date:
    if isinstance(value, str):
        try:
            at = datetime.fromisoformat(value.strip())
            day = calendar.local_date(at) if at.tzinfo else at.date()
        except (ValueError, OverflowError):
            day = date.max
        if 1990 <= day.year <= 2090:
            return day
    raise CaseworkRejected(
        f"{place} is a date from 1990 to 2090, as 2026-02-06 or 2026-02-06T09:30:00+08:00, not {value!r}"
    )
