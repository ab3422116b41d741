"""Why a letter was placed where it is: the evidence that was weighed, and who proved its sender; as it was kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.message import CaseId

CaseShown = Callable[[CaseId], str | None]
"""The reference of a case, for who may see it."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """One row of the table: a piece of evidence, and what it counts."""

    kind: str
    weight: int
    reference: str | None
    """The case that it points to; None when there is none, or none that may be seen."""
    points_elsewhere: bool
    """Whether it points to a case that may not be seen."""
    left_out: str
    """Why it counts for nothing; empty when it counts."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """The table, and what followed from it."""

    pointers: Sequence[Pointer]
    standing: tuple[str, int] | None
    """What the proof of the sender added: `pass` or `fail`, and its weight."""
    total: int | None
    """None when nothing counted."""
    sure_from: int
    outcome: str
    """`join`, `not_sure` or `stranger`."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found out about who sent it."""

    by: str
    is_own: bool
    results: Sequence[tuple[str, str, Sequence[str]]]
    """Method, result, and the domains that it is about."""
    standing: str
    """What it says of the author; empty when that was not kept."""


def weighing_of(facts: Mapping[str, object], shown: CaseShown) -> Weighing | None:
    """The evidence on which a letter was placed first; None when nothing pointed anywhere."""
    kept = _first(facts, "match")
    if kept is None:
        return None
    rows = [(str(name), int(weight)) for name, weight in kept.get("rows", ())]
    counted = [row for row in rows if not row[0].startswith(_STANDING)]
    proven = [(name.removeprefix(_STANDING), weight) for name, weight in rows if name.startswith(_STANDING)]
    found = kept.get("found") or [{"kind": kind, "weight": weight, "case": None} for kind, weight in counted]
    total, sure_from = kept.get("total"), int(kept.get("sure_from", 0))
    outcome = "stranger" if total is None else "join" if total >= sure_from else "not_sure"
    return Weighing([_pointer(one, shown) for one in found], next(iter(proven), None), total, sure_from, outcome)


def proof_of(facts: Mapping[str, object]) -> Proof | None:
    """What was found out about who sent a letter; None when nobody looked."""
    kept = _first(facts, "authentication")
    if kept is None:
        return None
    domains = kept.get("domains", {})
    results = [(method, result, tuple(domains.get(method, ()))) for method, result in sorted(kept["results"].items())]
    return Proof(kept.get("by", ""), bool(kept.get("is_own")), results, kept.get("standing", ""))


_STANDING = "authentication_"


def _pointer(kept: Mapping[str, object], shown: CaseShown) -> Pointer:
    case = kept.get("case")
    reference = shown(CaseId(int(str(case)))) if case is not None else None
    weight = int(str(kept["weight"]))
    is_hidden = case is not None and reference is None
    return Pointer(str(kept["kind"]), weight, reference, is_hidden, str(kept.get("left_out", "")))


def _first(facts: Mapping[str, object], name: str) -> dict[str, Any] | None:
    """What was kept under a name when the letter came; a clerk's decision since then lies above it."""
    while name not in facts and isinstance(before := facts.get("before"), dict):
        facts = before
    kept = facts.get(name)
    return kept if isinstance(kept, dict) else None
