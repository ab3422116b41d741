"""Asking for a supplement: the bureau's notice, the applicant's answer, and what both do to the time for the reply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casework.clocks.counting import Count, Counter, unannounced_steps
from casework.clocks.course import ClockEventName, Course, Exchange
from casework.clocks.deadline import Deadline, DeadlineName, DeadlineState, Step, rule_step, step
from casework.clocks.receipt import Receipt
from casework.clocks.standing import stand
from casework.errors import CaseworkRejected
from casework.regime import Rule, SupplementEffect


@dataclass(frozen=True, slots=True)
class Round:
    """One request for a supplement that counts, and how it went."""

    asked_on: date
    due_on: date | None
    received_on: date | None
    taken: bool
    """Received in time, or taken although it was late."""
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class Supplementing:
    """All rounds of one case."""

    rounds: tuple[Round, ...] = ()
    problems: tuple[Step, ...] = ()
    notice: Deadline | None = None
    abandoned_on: date | None = None
    """The day after which the application counts as given up."""

    @property
    def awaited(self) -> bool:
        """Whether a supplement was asked for and is still to come."""
        return bool(self.rounds) and self.rounds[-1].received_on is None and self.abandoned_on is None


def find_supplementing(course: Course, receipt: Receipt) -> Supplementing:
    """What was asked to be supplemented, in which time, and what came of it."""
    exchanges, problems = course.exchanges(ClockEventName.SUPPLEMENT_REQUESTED, ClockEventName.SUPPLEMENT_RECEIVED)
    notice = _find_notice(course, receipt, exchanges)
    rule = course.regime.rule("supplement")
    if rule is None:
        refused = tuple(step("clock.problem.no_supplement", day=each.asked.on) for each in exchanges)
        return Supplementing((), refused, notice)
    times = _times(course, rule)
    rounds = tuple(_round(course, rule, each) for each in exchanges[:times])
    if times is not None:
        problems += tuple(
            step("clock.problem.asked_again", day=each.asked.on, times=times) for each in exchanges[times:]
        )
    return Supplementing(rounds, problems, notice, _abandoned_on(course, rounds))


def _times(course: Course, rule: Rule) -> int | None:
    notice = course.regime.rule("supplement_notice")
    return notice.times if notice is not None else rule.times


def _find_notice(course: Course, receipt: Receipt, exchanges: tuple[Exchange, ...]) -> Deadline | None:
    rule = course.regime.rule("supplement_notice")
    if rule is None or rule.number is None:
        return None
    asked_on = exchanges[0].asked.on if exchanges else None
    steps = [rule_step(rule)]
    if receipt.on is None:
        state = DeadlineState.NOT_STARTED if asked_on is None else DeadlineState.MET
        if asked_on is None and course.ended_on is not None:
            state = DeadlineState.VOID
        steps.append(step("clock.not_started"))
        return Deadline(DeadlineName.SUPPLEMENT_NOTICE, rule.owed_by, None, state, rule, tuple(steps))
    count = Counter(course.calendar, course.conventions).count(receipt.on, rule.number, rule.unit)
    steps += [*count.steps, step("clock.due", day=count.due_on), *unannounced_steps([count])]
    state = stand(count.due_on, done_on=asked_on, ended_on=course.ended_on, today=course.today)
    if asked_on is not None:
        steps.append(step("clock.done.supplement_notice", day=asked_on))
    elif state is not DeadlineState.RUNNING:
        # Nothing was asked, so nothing was owed: the application is taken as clear.
        state = DeadlineState.VOID
        steps.append(step("clock.supplement.none_asked"))
    return Deadline(
        DeadlineName.SUPPLEMENT_NOTICE,
        rule.owed_by,
        count.due_on,
        state,
        rule,
        tuple(steps),
        provisional=bool(count.unannounced),
    )


def _round(course: Course, rule: Rule, exchange: Exchange) -> Round:
    asked, conventions = exchange.asked, course.conventions
    number = asked.days if asked.days is not None else rule.number
    if number is None and conventions.unsupplemented_is_abandoned:
        raise CaseworkRejected(
            f"supplement_requested on {asked.on.isoformat()} has no working_days: how many days were given?"
        )
    count: Count | None = None
    steps = [rule_step(rule), step("clock.supplement.asked", day=asked.on)]
    if number is None:
        steps.append(step("clock.no_term"))
    else:
        count = Counter(course.calendar, conventions).count(asked.on, number, rule.unit)
        steps += [
            step("clock.supplement.given", days=number),
            *count.steps,
            step("clock.due", day=count.due_on),
            *unannounced_steps([count]),
        ]
    due_on = count.due_on if count else None
    received_on = exchange.answered_on
    late = received_on is not None and due_on is not None and received_on > due_on
    taken = received_on is not None and (
        not late
        or exchange.excused
        or conventions.late_supplement_restarts
        or not conventions.unsupplemented_is_abandoned
    )
    state = stand(due_on, done_on=received_on, ended_on=course.ended_on, today=course.today)
    state = DeadlineState.MET if late and exchange.excused else state
    if received_on is not None:
        steps.append(step("clock.supplement.late" if late else "clock.supplement.in_time", day=received_on))
        if late:
            steps.append(step("clock.supplement.taken_late" if taken else "clock.supplement.not_taken"))
    elif state is DeadlineState.MISSED:
        steps.append(step("clock.supplement.missed"))
    deadline = Deadline(
        DeadlineName.SUPPLEMENT,
        rule.owed_by,
        due_on,
        state,
        rule,
        tuple(steps),
        provisional=bool(count and count.unannounced),
    )
    return Round(asked.on, due_on, received_on, taken, deadline)


def _abandoned_on(course: Course, rounds: tuple[Round, ...]) -> date | None:
    if not rounds or not course.conventions.unsupplemented_is_abandoned or rounds[-1].taken:
        return None
    if course.conventions.supplement_effect is SupplementEffect.NOTHING:
        return None
    last = rounds[-1].due_on
    replied_in_time = course.replied_on is not None and last is not None and course.replied_on <= last
    if last is None or replied_in_time:
        return None
    return last if rounds[-1].received_on is not None or course.today > last else None
