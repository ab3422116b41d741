"""What another calendar or another rule does to the deadlines of many cases, to be looked at before it is applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from casework.clocks.computing import deadlines
from casework.clocks.course import ClockEvent
from casework.clocks.deadline import Deadline, DeadlineName
from casework.clocks.explaining import Explainer, standing
from casework.regime import ReceiptChannel, Regime
from casework.working_days import WorkCalendar


@dataclass(frozen=True, slots=True)
class ClockedCase:
    """An open case as its clocks see it."""

    reference: str
    regime: str
    """The slug of the regime that was law when it was opened."""
    channel: ReceiptChannel
    events: tuple[ClockEvent, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """By what deadlines are computed."""

    regime: Callable[[str], Regime]
    """The regime of a slug, as the bureau has confirmed it."""
    calendar: WorkCalendar


@dataclass(frozen=True, slots=True)
class DeadlineChange:
    """One deadline that another timing moves, or gives another state."""

    reference: str
    name: DeadlineName
    number: int
    """Which of several of this name in the case, from 1."""
    before: Deadline | None
    """None when it is new."""
    after: Deadline | None
    """None when it is gone."""


def find_changes(
    cases: Iterable[ClockedCase], before: Timing, after: Timing, *, today: date
) -> Iterator[DeadlineChange]:
    """Each deadline whose day or state differs between two timings, case by case; nothing is changed."""
    for case in cases:
        old, new = (_by_number(case, timing, today) for timing in (before, after))
        for key in dict.fromkeys([*old, *new]):
            was, becomes = old.get(key), new.get(key)
            if was is None or becomes is None or (was.due_on, was.state) != (becomes.due_on, becomes.state):
                yield DeadlineChange(case.reference, key[0], key[1], was, becomes)


def say_change(change: DeadlineChange, explainer: Explainer) -> str:
    """A change in words."""
    say, language = explainer.words.say, explainer.language
    name = say(f"clock.name.{change.name.value}", language)
    if change.before is None and change.after is not None:
        return say("clock.change.appeared", language, name=name, after=standing(change.after, explainer))
    if change.after is None and change.before is not None:
        return say("clock.change.gone", language, name=name, before=standing(change.before, explainer))
    before, after = (standing(each, explainer) if each else "" for each in (change.before, change.after))
    return say("clock.change.moved", language, name=name, before=before, after=after)


def _by_number(case: ClockedCase, timing: Timing, today: date) -> dict[tuple[DeadlineName, int], Deadline]:
    seen: Counter[DeadlineName] = Counter()
    found = {}
    for deadline in deadlines(timing.regime(case.regime), case.channel, case.events, timing.calendar, today=today):
        seen[deadline.name] += 1
        found[deadline.name, seen[deadline.name]] = deadline
    return found
