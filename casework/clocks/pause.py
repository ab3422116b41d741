"""What stops the time for the reply: third parties and other organs that are asked, and a fee that is not paid yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from casework.clocks.counting import Count, Counter, Span, unannounced_steps
from casework.clocks.course import ClockEventName, Course, Exchange
from casework.clocks.deadline import Deadline, DeadlineName, DeadlineState, Step, rule_step, step
from casework.clocks.standing import stand
from casework.regime import FeeEffect, Rule

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """One stretch of time that does not count for the reply."""

    name: DeadlineName
    asked_on: date
    answered_on: date | None
    span: Span
    by_silence: bool = False
    """It ended, or will end, with the last day for an answer that did not come."""

    def holds_back(self, day: date) -> bool:
        """Whether the reply is still waiting on a day."""
        if self.answered_on is not None and self.answered_on <= day:
            return False
        return self.asked_on <= day and (self.span.last is None or day <= self.span.last)


@dataclass(frozen=True, slots=True)
class Pausing:
    """Every pause of one case, and the deadlines of those who are waited for."""

    pauses: tuple[Pause, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    problems: tuple[Step, ...] = ()
    unpaid_on: date | None = None
    """The last day for a fee that was not paid in time."""

    @property
    def spans(self) -> tuple[Span, ...]:
        """The days that do not count."""
        return tuple(pause.span for pause in self.pauses)


def find_pausing(course: Course) -> Pausing:
    """All that stops the time in this case."""
    asked = _consult(
        course, DeadlineName.THIRD_PARTY, ClockEventName.THIRD_PARTY_ASKED, ClockEventName.THIRD_PARTY_ANSWERED
    )
    organs = _consult(course, DeadlineName.OTHER_ORGAN, ClockEventName.ORGAN_ASKED, ClockEventName.ORGAN_ANSWERED)
    fees = _fees(course)
    found = (asked, organs, fees)
    return Pausing(
        tuple(pause for each in found for pause in each.pauses),
        tuple(deadline for each in found for deadline in each.deadlines),
        tuple(problem for each in found for problem in each.problems),
        fees.unpaid_on,
    )


def _consult(course: Course, name: DeadlineName, asked: ClockEventName, answered: ClockEventName) -> Pausing:
    exchanges, problems = course.exchanges(asked, answered)
    rule = course.regime.rule(name.value)
    if rule is None or not course.conventions.consultation_pauses:
        unknown = tuple(step("clock.problem.no_pause", event=asked.value, day=each.asked.on) for each in exchanges)
        return Pausing(problems=(*problems, *unknown))
    waits = [_wait(course, rule, name, each) for each in exchanges]
    return Pausing(tuple(pause for pause, _ in waits), tuple(deadline for _, deadline in waits), problems)


def _fees(course: Course) -> Pausing:
    exchanges, problems = course.exchanges(ClockEventName.FEE_NOTIFIED, ClockEventName.FEE_PAID)
    rule = course.regime.rule("fee")
    if rule is None or course.conventions.fee_notice is FeeEffect.NOTHING:
        ignored = tuple(step("clock.problem.fee_unconfirmed", day=each.asked.on) for each in exchanges)
        return Pausing(problems=(*problems, *ignored))
    waits = [_wait(course, rule, DeadlineName.FEE, each) for each in exchanges]
    unpaid = [deadline.due_on for _, deadline in waits if deadline.state is DeadlineState.MISSED]
    return Pausing(
        tuple(pause for pause, _ in waits), tuple(deadline for _, deadline in waits), problems, next(iter(unpaid), None)
    )


def _wait(course: Course, rule: Rule, name: DeadlineName, exchange: Exchange) -> tuple[Pause, Deadline]:
    """The pause while one is waited for, and the deadline of whoever is waited for."""
    asked_on, answered_on = exchange.asked.on, exchange.answered_on
    number = exchange.asked.days if name is DeadlineName.FEE and exchange.asked.days else rule.number
    count: Count | None = None
    steps = [rule_step(rule), step(f"clock.asked.{name.value}", day=asked_on)]
    if number is None:
        steps.append(step("clock.no_term"))
    else:
        count = Counter(course.calendar, course.conventions).count(asked_on, number, rule.unit)
        steps += [*count.steps, step("clock.due", day=count.due_on), *unannounced_steps([count])]
    due_on = count.due_on if count else None
    state = stand(due_on, done_on=answered_on, ended_on=course.ended_on, today=course.today)
    if answered_on is not None:
        steps.append(step(f"clock.answered.{name.value}", day=answered_on))
    elif state is DeadlineState.MISSED:
        steps.append(step(f"clock.silent.{name.value}"))
    deadline = Deadline(
        name, rule.owed_by, due_on, state, rule, tuple(steps), provisional=bool(count and count.unannounced)
    )
    return _pause(course, name, exchange, due_on), deadline


def _pause(course: Course, name: DeadlineName, exchange: Exchange, due_on: date | None) -> Pause:
    conventions, asked_on, answered_on = course.conventions, exchange.asked.on, exchange.answered_on
    first = asked_on if conventions.pause_from_day_asked else asked_on + _DAY
    last, by_silence = due_on if conventions.silence_ends_pause else None, True
    if answered_on is not None:
        answer = answered_on if conventions.pause_to_day_answered else answered_on - _DAY
        late = due_on is not None and answered_on > due_on and conventions.silence_ends_pause
        by_silence = late and not conventions.late_answer_pauses
        last = due_on if by_silence else answer
    elif course.replied_on is not None and (last is None or course.replied_on < last):
        # Who replies waits no longer.
        last, by_silence = course.replied_on, False
    return Pause(name, asked_on, answered_on, Span(first, last), by_silence=by_silence)
