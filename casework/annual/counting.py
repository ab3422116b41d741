"""One pass over the ledger: what each cell counts, and what in the ledger cannot be right.

Only numbers are kept, and the references of what is open at the ends of the year; the cases behind a number are
found by a second pass (`cases_of`), so that a million entries need little memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from casework.annual.entries import (
    ComplaintEntry,
    Entry,
    FaultyEntry,
    ItemCategory,
    ItemEntry,
    LedgerEntry,
    Level,
    RemedyEntry,
    RemedyOutcome,
    Route,
    Way,
    way_of,
)
from casework.annual.findings import Cell, Finding, FindingKind, Number, Table
from casework.annual.forms import (
    CARRIED_IN,
    CARRIED_OUT,
    COUNT,
    RECEIVED,
    RESULTS,
    SEED_ROWS,
    TOTAL,
    Form,
    result_rows,
)
from casework.reply_kinds import ApplicantKind


@dataclass(frozen=True, slots=True)
class Year:
    """A reporting year: 1 January to 31 December."""

    number: int
    first: date = field(init=False)
    last: date = field(init=False)

    def __post_init__(self) -> None:
        """Set its ends."""
        object.__setattr__(self, "first", date(self.number, 1, 1))
        object.__setattr__(self, "last", date(self.number, 12, 31))

    def rows(self, entry: LedgerEntry) -> tuple[str, ...]:
        """Rows of table III that count an application: how it came into the year, and how it went out of it."""
        if entry.received_on > self.last or (entry.ended_on is not None and entry.ended_on < self.first):
            return ()
        came = RECEIVED if entry.received_on >= self.first else CARRIED_IN
        if entry.ended_on is None or entry.ended_on > self.last:
            return came, CARRIED_OUT
        return came, entry.reply.value if entry.reply else ""

    def has(self, day: date | None) -> bool:
        """Whether a day lies in it."""
        return day is not None and self.first <= day <= self.last

    def outcome(self, entry: RemedyEntry) -> RemedyOutcome | None:
        """The column of table IV that counts a review or lawsuit; None when it is not of this year."""
        if entry.filed_on > self.last or (entry.ended_on is not None and entry.ended_on < self.first):
            return None
        if entry.ended_on is None or entry.ended_on > self.last:
            return RemedyOutcome.PENDING
        return entry.outcome


@dataclass(slots=True)
class Count:
    """What a year's ledger comes to."""

    year: Year
    applications: Counter[tuple[str, ApplicantKind]] = field(default_factory=Counter)
    """By row of table III, kinds of reply each for itself, and by applicant."""
    ways: Counter[Way] = field(default_factory=Counter)
    remedies: Counter[tuple[Route, RemedyOutcome]] = field(default_factory=Counter)
    complaints: Counter[Level] = field(default_factory=Counter)
    items: Counter[ItemCategory] = field(default_factory=Counter)
    fees_fen: int = 0
    """Collected for applications that were finished in the year."""
    carried_in: dict[str, ApplicantKind] = field(default_factory=dict)
    carried_out: dict[str, ApplicantKind] = field(default_factory=dict)
    faults: list[Finding] = field(default_factory=list)
    maybe_carried_in: Counter[ApplicantKind | None] = field(default_factory=Counter)
    """Entries set aside that last year may have carried over; those of unknown applicants under None."""
    seen: dict[str, bool] = field(default_factory=dict)
    """Each reference, and whether it has ended."""

    @property
    def set_aside(self) -> frozenset[str]:
        """References that a fault names."""
        return frozenset(reference for fault in self.faults for reference in fault.references)


def count_year(entries: Iterable[Entry], year: int) -> Count:
    """Count the ledger for one year; entries with a fault are named and not counted."""
    count = Count(Year(year))
    for entry in entries:
        repeated = _repetition(entry, count.seen)
        faults = repeated or faults_of(entry)
        if not faults:
            _add(entry, count)
        elif not repeated:
            _note_set_aside(entry, count)
        count.faults += [Finding(kind, (entry.reference,), found=_detail(entry)) for kind in faults]
    return count


def faults_of(entry: Entry) -> list[FindingKind]:
    """What is wrong with one entry in itself."""
    match entry:
        case FaultyEntry(kind=kind):
            return [kind]
        case LedgerEntry(ended_on=None, reply=None, fee_fen=fee):
            return [FindingKind.NEGATIVE_FEE] if fee < 0 else []
        case LedgerEntry(received_on=received, ended_on=ended, reply=reply, fee_fen=fee):
            faults = [FindingKind.NEGATIVE_FEE] if fee < 0 else []
            if ended is None:
                faults.append(FindingKind.REPLY_WITHOUT_END)
            elif reply is None:
                faults.append(FindingKind.END_WITHOUT_REPLY)
            return [*faults, FindingKind.END_BEFORE_RECEIPT] if ended is not None and ended < received else faults
        case RemedyEntry(filed_on=filed, ended_on=ended, outcome=outcome):
            decided = outcome not in {None, RemedyOutcome.PENDING}
            faults = [FindingKind.END_BEFORE_RECEIPT] if ended is not None and ended < filed else []
            if decided and ended is None:
                faults.append(FindingKind.REPLY_WITHOUT_END)
            return [*faults, FindingKind.END_WITHOUT_REPLY] if ended is not None and not decided else faults
    return []


