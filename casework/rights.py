"""Who may do what: a table of roles, rights and how far each reaches, and the one rule that it cannot lift.

Whoever is accused in a report, and the unit that is, sees neither the report nor who made it
(Regulations on Petition Work (2022), art. 30).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from casework.bureau import Bureau
from casework.case import Case
from casework.errors import CaseworkRejected
from casework.kinds import CaseKind
from casework.message import StaffId
from casework.staff import Role, Staff


class Right(StrEnum):
    """What an account may be allowed to do."""

    SEE = "see"
    SEE_NAME = "see_name"
    SEE_UNNAMED = "see_unnamed"
    """To see who wrote although the citizen wished to stay unnamed to the units."""
    WRITE = "write"
    """Replies, notes, taking the conversation over."""
    ASSIGN = "assign"
    TRANSFER = "transfer"
    CONFIRM_RECEIPT = "confirm_receipt"
    ASK_SUPPLEMENT = "ask_supplement"
    CONSULT = "consult"
    PROPOSE_EXTENSION = "propose_extension"
    GRANT_EXTENSION = "grant_extension"
    ASK_FEE = "ask_fee"
    DRAFT = "draft"
    REVIEW = "review"
    CLEAR = "clear"
    APPROVE = "approve"
    ACCEPT = "accept"
    CLOSE = "close"
    REOPEN = "reopen"
    LINK = "link"
    WITHDRAW = "withdraw"
    ISSUE_LETTER = "issue_letter"
    PUBLISH_RESULT = "publish_result"
    SUPERVISE = "supervise"
    ENTER_PAPER = "enter_paper"
    SEE_FIGURES = "see_figures"
    ISSUE_REPORT = "issue_report"
    VERIFY = "verify"
    ERASE = "erase"
    TRIAGE = "triage"
    OUTBOX = "outbox"
    ACCOUNTS = "accounts"


class Reach(StrEnum):
    """How far a right reaches."""

    NONE = "none"
    OWN = "own"
    """The account's own unit and those below it."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Grant:
    """How far one right of one role reaches: in general, and for the kinds of case that differ."""

    other: Reach
    by_kind: Mapping[CaseKind, Reach]

    def reach(self, kind: CaseKind | None) -> Reach:
        """For cases of this kind, or for what is no case."""
        return self.by_kind.get(kind, self.other) if kind is not None else self.other


class RightMissing(CaseworkRejected):
    """The account lacks a right here; it says which, and who has it."""

    def __init__(self, right: Right, unit: str) -> None:
        """Name the right, the unit and the roles that have it."""
        able = ", ".join(role.value for role in roles_with(right)) or "nobody"
        super().__init__(f"this account lacks the right to {right.value} in unit {unit!r}: it belongs to {able}")
        self.right = right
        self.unit = unit


def reach_of(role: Role, right: Right, kind: CaseKind | None = None) -> Reach:
    """How far a right of a role reaches."""
    grant = _rights()[role].get(right)
    return grant.reach(kind) if grant else Reach.NONE


def roles_with(right: Right) -> tuple[Role, ...]:
    """The roles that have a right anywhere."""
    return tuple(role for role in Role if right in _rights()[role])


def has(staff: Staff, right: Right, unit: str, bureau: Bureau, kind: CaseKind | None = None) -> bool:
    """Whether an account has a right in a unit."""
    reach = reach_of(staff.role, right, kind)
    return reach is Reach.ALL or (reach is Reach.OWN and unit in bureau.under(staff.unit))


def has_anywhere(staff: Staff, right: Right) -> bool:
    """Whether an account has a right over something at all."""
    return right in _rights()[staff.role]


def may(staff: Staff, right: Right, case: Case, bureau: Bureau) -> bool:
    """Whether an account has a right over a case."""
    return has(staff, right, case.unit, bureau, case.kind) and not is_accused(staff, case, bureau)


def may_know_writer(staff: Staff, case: Case, bureau: Bureau) -> bool:
    """Whether an account sees who wrote: of an unnamed case only with the right for it."""
    right = Right.SEE_UNNAMED if case.anonymous else Right.SEE_NAME
    return may(staff, right, case, bureau)


def require(staff: Staff, right: Right, case: Case, bureau: Bureau) -> None:
    """RightMissing unless the account has the right over the case."""
    if not may(staff, right, case, bureau):
        raise RightMissing(right, case.unit)


def is_accused(staff: Staff, case: Case, bureau: Bureau) -> bool:
    """Whether the case accuses this person, or the unit that the account belongs to.

    What accuses the bureau itself is seen by its inspectors and where it is registered: somebody must.
    """
    if case.accused_staff is not None and case.accused_staff == staff.id:
        return True
    return case.accused_unit is not None and _is_of(staff, case.accused_unit, bureau)


@dataclass(frozen=True, slots=True)
class Sight:
    """Which cases an account sees, as a store can ask for them."""

    units: tuple[str, ...] | None
    """Those of these units; None for all."""
    kinds: frozenset[CaseKind] = frozenset()
    """And all of these kinds, whatever the unit."""
    accused_units: tuple[str, ...] = ()
    """But none that accuses one of these units."""
    accused_staff: StaffId | None = None
    """And none that accuses this person."""


def sight_of(staff: Staff, bureau: Bureau) -> Sight:
    """What `may(staff, Right.SEE, …)` says of each case, for all of them at once."""
    grant = _rights()[staff.role].get(Right.SEE, Grant(Reach.NONE, {}))
    own = bureau.under(staff.unit) if grant.other is not Reach.NONE else ()
    kinds = frozenset(kind for kind, reach in grant.by_kind.items() if reach is Reach.ALL)
    accused = tuple(unit.slug for unit in bureau.units if _is_of(staff, unit.slug, bureau))
    return Sight(None if grant.other is Reach.ALL else own, kinds, accused, staff.id)


def _is_of(staff: Staff, accused: str, bureau: Bureau) -> bool:
    """Whether what accuses this unit is kept from the account."""
    if accused == bureau.root.slug:
        return staff.role not in (Role.INSPECTOR, Role.INTAKE)
    return staff.unit in bureau.under(accused)


@cache
def _rights() -> Mapping[Role, Mapping[Right, Grant]]:
    found = tomllib.loads((files("casework") / "rights.toml").read_text("utf-8"))
    if set(found) != set(Role):
        raise ValueError(f"rights.toml must name every role once: {sorted(set(found) ^ set(Role))}")
    return {
        Role(role): {Right(right): _grant(said) for right, said in rights.items()} for role, rights in found.items()
    }


def _grant(said: str | Mapping[str, str]) -> Grant:
    if isinstance(said, str):
        return Grant(Reach(said), {})
    by_kind = {CaseKind(kind): Reach(reach) for kind, reach in said.items() if kind != "other"}
    return Grant(Reach(said.get("other", Reach.NONE)), by_kind)
