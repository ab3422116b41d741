"""Whether the tables of a report add up, fit last year's, and say what the ledger says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from casework.annual.counting import Count, application_cells, cases_of, count_year, remedy_cells, seed_cells
from casework.annual.entries import Entry, LastYear
from casework.annual.findings import Cell, Finding, FindingKind, Number, Table
from casework.annual.forms import (
    AMOUNTS,
    CARRIED_IN,
    DISCLOSURE_ROWS,
    MAY_BE_NEGATIVE,
    Form,
    cells_of,
    identities,
)
from casework.reply_kinds import ApplicantKind

Cells = Mapping[Cell, Number]


def cells_from(count: Count, form: Form) -> dict[Cell, Number]:
    """Every number that the ledger gives a form; table II is the bureau's own."""
    return seed_cells(count) if form is Form.SEED_2012 else application_cells(count, form) | remedy_cells(count)


def unbalanced(cells: Cells, form: Form) -> Iterator[Finding]:
    """Sums that do not agree (C1 to C4), counts that are none (C7) and cells that are missing."""
    for cell in cells_of(form):
        if cell not in cells:
            if cell.table is not Table.DISCLOSURE:
                yield Finding(FindingKind.MISSING_CELL, cells=(cell,))
        elif not _may_stand(cell, cells[cell]):
            yield Finding(FindingKind.NO_COUNT, cells=(cell,), found=cells[cell])
    for identity in identities(form):
        places = (*identity.total, *identity.parts)
        if all(cell in cells for cell in places):
            total, parts = (sum(cells[cell] for cell in side) for side in (identity.total, identity.parts))
            if total != parts:
                yield Finding(identity.kind, cells=places, expected=parts, found=total)


def misfits(count: Count, last: LastYear | None) -> Iterator[Finding]:
    """Where this year's ledger does not go on from last year's (C6), case by case when last year's are known."""
    if last is None:
        yield Finding(FindingKind.LAST_YEAR_UNKNOWN)
    elif last.open_cases is not None:
        yield from _misfit_cases(count, last.open_cases)
        yield from _misfit_columns(Counter(last.open_cases.values()), last, {})
    else:
        behind: dict[ApplicantKind, list[str]] = {kind: [] for kind in ApplicantKind}
        for reference, kind in count.carried_in.items():
            behind[kind].append(reference)
        found = Counter(count.carried_in.values())
        yield from (
            finding
            for finding in _misfit_columns(found, last, behind)
            if not _is_explained(finding, count.maybe_carried_in)
        )


def misfit_cells(cells: Cells, last: LastYear | None) -> Iterator[Finding]:
    """C6 on tables alone: columns whose carried-in number is not what last year's report carried out."""
    for kind in ApplicantKind if last is not None else ():
        cell = Cell(Table.APPLICATIONS, CARRIED_IN, kind.value)
        expected = last.carried_out.get(kind, 0) if last is not None else 0
        if cell in cells and cells[cell] != expected:
            yield Finding(FindingKind.CARRIED_IN, cells=(cell,), expected=expected, found=cells[cell])


def in_force_warnings(cells: Cells, last: LastYear | None) -> Iterator[Finding]:
    """C9: instruments in force that do not follow from last year's and what was made and repealed."""
    for row, columns in DISCLOSURE_ROWS[Form.OF_2021].items():
        before = last.in_force.get(row) if last is not None else None
        places = {column: Cell(Table.DISCLOSURE, row, column) for column in columns}
        if before is None or "in_force" not in places or not all(cell in cells for cell in places.values()):
            continue
        made, repealed, found = (cells[places[column]] for column in ("made", "repealed", "in_force"))
        if found != before + made - repealed:
            kept = tuple(places.values())
            yield Finding(FindingKind.IN_FORCE, cells=kept, expected=before + made - repealed, found=found)


def check_filed(
    filed: Cells, ledger: Iterable[Entry], *, year: int, form: Form, last: LastYear | None
) -> list[Finding]:
    """Every cell of a filed report that the ledger does not bear out, with the cases that it counts there.

    The ledger is gone through more than once, so it is a list or a file and no iterator. What a wrong cell breaks
    besides is told with the cell; the sums of the other cells are checked for themselves.
    """
    count = count_year(ledger, year)
    counted = cells_from(count, form)
    broken = [*unbalanced(filed, form), *misfit_cells(filed, last)]
    wrong = [cell for cell, number in counted.items() if cell in filed and filed[cell] != number]
    findings = list(count.faults) + [finding for finding in misfits(count, last) if not finding.is_warning]
    for cell in wrong:
        breaks = dict.fromkeys(finding.kind for finding in broken if cell in finding.cells)
        cases = tuple(cases_of(cell, ledger, year=year, form=form))
        findings.append(
            Finding(FindingKind.CELL_DIFFERS, cases, (cell,), counted[cell], filed[cell], tuple(breaks)),
        )
    return findings + [finding for finding in broken if not set(finding.cells) & set(wrong)]


def _may_stand(cell: Cell, number: Number) -> bool:
    is_whole = isinstance(number, int) or number == number.to_integral_value()
    return (is_whole or cell.column in AMOUNTS) and (number >= 0 or cell.column in MAY_BE_NEGATIVE)


def _misfit_cases(count: Count, open_cases: Mapping[str, ApplicantKind]) -> Iterator[Finding]:
    named = count.set_aside
    for reference, kind in open_cases.items():
        cell = Cell(Table.APPLICATIONS, CARRIED_IN, kind.value)
        found = count.carried_in.get(reference)
        if found is None and reference not in named:
            yield Finding(FindingKind.CARRIED_OVER_MISSING, (reference,), (cell,))
        elif found is not None and found is not kind:
            here = Cell(Table.APPLICATIONS, CARRIED_IN, found.value)
            yield Finding(FindingKind.APPLICANT_CHANGED, (reference,), (cell, here), found=found.value)
    for reference, kind in count.carried_in.items():
        if reference not in open_cases:
            cell = Cell(Table.APPLICATIONS, CARRIED_IN, kind.value)
            yield Finding(FindingKind.CARRIED_OVER_UNKNOWN, (reference,), (cell,))


def _is_explained(finding: Finding, set_aside: Mapping[ApplicantKind | None, int]) -> bool:
    """Whether what is missing in a column may be the cases that are named as faulty already."""
    missing = Decimal(finding.expected or 0) - Decimal(finding.found or 0)
    kind = ApplicantKind(finding.cells[0].column)
    return 0 <= missing <= set_aside.get(kind, 0) + set_aside.get(None, 0)


def _misfit_columns(
    found: Mapping[ApplicantKind, int], last: LastYear, behind: Mapping[ApplicantKind, list[str]]
) -> Iterator[Finding]:
    for kind in ApplicantKind:
        expected, here = last.carried_out.get(kind, 0), found.get(kind, 0)
        if here != expected:
            cell = Cell(Table.APPLICATIONS, CARRIED_IN, kind.value)
            cases = tuple(behind.get(kind, ()))
            yield Finding(FindingKind.CARRIED_IN, cases, (cell,), expected, here)
