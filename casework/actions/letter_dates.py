"""The date that a letter names: what the clock will say once the step is taken that the letter tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Final

from casework.bureau import Bureau
from casework.case import Case
from casework.case_clock import next_of, reckon_deadlines, regime_of
from casework.clocks.counting import Counter
from casework.clocks.deadline import DeadlineName
from casework.events import CaseEvent, EventName
from casework.letter import LetterKind

_STEPS: Final[Mapping[LetterKind, tuple[EventName, str]]] = {
    LetterKind.SUPPLEMENT: (EventName.SUPPLEMENT_ASKED, "working_days"),
    LetterKind.EXTENSION: (EventName.EXTENSION_GRANTED, "days"),
    LetterKind.ACCEPTANCE: (EventName.ACCEPTED, ""),
}
"""The step behind a letter that names a date, and the fact of it that the date hangs on."""


def foresee_until(
    kind: LetterKind,
    case: Case,
    events: Sequence[CaseEvent],
    given: Mapping[str, object],
    *,
    bureau: Bureau,
    today: date,
) -> date | None:
    """The day until which the letter gives or takes time, were its step taken today; None when no clock tells."""
    if kind is LetterKind.FEE:
        return _last_day_of_fee(case, bureau, today)
    if kind not in _STEPS or not case.regime:
        return None
    name, fact = _STEPS[kind]
    if fact and not given.get(fact):
        return None
    facts = {"on": today.isoformat(), **({fact: given[fact]} if fact else {})}
    at = datetime.combine(today, time(12), bureau.calendar.time_zone)
    supposed = (*events, CaseEvent(len(events) + 1, name, at, "system", facts))
    found = reckon_deadlines(case.kind, case.channel, case.regime, supposed, bureau, today=today)
    if kind is LetterKind.SUPPLEMENT:
        return next((one.due_on for one in found if one.name is DeadlineName.SUPPLEMENT), None)
    owed = next_of(found)
    return owed.due_on if owed else None


def _last_day_of_fee(case: Case, bureau: Bureau, today: date) -> date | None:
    """The clock counts a fee only where the bureau says what its notice stops; the notice names a day all the same."""
    regime = regime_of(case.kind, case.regime, bureau)
    rule = regime.rule("fee") if regime else None
    if regime is None or rule is None or not rule.number:
        return None
    counter = Counter(regime.calendar(bureau.calendar), regime.conventions)
    return counter.due_on(today, rule.number, rule.unit)
