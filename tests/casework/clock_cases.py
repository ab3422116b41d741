"""Cases for the clocks written in one line an event, and a count of days that knows nothing of the product's."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from casework.clocks.computing import deadlines
from casework.clocks.deadline import Deadline
from casework.clocks.explaining import Explainer
from casework.clocks.reading import WrittenCase, read_case
from casework.party import Language
from casework.wording import load_wording
from casework.working_days import WorkCalendar

FOLDER = Path(__file__).parent / "golden_clocks"
CALENDAR = WorkCalendar(ZoneInfo("Asia/Shanghai"))
WORDS = load_wording(files("casework") / "clock_words")


@dataclass(frozen=True)
class GoldenCase:
    """A case whose dates were counted by hand."""

    name: str
    said: dict[str, object]
    due: dict[str, str]
    """Name of a deadline to its day, or -, and its state."""
    problems: int
    moves: list[str]


def golden_cases() -> list[GoldenCase]:
    """Every case of the folder."""
    return [
        GoldenCase(
            f"{file.stem}: {case['name']}",
            written(
                *case["events"],
                regime=case.get("regime", "cn-ogi-2019"),
                channel=case["channel"],
                today=case["on"].isoformat(),
                **{key: case[key] for key in ("settings", "closing_days") if key in case},
            ),
            case["due"],
            case.get("problems", 0),
            case.get("moves", []),
        )
        for file in sorted(FOLDER.glob("*.toml"))
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    ]


def written(*events: str, regime: str = "cn-ogi-2019", channel: str = "in_person", **more: object) -> dict[str, object]:
    """A case as JSON has it, from events like `extended 2026-03-09 5 told=false`."""
    return {"regime": regime, "channel": channel, "events": [_event(line) for line in events], **more}


def timed(said: dict[str, object], calendar: WorkCalendar = CALENDAR) -> tuple[WrittenCase, tuple[Deadline, ...]]:
    """The case and its deadlines."""
    case = read_case(said, calendar)
    assert case.today is not None
    return case, deadlines(case.regime, case.channel, case.events, case.calendar, today=case.today)


def reply_of(said: dict[str, object], calendar: WorkCalendar = CALENDAR) -> Deadline:
    """The reply, of which there is one."""
    (reply,) = (each for each in timed(said, calendar)[1] if each.name.value == "reply")
    return reply


def explainer(language: Language = "en") -> Explainer:
    """The product's words."""
    return Explainer(WORDS, language)


def derivation(deadline: Deadline, language: Language = "en") -> list[str]:
    """The steps of a deadline in words."""
    return [explainer(language).sentence(each) for each in deadline.steps]


def days(first: str, last: str) -> set[date]:
    """Every day of a stretch."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {start + timedelta(days=offset) for offset in range((end - start).days + 1)}


OFF = (
    {date(2025, 1, 1)}
    | days("2025-01-28", "2025-02-04")
    | days("2025-04-04", "2025-04-06")
    | days("2025-05-01", "2025-05-05")
    | days("2025-05-31", "2025-06-02")
    | days("2025-10-01", "2025-10-08")
    | days("2026-01-01", "2026-01-03")
    | days("2026-02-15", "2026-02-23")
    | days("2026-04-04", "2026-04-06")
    | days("2026-05-01", "2026-05-05")
    | days("2026-06-19", "2026-06-21")
    | days("2026-09-25", "2026-09-27")
    | days("2026-10-01", "2026-10-07")
)
"""Days off of the State Council's notices of 2025 and 2026."""
WORKED = {
    date.fromisoformat(day)
    for day in (
        "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    )
}  # fmt: skip
"""Weekend days that the notices say are worked."""


def works(day: date) -> bool:
    """Whether a day of 2025 or 2026 is worked, by the notices alone."""
    assert day.year in {2025, 2026}
    return day in WORKED or (day.weekday() < 5 and day not in OFF)


def count(start: date, number: int, left_out: set[date] | None = None) -> date:
    """The last of so many working days after a day, by the notices alone."""
    day = start
    while number:
        day += timedelta(days=1)
        number -= works(day) and day not in (left_out or set())
    return day


def _event(line: str) -> dict[str, object]:
    name, at, *rest = line.split()
    event: dict[str, object] = {"event": name, "at": at}
    for word in rest:
        key, _, value = word.partition("=")
        if word.isdigit():
            event["working_days"] = int(word)
        else:
            event[key] = {"true": True, "false": False, "": True}.get(value, value)
    return event
