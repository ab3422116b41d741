"""Whether a ledger is whole, and whether its case stands as it says: judged on what is kept, not on what was meant.

The rows come straight from the store: a name that nobody knows or facts that cannot be read are faults, no errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from casework.case import CaseStatus, status_after
from casework.events import EventName, broken_links
from casework.kinds import CaseKind
from casework.message import CaseId

UNREADABLE: Final[Mapping[str, object]] = {"unreadable": True}
"""Stands for facts that are no JSON any more."""
_NAMES: Final[Mapping[str, EventName]] = {name.value: name for name in EventName}


class LedgerRow(NamedTuple):
    """One event as it is kept."""

    number: int
    name: str
    at: datetime
    actor: str
    facts: Mapping[str, object]
    text_digest: str
    previous_hash: str
    hash: str
    text: str | None
    salt: str


class KeptFile(NamedTuple):
    """A file that a case names: its digest, and where."""

    sha256: str
    place: str


@dataclass(frozen=True, slots=True)
class KeptLedger:
    """A case as it is kept: the columns that follow from its ledger, the ledger, and the files that it names."""

    case_id: CaseId
    reference: str
    columns: Mapping[str, object]
    rows: Sequence[LedgerRow]
    files: Sequence[KeptFile] = ()


class FaultKind(StrEnum):
    """What was tampered with, or lost."""

    CHAIN = "chain"
    COLUMN = "column"
    FILE = "file"
    NUMBER = "number"
    SEAL = "seal"


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """One thing that is wrong, and with which case."""

    kind: FaultKind
    reference: str
    """Of the case; empty for what concerns all of them."""
    says: str


def faults_of(ledger: KeptLedger) -> list[LedgerFault]:
    """What is wrong with the chain of a case, and which of its columns the ledger does not bear out."""
    if not ledger.rows:
        return [LedgerFault(FaultKind.CHAIN, ledger.reference, "the ledger is empty: every case begins with an event")]
    found = [LedgerFault(FaultKind.CHAIN, ledger.reference, said) for said in broken_links(ledger.rows)]
    found += [
        LedgerFault(FaultKind.CHAIN, ledger.reference, f"event {row.number}: {row.name!r} is no event that we know")
        for row in ledger.rows
        if row.name not in _NAMES
    ]
    told = columns_told(ledger.rows)
    found += [
        LedgerFault(
            FaultKind.COLUMN,
            ledger.reference,
            f"{name} is {_shown(ledger.columns[name])}, the ledger says {_shown(said)}",
        )
        for name, said in told.items()
        if name in ledger.columns and ledger.columns[name] != said
    ]
    return found


def columns_told(rows: Sequence[LedgerRow]) -> dict[str, object]:
    """The columns of a case as far as its ledger tells them."""
    told: dict[str, object] = {"version": len(rows), "disposition": None, "closed_at": None, "merged_into": None}
    told |= {"rating": None, "reply_kind": None, "published_at": None, "held": False, "assignee": None}
    told["erased_at"] = None
    status: CaseStatus | None = None
    for row in rows:
        name = _NAMES.get(row.name)
        if name is None:
            continue
        status = status_after(status, name)
        if name in _TELLS:
            _TELLS[name](told, row)
    told["status"] = (status or CaseStatus.NEW).value
    return told


def _opened(told: dict[str, object], row: LedgerRow) -> None:
    told["opened_at"] = row.at
    told |= {name: row.facts[name] for name in ("kind", "unit", "channel") if name in row.facts}
    told["accused_unit"] = row.facts.get("accused_unit")


def _moved(told: dict[str, object], row: LedgerRow) -> None:
    told |= {"unit": row.facts.get("to"), "assignee": None}


def _assigned(told: dict[str, object], row: LedgerRow) -> None:
    told["assignee"] = row.facts.get("to")


def _classified(told: dict[str, object], row: LedgerRow) -> None:
    if "petition_class" in row.facts:
        told |= {name: row.facts.get(name) for name in ("petition_class", "accused_unit", "accused_staff")}
    if "applicant" in row.facts:
        told["applicant"] = row.facts["applicant"]


def _decided(told: dict[str, object], row: LedgerRow) -> None:
    if told.get("kind") == CaseKind.DISCLOSURE_APPLICATION.value:
        told["reply_kind"] = row.facts.get("ending")


def _closed(told: dict[str, object], row: LedgerRow) -> None:
    told |= {"disposition": row.facts.get("disposition"), "closed_at": row.at}


def _reopened(told: dict[str, object], _row: LedgerRow) -> None:
    told |= {"disposition": None, "closed_at": None, "erased_at": None}
    # Who opens a case again may leave it with whom it was, or with nobody: the ledger does not tell.
    told.pop("assignee", None)


def _erased(told: dict[str, object], row: LedgerRow) -> None:
    if "rule" in row.facts:
        told["erased_at"] = row.at


def _set(column: str, value: Callable[[LedgerRow], object]) -> Callable[[dict[str, object], LedgerRow], None]:
    def tell(told: dict[str, object], row: LedgerRow) -> None:
        told[column] = value(row)

    return tell


_TELLS: Final[Mapping[EventName, Callable[[dict[str, object], LedgerRow], None]]] = {
    EventName.OPENED: _opened,
    EventName.TRANSFERRED: _moved,
    EventName.TRANSFER_OBJECTED: _moved,
    EventName.ASSIGNED: _assigned,
    EventName.CLASSIFIED: _classified,
    EventName.DECIDED: _decided,
    EventName.CLOSED: _closed,
    EventName.REOPENED: _reopened,
    EventName.MERGED: _set("merged_into", lambda row: row.facts.get("into")),
    EventName.RATED: _set("rating", lambda row: row.facts.get("grade")),
    EventName.RESULT_PUBLISHED: _set("published_at", lambda row: row.at),
    EventName.RESULT_WITHDRAWN: _set("published_at", lambda _row: None),
    EventName.TEXT_ERASED: _erased,
    EventName.HELD: _set("held", lambda _row: True),
    EventName.RELEASED: _set("held", lambda _row: False),
}
"""What each event makes of a column; one that is not named changes none that is compared."""


def _shown(value: object) -> str:
    return "empty" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)
