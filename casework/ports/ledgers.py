"""Ledgers as they are kept, to be verified; seals over them; what was erased, and what must be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from casework.case import Case
from casework.kinds import CaseKind
from casework.ledger import KeptLedger
from casework.message import CaseId, InboxId
from casework.retention import Erasure
from casework.seal import Seal, SealedEvent


class Ledgers(Protocol):
    """The ledgers of all cases."""

    def kept(self, *, after: CaseId, limit: int, files: bool = True) -> Sequence[KeptLedger]:
        """The next cases by id with everything that is verified; `files` says whether those are listed too."""
        ...

    def kept_of(self, case_id: CaseId) -> KeptLedger:
        """One case with everything that is verified."""
        ...

    def arrivals_of(self, case_id: CaseId) -> Sequence[InboxId]:
        """What came in and belongs to a case, oldest first."""
        ...

    def numbers_given(self) -> Mapping[str, tuple[int, int]]:
        """By the beginning of a reference: the last number given, and how many cases there are."""
        ...

    def written_until(self) -> int:
        """The id of the last event, once everything is written that has a lower one."""
        ...

    def written(self, *, after: int, until: int, limit: int) -> Sequence[SealedEvent]:
        """Events of all cases by id, after one and up to another."""
        ...

    def add_seal(self, *, at: datetime, last_event_id: int, digest: str, after: int) -> Seal | None:
        """Keep a seal that continues seal number `after` (0 for the first); None when another one does so already."""
        ...

    def seals(self, *, after: int = 0, limit: int = 1_000) -> Sequence[Seal]:
        """Seals by id."""
        ...

    def last_seal(self) -> Seal | None:
        """The latest seal."""
        ...


class Signatures(Protocol):
    """By what cases of one matter are found."""

    def add(self, case_id: CaseId, values: Sequence[int]) -> None:
        """Keep the signature of a case's words."""
        ...

    def nearest(self, wanted: Mapping[CaseId, Sequence[int]], *, limit: int) -> Mapping[CaseId, Sequence[CaseId]]:
        """For each of these cases the others that share most values with it, latest first among equals."""
        ...

    def alike(self, values: Sequence[int], *, kind: CaseKind, since: datetime, limit: int) -> Sequence[Case]:
        """The latest cases of a kind opened since then that share a value, those that share most first."""
        ...


class Erasures(Protocol):
    """Personal text that is erased by rule."""

    def due(self, kind: CaseKind, *, closed_before: datetime, limit: int, after: CaseId) -> Sequence[Case]:
        """Closed cases of a kind by id that are neither held nor erased, and are merged with none that is not due."""
        ...

    def erase(self, case: Case, *, now: datetime) -> Mapping[str, int]:
        """Erase what a case holds of personal text; how much of each kind. Files that it named wait to be deleted."""
        ...

    def is_last_of_party(self, case: Case) -> bool:
        """Whether no other case of the same writer still holds its text."""
        ...

    def erase_party(self, case: Case, *, now: datetime) -> None:
        """Erase who wrote, where to, and what was said in their conversations outside any case."""
        ...

    def note(self, erasure: Erasure) -> bool:
        """Keep that a case was erased; False when it was noted before."""
        ...

    def latest(self, *, limit: int) -> Sequence[Erasure]:
        """What was erased by rule, latest first."""
        ...

    def let_go(self, digests: Iterable[str], now: datetime) -> None:
        """Let files wait to be deleted, unless somebody else names them."""
        ...

    def has_files_to_delete(self) -> bool:
        """Whether any file waits to be deleted."""
        ...

    def files_to_delete(self, *, limit: int, kept: Collection[str] = ()) -> Sequence[str]:
        """Files that erased cases named and that nobody else names; those in `kept` are somebody's."""
        ...

    def file_deleted(self, sha256: str) -> None:
        """A file that waited to be deleted is gone."""
        ...
