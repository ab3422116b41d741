"""Which cases are likely of the same matter as a text, as far as the account that asks may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from casework.bureau import Bureau
from casework.case import Case
from casework.kinds import CaseKind
from casework.message import CaseId
from casework.party import PartyId
from casework.ports import UnitOfWork
from casework.rights import Right, may, may_know_writer
from casework.signature import signature_of
from casework.staff import Staff

Likeness = Callable[[str, str], float]
"""How alike two texts are, from 0 to 1."""
OF_SAME_WRITER: Final = 0.3
OF_ANYBODY: Final = 0.55
"""From this likeness on a case is shown; of the same writer less is needed."""
_LOOKED_AT: Final = 40
_COMPARED: Final = 6
"""So many are compared for each case of a list."""
_RECENT: Final = timedelta(days=400)
"""A year, and what a repeat may come late."""


class Because(StrEnum):
    """Why a case is thought to be of the same matter."""

    SAME_WRITER = "same_writer"
    ALIKE_WORDS = "alike_words"


@dataclass(frozen=True, slots=True)
class Matter:
    """What is compared: a case, or what is about to become one."""

    words: str
    kind: CaseKind
    party_id: PartyId | None = None
    case_id: CaseId | None = None
    is_named: bool = True
    """Whether the account that asks may know who wrote it."""


@dataclass(frozen=True, slots=True)
class LikelyCase:
    """A case that is likely of the same matter."""

    case: Case
    likeness: float
    because: tuple[Because, ...]


def matter_of(case: Case, staff: Staff, bureau: Bureau) -> Matter:
    """A case as it is compared, for an account."""
    return Matter(words_of(case), case.kind, case.party_id, case.id, may_know_writer(staff, case, bureau))


def words_of(case: Case) -> str:
    """What a citizen said when the case opened."""
    return " ".join((case.subject, *case.details.values()))


def likely_same(
    matter: Matter,
    uow: UnitOfWork,
    *,
    likeness: Likeness,
    staff: Staff,
    bureau: Bureau,
    now: datetime,
    limit: int = 5,
) -> list[LikelyCase]:
    """Likely cases, those of the same writer first, then the likest.

    What the account may not see is not named; and that two cases have one writer is told only to whoever may know who
    wrote both.
    """
    candidates = _candidates(matter, uow, now=now)
    return _likeliest(matter, candidates, likeness=likeness, staff=staff, bureau=bureau)[:limit]


def likely_unlinked(
    case: Case, uow: UnitOfWork, *, likeness: Likeness, staff: Staff, bureau: Bureau, now: datetime
) -> list[LikelyCase]:
    """Cases that are likely of the same matter as this one, but those that are linked with it already."""
    matter = matter_of(case, staff, bureau)
    found = likely_same(matter, uow, likeness=likeness, staff=staff, bureau=bureau, now=now)
    linked = _linked_with(case.id, uow)
    return [one for one in found if one.case.id not in linked]


def mark_likely(
    cases: Sequence[Case], uow: UnitOfWork, *, likeness: Likeness, staff: Staff, bureau: Bureau, now: datetime
) -> Mapping[CaseId, LikelyCase]:
    """For each case of a list the one that is likeliest of the same matter, if any and if the account may see it.

    Cheaper than `likely_same` for each: the few nearest by signature are compared, all fetched at once. What is linked
    already is not marked.
    """
    nearest = uow.signatures.nearest({case.id: signature_of(words_of(case)) for case in cases}, limit=_COMPARED)
    others = uow.cases.several({other for found in nearest.values() for other in found})
    marked: dict[CaseId, LikelyCase] = {}
    for case in cases:
        near = (others[other] for other in nearest[case.id] if other in others)
        recent = [other for other in near if other.kind is case.kind and other.opened_at >= now - _RECENT]
        found = _likeliest(matter_of(case, staff, bureau), recent, likeness=likeness, staff=staff, bureau=bureau)
        linked = _linked_with(case.id, uow) if found else frozenset()
        if unlinked := next((one for one in found if one.case.id not in linked), None):
            marked[case.id] = unlinked
    return marked


def _linked_with(case_id: CaseId, uow: UnitOfWork) -> frozenset[CaseId]:
    """The cases of which somebody said already that they have to do with this one."""
    return frozenset(one for link in uow.links.of_case(case_id) for one in (link.case_id, link.other_id))


def _likeliest(
    matter: Matter, candidates: Iterable[Case], *, likeness: Likeness, staff: Staff, bureau: Bureau
) -> list[LikelyCase]:
    found: dict[CaseId, LikelyCase] = {}
    for other in candidates:
        is_out = other.id in found or other.id == matter.case_id or other.erased_at is not None
        if is_out or not may(staff, Right.SEE, other, bureau):
            continue
        known = matter.is_named and may_know_writer(staff, other, bureau)
        same_writer = known and matter.party_id is not None and other.party_id == matter.party_id
        alike = likeness(matter.words, words_of(other))
        if alike >= (OF_SAME_WRITER if same_writer else OF_ANYBODY):
            found[other.id] = LikelyCase(other, alike, tuple(_because(alike, same_writer=same_writer)))
    return sorted(
        found.values(),
        key=lambda one: (Because.SAME_WRITER not in one.because, -one.likeness, -one.case.id),
    )


def _candidates(matter: Matter, uow: UnitOfWork, *, now: datetime) -> Iterator[Case]:
    since = now - _RECENT
    if matter.party_id is not None:
        own = uow.cases.of_party(matter.party_id, limit=_LOOKED_AT)
        yield from (case for case in own if case.opened_at >= since and case.erased_at is None)
    yield from uow.signatures.alike(signature_of(matter.words), kind=matter.kind, since=since, limit=_LOOKED_AT)


def _because(alike: float, *, same_writer: bool) -> Iterator[Because]:
    if same_writer:
        yield Because.SAME_WRITER
    if alike >= OF_ANYBODY:
        yield Because.ALIKE_WORDS
