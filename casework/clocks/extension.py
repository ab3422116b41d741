"""Extensions of a time limit: added up, refused above the cap, after the last day, or without consent and notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casework.clocks.counting import Counter, Span
from casework.clocks.course import ClockEvent, ClockEventName, Course
from casework.clocks.deadline import Step, rule_step, step
from casework.regime import Rule


@dataclass(frozen=True, slots=True)
class Extending:
    """The days in force after every extension, and how they came about."""

    number: int
    steps: tuple[Step, ...] = ()
    problems: tuple[Step, ...] = ()


def extend(course: Course, limit: Rule, start_on: date, spans: tuple[Span, ...]) -> Extending:
    """The limit with the extensions that hold; a refused one changes nothing."""
    rule = course.regime.rule("extension")
    number, granted = limit.number or 0, 0
    steps: list[Step] = []
    problems: list[Step] = []
    used = 0
    counter = Counter(course.calendar, course.conventions)
    for event in course.all(ClockEventName.EXTENDED):
        wanted = event.days or 0
        due_on = counter.due_on(start_on, number, limit.unit, spans)
        refused = _refusal(course, rule, event, granted, used, due_on=due_on, start_on=start_on)
        if refused is not None:
            steps.append(refused)
            problems.append(refused)
            continue
        granted, number, used = granted + wanted, number + wanted, used + 1
        to = counter.due_on(start_on, number, limit.unit, spans)
        steps.append(step("clock.extension.granted", day=event.on, days=wanted, former=due_on, to=to))
        if rule is not None:
            steps.append(rule_step(rule))
        if event.approved is None or event.told is None:
            steps.append(step("clock.extension.unrecorded"))
    return Extending(number, tuple(steps), tuple(problems))


def _refusal(
    course: Course, rule: Rule | None, event: ClockEvent, granted: int, used: int, *, due_on: date, start_on: date
) -> Step | None:
    """Why an extension does not hold."""
    wanted = event.days or 0
    if rule is None:
        return step("clock.problem.no_extension", day=event.on)
    if rule.cap is not None and granted + wanted > rule.cap:
        return step("clock.problem.above_cap", day=event.on, days=wanted, sum=granted + wanted, cap=rule.cap)
    if rule.times is not None and used >= rule.times:
        return step("clock.problem.extended_again", day=event.on, times=rule.times)
    if event.approved is False or event.told is False:
        return step("clock.problem.extension_unlawful", day=event.on)
    if event.on < start_on and not course.conventions.extension_survives_restart:
        return step("clock.problem.extension_lapsed", day=event.on, start=start_on)
    if event.on > due_on and not course.conventions.extension_after_due:
        return step("clock.problem.extended_late", day=event.on, due=due_on)
    return None
