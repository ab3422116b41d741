"""The time for the reply: from the receipt or the supplement, longer by extensions, without the days of pauses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from casework.clocks.counting import Count, Counter, Span, unannounced_steps
from casework.clocks.course import ClockEventName, Course
from casework.clocks.deadline import Deadline, DeadlineName, DeadlineState, Step, rule_step, step
from casework.clocks.extension import extend
from casework.clocks.pause import Pause, Pausing
from casework.clocks.receipt import Receipt
from casework.clocks.supplement import Round, Supplementing
from casework.regime import Rule, SupplementEffect


@dataclass(frozen=True, slots=True)
class _Start:
    on: date
    steps: tuple[Step, ...]
    spans: tuple[Span, ...] = ()
    """Days on which a supplement was waited for, where it pauses and does not restart."""


def find_reply(course: Course, receipt: Receipt, supplementing: Supplementing, pausing: Pausing) -> Deadline | None:
    """The reply in force, with its history."""
    rule = course.regime.rule(DeadlineName.REPLY.value)
    if rule is None or rule.number is None:
        return None
    head = (*receipt.steps, rule_step(rule))
    if receipt.on is None:
        return _unstarted(course, rule, head, receipt.problems + supplementing.problems + pausing.problems)
    supplementing = _asked_in_time(course, rule, receipt.on, supplementing, pausing)
    problems = receipt.problems + supplementing.problems + pausing.problems
    start = _find_start(course, rule, receipt.on, supplementing)
    spans = (*pausing.spans, *start.spans)
    if any(not span.ends() for span in spans) or _waits_for_supplement(course, supplementing):
        return _undated(course, rule, (*head, *start.steps), supplementing, pausing, problems)
    extending = extend(course, rule, start.on, spans)
    count = Counter(course.calendar, course.conventions).count(start.on, extending.number, rule.unit, spans)
    state = _state(course, supplementing, pausing, count.due_on)
    steps = (
        *head,
        *start.steps,
        *_pause_steps(course, pausing.pauses, count),
        *extending.steps,
        *_transfer_steps(course),
        step("clock.count.from", day=start.on, days=extending.number),
        *count.steps,
        step("clock.due", day=count.due_on),
        *unannounced_steps([count]),
        *_closing_steps(course, supplementing, pausing, state, count.due_on),
    )
    return Deadline(
        DeadlineName.REPLY,
        rule.owed_by,
        count.due_on,
        state,
        rule,
        steps,
        problems + extending.problems,
        provisional=bool(count.unannounced),
    )


def _unstarted(course: Course, rule: Rule, head: tuple[Step, ...], problems: tuple[Step, ...]) -> Deadline:
    state = DeadlineState.NOT_STARTED
    steps = (*head, step("clock.not_started"))
    if course.replied_on is not None:
        state, steps = DeadlineState.MET, (*head, step("clock.done.reply", day=course.replied_on))
    elif course.withdrawn_on is not None:
        state, steps = DeadlineState.VOID, (*head, step("clock.ended.withdrawn", day=course.withdrawn_on))
    return Deadline(DeadlineName.REPLY, rule.owed_by, None, state, rule, steps, problems)


def _undated(
    course: Course,
    rule: Rule,
    head: tuple[Step, ...],
    supplementing: Supplementing,
    pausing: Pausing,
    problems: tuple[Step, ...],
) -> Deadline:
    """The reply while it waits for somebody who has no last day, or for a supplement that starts the count anew."""
    state = _state(course, supplementing, pausing, None)
    steps = (*head, *_pause_steps(course, pausing.pauses, None))
    if supplementing.awaited and state is DeadlineState.PAUSED:
        steps = (*steps, step("clock.supplement.awaited"))
    steps = (*steps, *_closing_steps(course, supplementing, pausing, state, None))
    return Deadline(DeadlineName.REPLY, rule.owed_by, None, state, rule, steps, problems)


def _asked_in_time(
    course: Course, rule: Rule, receipt_on: date, supplementing: Supplementing, pausing: Pausing
) -> Supplementing:
    """Without what was asked for when the reply was overdue already: that heals nothing."""
    if any(not span.ends() for span in pausing.spans):
        return supplementing
    counter = Counter(course.calendar, course.conventions)
    start, kept, late = receipt_on, list[Round](), list[Step]()
    for each in supplementing.rounds:
        number = extend(course, rule, start, pausing.spans).number
        due_on = counter.due_on(start, number, rule.unit, pausing.spans)
        if each.asked_on > due_on:
            late.append(step("clock.problem.asked_after_due", day=each.asked_on, due=due_on))
            continue
        kept.append(each)
        start = max(start, each.received_on) if each.taken and each.received_on else start
    if not late:
        return supplementing
    abandoned_on = supplementing.abandoned_on if kept and kept[-1] is supplementing.rounds[-1] else None
    problems = (*supplementing.problems, *late)
    return replace(supplementing, rounds=tuple(kept), problems=problems, abandoned_on=abandoned_on)


def _waits_for_supplement(course: Course, supplementing: Supplementing) -> bool:
    return supplementing.awaited and course.conventions.supplement_effect is SupplementEffect.RESTART


def _find_start(course: Course, rule: Rule, receipt_on: date, supplementing: Supplementing) -> _Start:
    """The day from which the reply is counted in the end."""
    effect, conventions = course.conventions.supplement_effect, course.conventions
    start, spans = receipt_on, list[Span]()
    steps = [step("clock.reply.from_receipt", day=receipt_on)]
    counter = Counter(course.calendar, conventions)
    for each in supplementing.rounds:
        steps.append(step("clock.reply.supplement_asked", day=each.asked_on))
        if effect is SupplementEffect.PAUSE:
            spans.append(Span(each.asked_on + timedelta(days=1), each.received_on or each.due_on or course.replied_on))
        if not each.taken or each.received_on is None or effect is not SupplementEffect.RESTART:
            continue
        notice = supplementing.notice
        in_time = notice is None or notice.due_on is None or each.asked_on <= notice.due_on
        if not in_time:
            steps.append(
                step(
                    "clock.reply.late_notice_restarts"
                    if conventions.late_notice_restarts
                    else "clock.reply.late_notice"
                )
            )
        if in_time or conventions.late_notice_restarts:
            former = counter.due_on(start, rule.number or 0, rule.unit)
            start = max(start, each.received_on)
            steps.append(step("clock.reply.restarted", day=each.received_on, former=former))
    return _Start(start, tuple(steps), tuple(spans))


def _state(course: Course, supplementing: Supplementing, pausing: Pausing, due_on: date | None) -> DeadlineState:
    replied_on, today = course.replied_on, course.today
    if supplementing.abandoned_on is not None or pausing.unpaid_on is not None:
        return DeadlineState.VOID
    if replied_on is not None:
        return DeadlineState.MET if due_on is None or replied_on <= due_on else DeadlineState.MISSED
    handed_on = course.conventions.transfer_ends and course.first_on(ClockEventName.TRANSFERRED) is not None
    if course.withdrawn_on is not None or handed_on:
        return DeadlineState.VOID
    if due_on is not None and today > due_on:
        return DeadlineState.MISSED
    waits = any(pause.holds_back(today) for pause in pausing.pauses)
    awaits = supplementing.awaited and course.conventions.supplement_effect is not SupplementEffect.NOTHING
    return DeadlineState.PAUSED if waits or awaits else DeadlineState.RUNNING


def _pause_steps(course: Course, pauses: tuple[Pause, ...], count: Count | None) -> tuple[Step, ...]:
    """What each pause leaves out; a day that two pauses share is told of once."""
    steps, told = [], set[date]()
    counter = Counter(course.calendar, course.conventions)
    for pause in pauses:
        span = pause.span
        if span.last is None:
            steps.append(step("clock.pause.open", who=(step(f"clock.who.{pause.name.value}"),), day=pause.asked_on))
            continue
        days = counter.working_days_in(span.first, span.last)
        within = [day for day in days if count and count.start_on < day <= count.due_on and day not in told]
        told |= set(within)
        key = "clock.pause.by_silence" if pause.by_silence else "clock.pause.closed"
        who = (step(f"clock.who.{pause.name.value}"),)
        steps.append(step(key, who=who, day=pause.asked_on, first=span.first, to=span.last, days=len(within)))
    return tuple(steps)


def _transfer_steps(course: Course) -> tuple[Step, ...]:
    key = "clock.transfer.ends" if course.conventions.transfer_ends else "clock.transfer.runs_on"
    moved = tuple(step(key, day=event.on) for event in course.all(ClockEventName.TRANSFERRED))
    return moved + tuple(step("clock.transfer.returned", day=event.on) for event in course.all(ClockEventName.RETURNED))


def _closing_steps(
    course: Course, supplementing: Supplementing, pausing: Pausing, state: DeadlineState, due_on: date | None
) -> tuple[Step, ...]:
    """What became of the reply."""
    found = []
    if supplementing.abandoned_on is not None:
        found.append(step("clock.ended.abandoned", day=supplementing.abandoned_on))
    if pausing.unpaid_on is not None:
        found.append(step("clock.ended.unpaid", day=pausing.unpaid_on))
    if course.replied_on is not None:
        found.append(step("clock.done.reply", day=course.replied_on))
    elif course.withdrawn_on is not None:
        found.append(step("clock.ended.withdrawn", day=course.withdrawn_on))
    if state is DeadlineState.MISSED and due_on is not None:
        found.append(step("clock.missed", day=due_on))
    return tuple(found)
