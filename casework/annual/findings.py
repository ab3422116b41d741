"""What can be wrong with a year's ledger or with the tables counted from it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Number = int | Decimal


class Table(StrEnum):
    """A table of some form of the report."""

    DISCLOSURE = "disclosure"
    """Table II."""
    APPLICATIONS = "applications"
    """Table III."""
    REMEDIES = "remedies"
    """Table IV."""
    ITEMS = "items"
    WAYS = "ways"
    COMPLAINTS = "complaints"
    """The last three are sentences of the report of 2012."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One number of the report by its place."""

    table: Table
    row: str
    column: str

    def __str__(self) -> str:
        """As files of values write it: `applications.received.natural_person`."""
        return f"{self.table.value}.{self.row}.{self.column}"


def parse_cell(name: str) -> Cell:
    """The cell that `str` wrote; ValueError when it is none."""
    table, row, column = name.split(".")
    return Cell(Table(table), row, column)


class FindingKind(StrEnum):
    """What is wrong. C1 to C10 are the numbers under which the constraints are known."""

    UNREADABLE = "unreadable"
    UNKNOWN_APPLICANT = "unknown_applicant"
    UNKNOWN_REPLY = "unknown_reply"
    CLOSED_TWICE = "closed_twice"
    """Also what would count one answer in two rows (C5)."""
    REPEATED_REFERENCE = "repeated_reference"
    REPLY_WITHOUT_END = "reply_without_end"
    END_WITHOUT_REPLY = "end_without_reply"
    END_BEFORE_RECEIPT = "end_before_receipt"
    NEGATIVE_FEE = "negative_fee"
    CARRIED_OVER_MISSING = "carried_over_missing"
    CARRIED_OVER_UNKNOWN = "carried_over_unknown"
    APPLICANT_CHANGED = "applicant_changed"
    BALANCE = "balance"
    """C1: new and carried in are results and carried out."""
    RESULTS_SUM = "results_sum"
    """C2: the total of results is the sum of its rows."""
    ROW_SUM = "row_sum"
    """C3: the total column is the sum of the others."""
    REMEDY_SUM = "remedy_sum"
    """C4: a total of table IV is the sum of its four."""
    CATEGORY_SUM = "category_sum"
    """The same in the sentences of 2012."""
    CARRIED_IN = "carried_in"
    """C6: what is carried in is what last year carried out."""
    NO_COUNT = "no_count"
    """C7: a count is a whole number from 0."""
    MISSING_CELL = "missing_cell"
    CELL_DIFFERS = "cell_differs"
    """A filed number is not what the ledger counts."""
    IN_FORCE = "in_force"
    """C9, a warning: in force is last year's, plus made, less repealed."""
    WORDS_DIFFER = "words_differ"
    """C10, a warning: words speak of another number than the table."""
    LAST_YEAR_UNKNOWN = "last_year_unknown"
    """A warning: nothing was handed in to check carried-over numbers with."""


WARNINGS = frozenset({FindingKind.IN_FORCE, FindingKind.WORDS_DIFFER, FindingKind.LAST_YEAR_UNKNOWN})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with the cells and the cases concerned."""

    kind: FindingKind
    references: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    expected: Number | None = None
    found: Number | str | None = None
    breaks: tuple[FindingKind, ...] = ()
    """Constraints that a wrong cell breaks besides."""

    @property
    def is_warning(self) -> bool:
        """Whether the report may be issued all the same."""
        return self.kind in WARNINGS
