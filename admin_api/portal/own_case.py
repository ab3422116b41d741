"""What the holder of a query code is shown of the case: where it stands, what is next, what was written, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from admin_api.deadline import Deadline, nearness_of
from admin_api.pages import Visit
from casework.actions.complaints import next_round
from casework.actions.own_case import may_add, may_confirm, may_rate
from casework.actions.publishing_results import has_consented
from casework.bureau import Bureau, Unit
from casework.case import Case, CaseStatus
from casework.errors import Refusal
from casework.events import CaseEvent
from casework.kept_deadline import KeptDeadline
from casework.kinds import CaseKind
from casework.letter import Letter, LetterKind
from casework.message import Direction, Message
from casework.next_step import NextStep, base_name, next_step
from casework.ports import UnitOfWork
from casework.standing import Mark, Standing, standing_of

_WAITS: Final = (
    Mark.UNCONFIRMED,
    Mark.SUPPLEMENT_OPEN,
    Mark.THIRD_PARTY_OPEN,
    Mark.ORGAN_OPEN,
    Mark.REVIEW_OPEN,
)
"""What tells more of where a case stands than its status; the first that is so is said."""
_TO_OTHERS: Final = frozenset({LetterKind.THIRD_PARTY, LetterKind.ORGAN})
"""Letters to somebody else, who is no business of the citizen's."""
_INSIDE: Final = frozenset({"supplement_notice", "objection"})
"""Deadlines among those who handle the case."""
_SHOWN_STATES: Final = frozenset({"running", "paused", "met", "missed"})


@dataclass(frozen=True, slots=True)
class ShownDeadline:
    """A deadline in the words of the page."""

    name: str
    who: str
    due_on: date
    state: str
    uncertain: bool


@dataclass(frozen=True, slots=True)
class Doable:
    """What the holder can do now."""

    add: bool
    confirm: bool
    withdraw: bool
    review: int
    """1 when a review may be asked for, 2 when a re-review may, 0 when neither."""
    rate: bool
    consent: bool
    """Whether the result is public only if they consent."""


@dataclass(frozen=True, slots=True)
class OwnCase:
    """One case as its holder sees it."""

    case: Case
    unit: Unit
    standing: str
    """Key of the sentence that says where it stands."""
    step: NextStep | None
    step_name: str
    step_who: str
    nearness: Deadline
    deadlines: Sequence[ShownDeadline]
    messages: Sequence[Message]
    """What was written, latest first."""
    letters: Sequence[Letter]
    doable: Doable
    consented: bool


def compose_own_case(case: Case, uow: UnitOfWork, *, visit: Visit) -> OwnCase:
    """Everything that the page of a case shows."""
    bureau = visit.context.office.bureau
    today = bureau.calendar.local_date(visit.context.clock())
    events = uow.cases.events(case.id)
    standing, kept = standing_of(events), uow.deadlines.of_case(case.id)
    step = next_step(case, standing, kept, today)
    unit = bureau.unit(case.unit)
    return OwnCase(
        case,
        unit,
        standing=_stands(case, standing),
        step=step,
        step_name=_name_step(step, visit),
        step_who=_owes(step.owed_by, unit, visit) if step else "",
        nearness=nearness_of(step.due_on if step else None, today),
        deadlines=_shown(kept, unit, visit),
        messages=messages_shown(case, uow)[::-1],
        letters=letters_shown(case, uow)[::-1],
        doable=_doable(case, events, standing, bureau),
        consented=has_consented(events),
    )


def messages_shown(case: Case, uow: UnitOfWork) -> Sequence[Message]:
    """What was said between the bureau and the holder; no notes, and nothing of anybody else who wrote about it."""
    said = [message for message in uow.threads.messages_of_case(case.id) if message.direction is not Direction.NOTE]
    own = {
        thread_id
        for thread_id in {message.thread_id for message in said}
        if uow.threads.get(thread_id).party_id == case.party_id
    }
    return [message for message in said if message.thread_id in own]


def letters_shown(case: Case, uow: UnitOfWork) -> Sequence[Letter]:
    """The letters to the holder."""
    return [letter for letter in uow.letters.of_case(case.id) if letter.kind not in _TO_OTHERS]


def _stands(case: Case, standing: Standing) -> str:
    waiting = next((mark for mark in _WAITS if standing.has(mark)), None)
    is_over = case.status is CaseStatus.CLOSED and waiting is not Mark.REVIEW_OPEN
    return f"portal.standing.{case.status.value if waiting is None or is_over else waiting.value}"


def _name_step(step: NextStep | None, visit: Visit) -> str:
    return visit.say_or(f"portal.step.{step.name}", visit.say("portal.step.other")) if step else ""


def _owes(owed_by: str, unit: Unit, visit: Visit) -> str:
    if owed_by == "bureau":
        return unit.name.in_(visit.language)
    if owed_by == "both":
        return visit.say("portal.owes.both", unit=unit.name.in_(visit.language))
    return visit.say_or(f"portal.owes.{owed_by}", visit.say("portal.owes.other"))


def _shown(kept: Iterable[KeptDeadline], unit: Unit, visit: Visit) -> list[ShownDeadline]:
    return [
        ShownDeadline(
            visit.say_or(f"deadline_name.{base_name(one.name)}", visit.say("portal.step.other")),
            _owes(one.owed_by, unit, visit),
            one.due_on,
            visit.say_or(f"deadline_state.{one.state}", ""),
            one.uncertain,
        )
        for one in kept
        if one.due_on is not None and one.state in _SHOWN_STATES and base_name(one.name) not in _INSIDE
    ]


def _doable(case: Case, events: Sequence[CaseEvent], standing: Standing, bureau: Bureau) -> Doable:
    return Doable(
        add=may_add(case),
        confirm=may_confirm(case, standing),
        withdraw=case.status is not CaseStatus.CLOSED,
        review=_review(case, events),
        rate=may_rate(case, standing),
        consent=case.kind not in bureau.published_kinds,
    )


def _review(case: Case, events: Sequence[CaseEvent]) -> int:
    if case.kind is not CaseKind.COMPLAINT or not may_add(case):
        return 0
    try:
        return next_round(events)
    except Refusal:
        return 0
