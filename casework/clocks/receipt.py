"""When an application counts as received: by the way in which it came, on arrival or when both sides confirm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casework.clocks.counting import Counter
from casework.clocks.course import ClockEventName, Course
from casework.clocks.deadline import Deadline, DeadlineName, DeadlineState, Step, rule_step, step
from casework.clocks.standing import stand
from casework.errors import CaseworkRejected

CONFIRMED_BY_BOTH = "confirmation"
"""Rules with this in front start the time with the confirmation; others with the arrival."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """When an application came, and when it counts as received."""

    came_on: date
    on: date | None
    """None while a confirmation is wanting."""
    steps: tuple[Step, ...]
    problems: tuple[Step, ...] = ()


def find_receipt(course: Course) -> Receipt:
    """The receipt from which time is counted; CaseworkRejected when nothing came at all."""
    came_on, retry, again = _find_arrival(course)
    rule = course.channel_rule
    steps = (*retry, step(f"clock.channel.{course.channel.value}"), rule_step(rule))
    if not rule.name.startswith(CONFIRMED_BY_BOTH):
        return Receipt(came_on, came_on, (*steps, step("clock.receipt.came", day=came_on)), again)
    confirmed = course.all(ClockEventName.CONFIRMED)
    confirmed_on = next((event.on for event in confirmed if event.on >= came_on), None)
    early = [event for event in confirmed if event.on < came_on]
    problems = (*again, *(step("clock.problem.confirmed_early", day=event.on, came=came_on) for event in early))
    if confirmed_on is None:
        return Receipt(came_on, None, (*steps, step("clock.receipt.unconfirmed", day=came_on)), problems)
    confirmation = step("clock.receipt.confirmed", came=came_on, day=confirmed_on)
    return Receipt(came_on, confirmed_on, (*steps, confirmation), problems)


def find_confirmation(course: Course, receipt: Receipt) -> Deadline | None:
    """The deadline of the confirmation, when the way in asks for one."""
    rule = course.channel_rule
    if not rule.name.startswith(CONFIRMED_BY_BOTH):
        return None
    steps, due_on = [rule_step(rule)], None
    if rule.number is None:
        steps.append(step("clock.no_term"))
    else:
        count = Counter(course.calendar, course.conventions).count(receipt.came_on, rule.number, rule.unit)
        due_on, steps = count.due_on, [*steps, *count.steps, step("clock.due", day=count.due_on)]
    state = stand(due_on, done_on=receipt.on, ended_on=course.ended_on, today=course.today)
    if receipt.on is not None:
        steps.append(step("clock.done.confirmation", day=receipt.on))
    elif state is not DeadlineState.VOID:
        steps.append(step("clock.open.confirmation"))
    return Deadline(DeadlineName.CONFIRMATION, rule.owed_by, due_on, state, rule, tuple(steps), receipt.problems)


def _find_arrival(course: Course) -> tuple[date, tuple[Step, ...], tuple[Step, ...]]:
    """The day of arrival, the last one when it was handed on in between, with what is passed over."""
    received = course.all(ClockEventName.RECEIVED)
    if not received:
        confirmed_on = course.first_on(ClockEventName.CONFIRMED)
        if confirmed_on is None:
            raise CaseworkRejected("the events hold no received: from which day is time to be counted?")
        return confirmed_on, (), ()
    came_on = received[0].on
    steps: tuple[Step, ...] = ()
    problems: tuple[Step, ...] = ()
    for again in received[1:]:
        if any(came_on <= moved.on <= again.on for moved in course.all(ClockEventName.TRANSFERRED)):
            steps = (*steps, step("clock.receipt.again", former=came_on, day=again.on))
            came_on = again.on
        else:
            problems = (*problems, step("clock.problem.received_again", day=again.on, came=came_on))
    return came_on, steps, problems
