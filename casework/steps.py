"""Which steps a case allows now, and to whom: the table of steps read together with the table of rights."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from casework.bureau import Bureau, Words
from casework.case import Case
from casework.errors import CaseworkConflict, CaseworkRejected
from casework.kinds import CaseKind
from casework.rights import Right, RightMissing, may
from casework.staff import Staff
from casework.standing import Mark, Standing


class Step(StrEnum):
    """What can be done with a case beside writing, assigning, transferring and closing."""

    CONFIRM_RECEIPT = "confirm_receipt"
    ASK_SUPPLEMENT = "ask_supplement"
    RECORD_SUPPLEMENT = "record_supplement"
    ASK_THIRD_PARTY = "ask_third_party"
    RECORD_THIRD_PARTY = "record_third_party"
    ASK_ORGAN = "ask_organ"
    RECORD_ORGAN = "record_organ"
    PROPOSE_EXTENSION = "propose_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    ASK_FEE = "ask_fee"
    RECORD_FEE = "record_fee"
    ACCEPT = "accept"
    NOT_ACCEPT = "not_accept"
    CLASSIFY = "classify"
    OBJECT_TRANSFER = "object_transfer"
    DRAFT = "draft"
    REVIEW = "review"
    CLEAR = "clear"
    APPROVE = "approve"
    APPROVE_OPINION = "approve_opinion"
    RETURN_DRAFT = "return_draft"
    WITHDRAW = "withdraw"
    RECORD_REVIEW = "record_review"
    FILE_REMEDY = "file_remedy"
    END_REMEDY = "end_remedy"
    LINK = "link"
    MERGE = "merge"
    SEND_LETTER = "send_letter"
    SUPERVISE = "supervise"
    PUBLISH_RESULT = "publish_result"
    WITHDRAW_RESULT = "withdraw_result"
    HOLD = "hold"
    RELEASE = "release"


class Eyes(StrEnum):
    """Whose own work a step may not be taken on."""

    DRAFTER = "drafter"
    REVIEWERS = "reviewers"
    PROPOSER = "proposer"


@dataclass(frozen=True, slots=True)
class StepRule:
    """One row of the table."""

    step: Step
    right: Right
    kinds: frozenset[CaseKind]
    needs: frozenset[Mark]
    bars: frozenset[Mark]
    other_than: frozenset[Eyes]
    basis: Words


class StepClosed(CaseworkConflict):
    """The step cannot be taken as things stand; it says what is in the way."""

    def __init__(self, step: Step, missing: Iterable[Mark], barred: Iterable[Mark]) -> None:
        """Name what is missing and what bars."""
        self.step = step
        self.missing, self.barred = tuple(sorted(missing)), tuple(sorted(barred))
        said = [*(f"it is not {mark.value}" for mark in self.missing), *(f"it is {mark.value}" for mark in self.barred)]
        super().__init__(f"{step.value} is not possible now: {'; '.join(said) or 'this kind of case does not know it'}")


class SecondPersonWanted(CaseworkRejected):
    """Whoever did the work may not let it pass: another person who has the right must."""

    def __init__(self, step: Step, right: Right) -> None:
        """Name the step and the right."""
        super().__init__(f"{step.value} wants another person than those who worked on it, with the right to {right}")
        self.step = step
        self.right = right


def rule_of(step: Step) -> StepRule:
    """The row of a step."""
    return _table()[step]


def require_step(step: Step, case: Case, standing: Standing, staff: Staff, bureau: Bureau) -> None:
    """RightMissing, StepClosed or SecondPersonWanted unless this account may take the step now."""
    rule = rule_of(step)
    if not may(staff, rule.right, case, bureau):
        raise RightMissing(rule.right, case.unit)
    if (missing := rule.needs - standing.marks) or rule.bars & standing.marks or case.kind not in rule.kinds:
        raise StepClosed(step, missing, rule.bars & standing.marks)
    if f"staff:{staff.id}" in _whose_work(rule.other_than, standing):
        raise SecondPersonWanted(step, rule.right)


def open_steps(case: Case, standing: Standing, staff: Staff, bureau: Bureau) -> tuple[Step, ...]:
    """The steps that this account may take now, in the order of the table."""
    return tuple(step for step in _table() if _is_open(step, case, standing, staff, bureau))


def _is_open(step: Step, case: Case, standing: Standing, staff: Staff, bureau: Bureau) -> bool:
    try:
        require_step(step, case, standing, staff, bureau)
    except (StepClosed, RightMissing, SecondPersonWanted):
        return False
    return True


def _whose_work(eyes: frozenset[Eyes], standing: Standing) -> frozenset[str]:
    found: set[str] = set()
    if Eyes.DRAFTER in eyes and standing.draft is not None:
        found.add(standing.draft.by)
    if Eyes.REVIEWERS in eyes and standing.draft is not None:
        found.update(standing.draft.passed_by)
    if Eyes.PROPOSER in eyes:
        found.add(standing.proposer)
    return frozenset(found)


@cache
def _table() -> Mapping[Step, StepRule]:
    rows = tomllib.loads((files("casework") / "steps.toml").read_text("utf-8"))
    if set(rows) != set(Step):
        raise ValueError(f"steps.toml must name every step once: {sorted(set(rows) ^ set(Step))}")
    return {Step(name): _read(Step(name), row) for name, row in rows.items()}


def _read(step: Step, row: Mapping[str, object]) -> StepRule:
    def listed(name: str) -> list[str]:
        found = row.get(name, [])
        return [str(one) for one in found] if isinstance(found, list) else []

    basis = row["basis"]
    if not isinstance(basis, Mapping):
        raise TypeError(f"steps.toml: {step.value}.basis must have zh and en")
    return StepRule(
        step,
        Right(str(row["right"])),
        frozenset(CaseKind(kind) for kind in listed("kinds")),
        frozenset(Mark(mark) for mark in listed("needs")),
        frozenset(Mark(mark) for mark in listed("bars")),
        frozenset(Eyes(eyes) for eyes in listed("other_than")),
        Words(str(basis["zh"]), str(basis["en"])),
    )
