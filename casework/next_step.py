"""What has to happen next in a case, who owes it and by when: told to the citizen on every channel alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from casework.case import Case, CaseStatus
from casework.kept_deadline import KeptDeadline
from casework.standing import Mark, Standing


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing that somebody owes."""

    name: str
    """Name of its deadline: `confirmation`, `supplement`, `third_party`, `reply`, …"""
    owed_by: str
    """`bureau`, `applicant`, `third_party`, `other_organ`, or `both` for what bureau and applicant confirm together."""
    due_on: date | None = None
    uncertain: bool = False
    """The day lies in a year whose calendar is not announced yet."""
    overdue: bool = False


_AWAITED: Final = (
    (Mark.UNCONFIRMED, "confirmation", "both"),
    (Mark.SUPPLEMENT_OPEN, "supplement", "applicant"),
    (Mark.THIRD_PARTY_OPEN, "third_party", "third_party"),
    (Mark.ORGAN_OPEN, "other_organ", "other_organ"),
)
"""What a case waits for that does not lie with the bureau, in the order in which it must come."""
_OF_THE_BUREAU: Final = frozenset({"confirmation", "acceptance", "reply", "conclusion", "review", "re_review"})
"""What the bureau owes the citizen; what units owe one another is no business of theirs."""


def next_step(case: Case, standing: Standing, deadlines: Sequence[KeptDeadline], today: date) -> NextStep | None:
    """The next thing that is owed; None when the case is over and nothing is."""
    if case.status is CaseStatus.CLOSED and not standing.has(Mark.REVIEW_OPEN):
        return None
    if case.status is not CaseStatus.CLOSED:
        for mark, name, owed_by in _AWAITED:
            if standing.has(mark):
                found = _of(_running(deadlines, name), today) or NextStep(name, owed_by)
                return replace(found, owed_by=owed_by)
    owed = [one for one in deadlines if base_name(one.name) in _OF_THE_BUREAU and one.owed_by == "bureau"]
    first = min((one for one in owed if _is_open(one)), key=lambda one: one.due_on or date.max, default=None)
    if first is not None:
        return _of(first, today)
    if case.status is CaseStatus.CLOSED:
        return NextStep("review", "bureau")
    return NextStep("reply", "bureau", case.due_on, overdue=case.due_on is not None and case.due_on < today)


def base_name(name: str) -> str:
    """The name of a deadline without the number that a second one of its name has."""
    return name.partition(":")[0]


def _is_open(deadline: KeptDeadline) -> bool:
    return deadline.state in ("running", "missed", "paused")


def _running(deadlines: Iterable[KeptDeadline], name: str) -> KeptDeadline | None:
    """The open deadline of a name; of several the last, which is the one that counts now."""
    found = [one for one in deadlines if base_name(one.name) == name and _is_open(one)]
    return found[-1] if found else None


def _of(deadline: KeptDeadline | None, today: date) -> NextStep | None:
    if deadline is None:
        return None
    overdue = deadline.due_on is not None and deadline.due_on < today
    return NextStep(base_name(deadline.name), deadline.owed_by, deadline.due_on, deadline.uncertain, overdue)
