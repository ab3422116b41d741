"""Linking cases of one matter, and merging one into another with nothing lost."""

from __future__ import annotations

from casework.actions.asking_rating import tell_merged
from casework.actions.closure import end
from casework.actions.stepping import Walker
from casework.case import Case, CaseStatus
from casework.disposition import Disposition
from casework.errors import Refusal
from casework.events import EventName
from casework.link import Link, Relation
from casework.steps import Step


def link(case: Case, other: Case, relation: Relation, walker: Walker) -> Case:
    """Say that two cases have to do with one another; both ledgers tell it."""
    walker.require(Step.LINK, case)
    if case.id == other.id:
        raise Refusal("itself", "a case is not linked with itself")
    if relation is Relation.MERGED:
        raise Refusal("merging", "merging is a step of its own")
    if not walker.uow.links.add(Link(case.id, other.id, relation, walker.now, walker.staff.id)):
        raise Refusal("linked", f"{case.reference} and {other.reference} are linked already")
    _tell_other(other, case, relation, walker)
    return walker.note(case, EventName.LINKED, {"with": other.reference, "relation": relation.value})


def merge(case: Case, into: Case, walker: Walker) -> Case:
    """End a case because its matter is handled in another one of the same writer; what was said stays readable in both.

    Cases of different writers are linked, never merged: each has a right to an answer of their own.
    """
    walker.require(Step.MERGE, case)
    if case.id == into.id:
        raise Refusal("itself", "a case is not merged into itself")
    if into.status is CaseStatus.CLOSED:
        raise Refusal("other_closed", f"case {into.reference} is closed: reopen it first, or answer this one")
    if case.party_id != into.party_id:
        raise Refusal("other_writer", "the two are of different writers: link them, and answer each")
    if case.kind is not into.kind:
        raise Refusal("other_kind", "the two are of different kinds, with different times to reply: link them instead")
    walker.uow.links.add(Link(case.id, into.id, Relation.MERGED, walker.now, walker.staff.id))
    _tell_other(into, case, Relation.MERGED, walker)
    merged = walker.note(case, EventName.MERGED, {"into": into.reference}, changes={"merged_into": into.id})
    tell_merged(merged, into, walker.uow, office=walker.office, now=walker.now)
    return end(merged, Disposition.DUPLICATE, walker)


def _tell_other(other: Case, case: Case, relation: Relation, walker: Walker) -> None:
    walker.note(other, EventName.LINKED, {"with": case.reference, "relation": relation.value, "from": True})
