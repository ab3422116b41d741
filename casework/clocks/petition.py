"""The clocks of petitions and reports of crime: acceptance, objection, conclusion, and the ladder of review."""

from __future__ import annotations

from datetime import date

from casework.clocks.counting import Count, Counter, unannounced_steps
from casework.clocks.course import ClockEventName, Course
from casework.clocks.deadline import Deadline, DeadlineName, DeadlineState, Step, rule_step, step
from casework.clocks.extension import extend
from casework.clocks.receipt import Receipt
from casework.clocks.standing import stand
from casework.regime import Owed, Rule

_TOLD = (ClockEventName.ACCEPTED, ClockEventName.TRANSFERRED, ClockEventName.REPLIED)
"""Each of these tells a petitioner what becomes of the petition."""


def find_acceptance(course: Course, receipt: Receipt) -> tuple[Deadline, ...]:
    """That the petitioner is told whether it is accepted, or that a report of crime was."""
    rule = course.regime.rule(DeadlineName.ACCEPTANCE.value)
    if rule is None:
        return ()
    days = [event.on for event in course.events if event.name in _TOLD]
    return (_from(course, rule, DeadlineName.ACCEPTANCE, receipt.came_on, days[0] if days else None, receipt.steps),)


def find_objections(course: Course) -> tuple[Deadline, ...]:
    """For each hand-over, within which time whoever got it may send it back; sent back, it is handed on anew."""
    rule = course.regime.rule(DeadlineName.OBJECTION.value)
    if rule is None:
        return ()
    exchanges, problems = course.exchanges(ClockEventName.TRANSFERRED, ClockEventName.RETURNED)
    found = [
        _objection(course, rule, each.asked.on, each.answered_on, problems if number == 0 else ())
        for number, each in enumerate(exchanges)
    ]
    forwarded = course.first_on(ClockEventName.FORWARDED)
    if forwarded is not None:
        returned_on = course.first_on(ClockEventName.RETURNED, forwarded) if not exchanges else None
        found.append(_objection(course, rule, forwarded, returned_on, (), owed_by=Owed.BUREAU))
    return tuple(found)


def find_conclusion(course: Course) -> tuple[Deadline, ...]:
    """The opinion on an accepted petition."""
    rule = course.regime.rule(DeadlineName.CONCLUSION.value)
    if rule is None:
        return ()
    accepted_on = course.first_on(ClockEventName.ACCEPTED)
    if accepted_on is None:
        return (_waiting(course, rule, DeadlineName.CONCLUSION, course.replied_on),)
    extending = extend(course, rule, accepted_on, ())
    count = Counter(course.calendar, course.conventions).count(accepted_on, extending.number, rule.unit)
    head = (step("clock.petition.accepted", day=accepted_on), *extending.steps)
    deadline = _dated(course, rule, DeadlineName.CONCLUSION, count, course.replied_on, head, extending.problems)
    return (deadline,)


def find_ladder(course: Course) -> tuple[Deadline, ...]:
    """Review and re-review: when they may be asked for, and when they are decided."""
    review_requested = course.first_on(ClockEventName.REVIEW_REQUESTED)
    review_decided = course.first_on(ClockEventName.REVIEW_DECIDED)
    again_requested = course.first_on(ClockEventName.RE_REVIEW_REQUESTED)
    again_decided = course.first_on(ClockEventName.RE_REVIEW_DECIDED)
    rungs = (
        (DeadlineName.REVIEW_REQUEST, course.replied_on, review_requested),
        (DeadlineName.REVIEW, review_requested, review_decided),
        (DeadlineName.RE_REVIEW_REQUEST, review_decided, again_requested),
        (DeadlineName.RE_REVIEW, again_requested, again_decided),
    )
    found = []
    for name, from_on, done_on in rungs:
        rule = course.regime.rule(name.value)
        if rule is None or from_on is None:
            continue
        head = (step(f"clock.petition.{name.value}", day=from_on),)
        deadline = _from(course, rule, name, from_on, done_on, head, ends=False)
        right = name in {DeadlineName.REVIEW_REQUEST, DeadlineName.RE_REVIEW_REQUEST}
        found.append(_lapsed(deadline) if right and done_on is None else deadline)
    return tuple(found)


def _objection(
    course: Course,
    rule: Rule,
    moved_on: date,
    returned_on: date | None,
    problems: tuple[Step, ...],
    owed_by: Owed | None = None,
) -> Deadline:
    head = (step("clock.petition.objection", day=moved_on),)
    made = _from(course, rule, DeadlineName.OBJECTION, moved_on, returned_on, head, ends=False)
    steps = (*made.steps, step("clock.transfer.returned", day=returned_on)) if returned_on else made.steps
    deadline = Deadline(
        made.name,
        owed_by or made.owed_by,
        made.due_on,
        made.state,
        rule,
        steps,
        problems,
        provisional=made.provisional,
    )
    return deadline if returned_on else _lapsed(deadline)


def _lapsed(deadline: Deadline) -> Deadline:
    """A right that was not used in time is gone; nobody has missed a duty."""
    if deadline.state is not DeadlineState.MISSED:
        return deadline
    return Deadline(
        deadline.name,
        deadline.owed_by,
        deadline.due_on,
        DeadlineState.VOID,
        deadline.rule,
        (*deadline.steps, step("clock.petition.lapsed")),
        deadline.problems,
        provisional=deadline.provisional,
    )


def _from(
    course: Course,
    rule: Rule,
    name: DeadlineName,
    from_on: date,
    done_on: date | None,
    head: tuple[Step, ...],
    *,
    ends: bool = True,
) -> Deadline:
    count = Counter(course.calendar, course.conventions).count(from_on, rule.number or 0, rule.unit)
    return _dated(course, rule, name, count, done_on, head, ends=ends)


def _dated(
    course: Course,
    rule: Rule,
    name: DeadlineName,
    count: Count,
    done_on: date | None,
    head: tuple[Step, ...],
    problems: tuple[Step, ...] = (),
    *,
    ends: bool = True,
) -> Deadline:
    ended_on = course.ended_on if ends else course.withdrawn_on
    state = stand(count.due_on, done_on=done_on, ended_on=ended_on, today=course.today)
    steps = [
        *head,
        rule_step(rule),
        *count.steps,
        step("clock.due", day=count.due_on),
        *unannounced_steps([count]),
    ]
    if done_on is not None:
        steps.append(step("clock.petition.done", day=done_on))
    if state is DeadlineState.MISSED:
        steps.append(step("clock.missed", day=count.due_on))
    if state is DeadlineState.VOID and course.withdrawn_on is not None:
        steps.append(step("clock.ended.withdrawn", day=course.withdrawn_on))
    return Deadline(
        name, rule.owed_by, count.due_on, state, rule, tuple(steps), problems, provisional=bool(count.unannounced)
    )


def _waiting(course: Course, rule: Rule, name: DeadlineName, done_on: date | None) -> Deadline:
    """A clock that nothing has started yet."""
    state = DeadlineState.NOT_STARTED
    if done_on is not None:
        state = DeadlineState.MET
    elif course.withdrawn_on is not None:
        state = DeadlineState.VOID
    steps = (rule_step(rule), step("clock.petition.not_accepted"))
    return Deadline(name, rule.owed_by, None, state, rule, steps)