def cases_of(cell: Cell, entries: Iterable[Entry], *, year: int, form: Form) -> Iterator[str]:
    """References behind a number, for whoever clicks on it; entries with a fault are in none."""
    period, kinds = Year(year), {row.key: {kind.value for kind in row.kinds} for row in result_rows(form)}
    seen: dict[str, bool] = {}
    for entry in entries:
        if not (_repetition(entry, seen) or faults_of(entry)) and _counts(cell, entry, period, kinds):
            yield entry.reference


def application_cells(count: Count, form: Form) -> dict[Cell, Number]:
    """Table III."""
    kinds = {row.key: tuple(kind.value for kind in row.kinds) for row in result_rows(form)}
    sources = {RECEIVED: (RECEIVED,), CARRIED_IN: (CARRIED_IN,), **kinds, CARRIED_OUT: (CARRIED_OUT,)}
    sources[RESULTS] = tuple(value for values in kinds.values() for value in values)
    cells: dict[Cell, Number] = {}
    for row, values in sources.items():
        counted = {kind: sum(count.applications[value, kind] for value in values) for kind in ApplicantKind}
        cells |= {Cell(Table.APPLICATIONS, row, kind.value): number for kind, number in counted.items()}
        cells[Cell(Table.APPLICATIONS, row, TOTAL)] = sum(counted.values())
    return cells


def remedy_cells(count: Count) -> dict[Cell, Number]:
    """Table IV."""
    cells: dict[Cell, Number] = {}
    for route in Route:
        counted = {outcome: count.remedies[route, outcome] for outcome in RemedyOutcome}
        cells |= {Cell(Table.REMEDIES, route.value, outcome.value): number for outcome, number in counted.items()}
        cells[Cell(Table.REMEDIES, route.value, TOTAL)] = sum(counted.values())
    return cells


def seed_cells(count: Count) -> dict[Cell, Number]:
    """The numbers in the sentences of 2012."""
    numbers: dict[Table, dict[str, int]] = {
        Table.ITEMS: {key.value: number for key, number in count.items.items()},
        Table.WAYS: {key.value: number for key, number in count.ways.items()},
        Table.COMPLAINTS: {key.value: number for key, number in count.complaints.items()},
    }
    cells: dict[Cell, Number] = {}
    for table, rows in SEED_ROWS.items():
        cells |= {Cell(table, row, COUNT): numbers[table].get(row, 0) for row in rows}
        cells[Cell(table, TOTAL, COUNT)] = sum(numbers[table].values())
    return cells


def _add(entry: Entry, count: Count) -> None:
    year = count.year
    match entry:
        case LedgerEntry():
            _add_application(entry, count)
        case ItemEntry() if year.has(entry.disclosed_on):
            count.items[entry.category] += 1
        case ComplaintEntry() if year.has(entry.accepted_on):
            count.complaints[entry.level] += 1
        case RemedyEntry():
            if (outcome := year.outcome(entry)) is not None:
                count.remedies[entry.route, outcome] += 1


def _add_application(entry: LedgerEntry, count: Count) -> None:
    rows = count.year.rows(entry)
    for row in rows:
        count.applications[row, entry.applicant] += 1
    if RECEIVED in rows:
        count.ways[way_of(entry.channel)] += 1
    if CARRIED_IN in rows:
        count.carried_in[entry.reference] = entry.applicant
    if CARRIED_OUT in rows:
        count.carried_out[entry.reference] = entry.applicant
    if count.year.has(entry.ended_on):
        count.fees_fen += entry.fee_fen


def _note_set_aside(entry: Entry, count: Count) -> None:
    match entry:
        case FaultyEntry():
            count.maybe_carried_in[None] += 1
        case LedgerEntry(received_on=received) if received < count.year.first:
            count.maybe_carried_in[entry.applicant] += 1


def _repetition(entry: Entry, seen: dict[str, bool]) -> list[FindingKind]:
    """What is wrong when the ledger has the reference already; notes the reference."""
    ended = getattr(entry, "ended_on", None) is not None
    # A reply can be taken to review and to court, each once on one day; its application is an entry of its own.
    key = f"{entry.reference} {entry.route} {entry.filed_on}" if isinstance(entry, RemedyEntry) else entry.reference
    before = seen.get(key)
    seen[key] = ended or bool(before)
    if before is None:
        return []
    return [FindingKind.CLOSED_TWICE if before and ended else FindingKind.REPEATED_REFERENCE]


def _detail(entry: Entry) -> str | None:
    return entry.detail or None if isinstance(entry, FaultyEntry) else None


def _counts(cell: Cell, entry: Entry, year: Year, kinds: dict[str, set[str]]) -> bool:
    match cell.table, entry:
        case Table.APPLICATIONS, LedgerEntry():
            rows = year.rows(entry)
            wanted = {cell.row} if cell.row in {RECEIVED, CARRIED_IN, CARRIED_OUT} else kinds.get(cell.row, set())
            is_row = bool(wanted & set(rows)) or (cell.row == RESULTS and rows != () and CARRIED_OUT not in rows)
            return is_row and cell.column in {entry.applicant.value, TOTAL}
        case Table.REMEDIES, RemedyEntry():
            outcome = year.outcome(entry)
            return outcome is not None and entry.route.value == cell.row and cell.column in {outcome.value, TOTAL}
        case Table.WAYS, LedgerEntry():
            return RECEIVED in year.rows(entry) and cell.row in {way_of(entry.channel).value, TOTAL}
        case Table.ITEMS, ItemEntry():
            return year.has(entry.disclosed_on) and cell.row in {entry.category.value, TOTAL}
        case Table.COMPLAINTS, ComplaintEntry():
            return year.has(entry.accepted_on) and cell.row in {entry.level.value, TOTAL}
    return False
