"""The forms of the report: which rows and columns each table has, in order, and which sums must agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from casework.annual.entries import ItemCategory, Level, RemedyOutcome, Route, Way
from casework.annual.findings import Cell, FindingKind, Table
from casework.reply_kinds import TRIAL_ROWS, ApplicantKind, ReplyKind

RECEIVED, CARRIED_IN, RESULTS, CARRIED_OUT = "received", "carried_in", "results_total", "carried_out"
BALANCE_ROWS = (RECEIVED, CARRIED_IN, RESULTS, CARRIED_OUT)
"""The four numbers of which the first two are as many as the last two."""
TOTAL, COUNT = "total", "count"
OTHER_HANDLING = "other_handling"
"""The one row of the trial form for all of 其他处理."""


class Form(StrEnum):
    """Which form is filled in."""

    OF_2021 = "2021"
    """国办公开办函〔2021〕30号."""
    OF_2019 = "2019"
    """国办公开办函〔2019〕60号, on trial."""
    SEED_2012 = "seed-2012"
    """The sentences of the bureau's report of 2012."""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row of results in table III and the kinds of reply that it counts."""

    key: str
    kinds: tuple[ReplyKind, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """A sum that must agree on both sides."""

    kind: FindingKind
    total: tuple[Cell, ...]
    parts: tuple[Cell, ...]


_INSTRUMENTS = ("rules", "normative_documents")
_OF_2021 = {
    **dict.fromkeys(_INSTRUMENTS, ("made", "repealed", "in_force")),
    "licences": ("decisions",),
    "penalties": ("decisions",),
    "coercion": ("decisions",),
    "fees": ("amount",),
}
_OF_2019 = {
    **dict.fromkeys(_INSTRUMENTS, ("newly_made", "newly_disclosed", "disclosed_total")),
    **dict.fromkeys(("licences", "other_services", "penalties", "coercion"), ("last_year", "change", "decisions")),
    "fees": ("last_year", "change"),
    "procurement": ("projects", "amount"),
}
DISCLOSURE_ROWS: dict[Form, dict[str, tuple[str, ...]]] = {
    Form.OF_2021: _OF_2021,
    Form.OF_2019: _OF_2019,
    Form.SEED_2012: {},
}
"""Table II: the columns of each row. The two forms do not ask the same."""
AMOUNTS = frozenset({"amount"})
"""Columns of money, in 10,000 yuan with decimals."""
MAY_BE_NEGATIVE = frozenset({"change"})

COLUMNS = (*(kind.value for kind in ApplicantKind), TOTAL)
"""Of table III."""
OUTCOMES = (*(outcome.value for outcome in RemedyOutcome), TOTAL)
"""Of each block of table IV."""
SEED_ROWS = {
    Table.ITEMS: tuple(category.value for category in ItemCategory),
    Table.WAYS: tuple(way.value for way in Way),
    Table.COMPLAINTS: tuple(level.value for level in Level),
}


def result_rows(form: Form) -> tuple[ResultRow, ...]:
    """The leaves of the results in table III."""
    rows = TRIAL_ROWS if form is Form.OF_2019 else tuple((kind,) for kind in ReplyKind)
    return tuple(ResultRow(kinds[0].value if len(kinds) == 1 else OTHER_HANDLING, kinds) for kinds in rows)


def application_rows(form: Form) -> tuple[str, ...]:
    """Every row of table III, in order."""
    return (RECEIVED, CARRIED_IN, *(row.key for row in result_rows(form)), RESULTS, CARRIED_OUT)


@cache
def cells_of(form: Form) -> tuple[Cell, ...]:
    """Every number of a form."""
    if form is Form.SEED_2012:
        return tuple(Cell(table, row, COUNT) for table, rows in SEED_ROWS.items() for row in (*rows, TOTAL))
    disclosure = [
        Cell(Table.DISCLOSURE, row, column) for row, columns in DISCLOSURE_ROWS[form].items() for column in columns
    ]
    applications = [Cell(Table.APPLICATIONS, row, column) for row in application_rows(form) for column in COLUMNS]
    remedies = [Cell(Table.REMEDIES, route.value, outcome) for route in Route for outcome in OUTCOMES]
    return (*disclosure, *applications, *remedies)


@cache
def identities(form: Form) -> tuple[Identity, ...]:
    """Every sum that a form promises."""
    return tuple(_seed_sums() if form is Form.SEED_2012 else _sums(form))


def _sums(form: Form) -> Iterator[Identity]:
    def cell(row: str, column: str) -> Cell:
        return Cell(Table.APPLICATIONS, row, column)

    for column in COLUMNS:
        yield Identity(
            FindingKind.BALANCE,
            (cell(RECEIVED, column), cell(CARRIED_IN, column)),
            (cell(RESULTS, column), cell(CARRIED_OUT, column)),
        )
        parts = tuple(cell(row.key, column) for row in result_rows(form))
        yield Identity(FindingKind.RESULTS_SUM, (cell(RESULTS, column),), parts)
    for row in application_rows(form):
        yield Identity(FindingKind.ROW_SUM, (cell(row, TOTAL),), tuple(cell(row, column) for column in COLUMNS[:-1]))
    for route in Route:
        one, *rest = (Cell(Table.REMEDIES, route.value, outcome) for outcome in reversed(OUTCOMES))
        yield Identity(FindingKind.REMEDY_SUM, (one,), tuple(reversed(rest)))


def _seed_sums() -> Iterator[Identity]:
    for table, rows in SEED_ROWS.items():
        parts = tuple(Cell(table, row, COUNT) for row in rows)
        yield Identity(FindingKind.CATEGORY_SUM, (Cell(table, TOTAL, COUNT),), parts)
