"""Ledgers of ten thousand cases with faults planted: each is named with its cases, and nothing else is."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random

import pytest

from casework.annual.balancing import cells_from, check_filed, misfits, unbalanced
from casework.annual.counting import cases_of, count_year
from casework.annual.entries import LastYear, LedgerEntry
from casework.annual.findings import Cell, Finding, FindingKind, Table
from casework.annual.forms import Form, cells_of
from tests.casework.annual_ledgers import NEW_YEAR, PLANTED, YEAR, RandomLedger, a_ledger, plant

SIZE = 10_000
FORMS = [Form.OF_2021, Form.OF_2019]


def named(ledger: RandomLedger, form: Form = Form.OF_2021) -> Counter[tuple[FindingKind, str]]:
    """Every finding on a ledger and the tables counted from it, once for each case."""
    count = count_year(ledger.entries, YEAR)
    findings = [*count.faults, *misfits(count, ledger.last), *unbalanced(cells_from(count, form), form)]
    return Counter((finding.kind, reference) for finding in findings for reference in finding.references or ("",))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(3))
def test_a_sound_ledger_has_no_findings(form: Form, seed: int) -> None:
    assert named(a_ledger(Random(seed), SIZE), form) == Counter()


@pytest.mark.parametrize("kind", PLANTED)
def test_one_planted_fault_is_named_with_its_case_and_nothing_else_is(kind: FindingKind) -> None:
    random = Random(f"one {kind}")
    ledger = a_ledger(random, SIZE)

    reference = plant(kind, ledger, random, spared=set())

    assert named(ledger) == {(kind, reference): 1}


@pytest.mark.parametrize("seed", range(5))
def test_faults_of_every_kind_at_once_are_all_named_and_nothing_else_is(seed: int) -> None:
    random, spared = Random(f"all {seed}"), set[str]()
    ledger = a_ledger(random, SIZE)

    planted = Counter((kind, plant(kind, ledger, random, spared=spared)) for kind in PLANTED for _ in range(3))

    assert named(ledger) == planted


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(5))
def test_hand_edited_cells_are_named_with_the_cases_that_they_count(form: Form, seed: int) -> None:
    random = Random(f"edited {form} {seed}")
    ledger = a_ledger(random, SIZE)
    filed = cells_from(count_year(ledger.entries, YEAR), form)
    edited = random.sample([cell for cell in cells_of(form) if cell.table is not Table.DISCLOSURE], 3)
    for cell in edited:
        filed[cell] += random.choice((1, 2, 40))

    findings = check_filed(filed, ledger.entries, year=YEAR, form=form, last=ledger.last)

    assert {finding.kind for finding in findings} == {FindingKind.CELL_DIFFERS}
    assert sorted(cell for finding in findings for cell in finding.cells) == sorted(edited)
    for finding in findings:
        assert len(finding.references) == finding.expected
        assert finding.breaks, "whatever is edited breaks a sum"


def test_a_hand_edited_cell_and_a_fault_in_the_ledger_are_both_named_and_nothing_else_is() -> None:
    random = Random("both")
    ledger = a_ledger(random, SIZE)
    filed = cells_from(count_year(ledger.entries, YEAR), Form.OF_2021)
    cell = Cell(Table.APPLICATIONS, "disclosed", "enterprise")
    filed[cell] += 1
    twice = plant(FindingKind.CLOSED_TWICE, ledger, random, spared=set())

    findings = check_filed(filed, ledger.entries, year=YEAR, form=Form.OF_2021, last=ledger.last)

    assert [finding.kind for finding in findings] == [FindingKind.CLOSED_TWICE, FindingKind.CELL_DIFFERS]
    assert findings[0].references == (twice,)
    assert findings[1].cells == (cell,)
    assert findings[1].breaks == (FindingKind.RESULTS_SUM, FindingKind.ROW_SUM)


def test_tables_without_a_ledger_name_the_sums_that_an_edited_cell_breaks() -> None:
    cells = cells_from(count_year(a_ledger(Random(3), 500).entries, YEAR), Form.OF_2021)
    cell = Cell(Table.APPLICATIONS, "carried_in", "natural_person")
    cells[cell] += 1

    findings = list(unbalanced(cells, Form.OF_2021))

    assert [finding.kind for finding in findings] == [FindingKind.BALANCE, FindingKind.ROW_SUM]
    assert set.intersection(*(set(finding.cells) for finding in findings)) == {cell}


@pytest.mark.parametrize("number", [-1, Decimal("1.5")])
def test_a_count_that_is_none_is_named(number: int | Decimal) -> None:
    cells = cells_from(count_year(a_ledger(Random(3), 500).entries, YEAR), Form.OF_2021)
    cell = Cell(Table.REMEDIES, "review", "upheld")
    cells[cell] = number

    assert Finding(FindingKind.NO_COUNT, cells=(cell,), found=number) in list(unbalanced(cells, Form.OF_2021))


@pytest.mark.parametrize("form", FORMS)
def test_each_number_leads_to_exactly_its_cases(form: Form) -> None:
    ledger = a_ledger(Random(7), 2_000)
    cells = cells_from(count_year(ledger.entries, YEAR), form)

    for cell in Random(8).sample(sorted(cells), 40):
        references = list(cases_of(cell, ledger.entries, year=YEAR, form=form))
        assert len(set(references)) == len(references) == cells[cell], cell


def test_a_changed_count_of_last_year_is_named_by_its_column_when_only_numbers_are_known() -> None:
    ledger = a_ledger(Random(9), 2_000)
    carried = dict(ledger.last.carried_out)
    kind = next(iter(carried))
    carried[kind] += 1
    last = LastYear(carried)

    findings = list(misfits(count_year(ledger.entries, YEAR), last))

    cell = Cell(Table.APPLICATIONS, "carried_in", kind.value)
    assert [(finding.kind, finding.cells) for finding in findings] == [(FindingKind.CARRIED_IN, (cell,))]
    here = [entry.reference for entry in ledger.entries if isinstance(entry, LedgerEntry)]
    assert set(findings[0].references) <= set(here)
    assert len(findings[0].references) == carried[kind] - 1


def test_when_only_numbers_are_known_a_missing_case_is_named_by_its_column_beside_every_other_fault() -> None:
    random, spared = Random("numbers"), set[str]()
    ledger = a_ledger(random, SIZE)
    gone = plant(FindingKind.CARRIED_OVER_MISSING, ledger, random, spared=spared)
    assert ledger.last.open_cases is not None
    column = ledger.last.open_cases[gone]
    others = [entry for entry in ledger.entries if isinstance(entry, LedgerEntry) and entry.applicant is column]
    spared |= {entry.reference for entry in others if entry.received_on < NEW_YEAR}
    kinds = (FindingKind.CLOSED_TWICE, FindingKind.END_WITHOUT_REPLY, FindingKind.END_BEFORE_RECEIPT)
    planted = {(kind, plant(kind, ledger, random, spared=spared)) for kind in kinds}
    ledger.last = LastYear(ledger.last.carried_out)

    count = count_year(ledger.entries, YEAR)
    findings = list(misfits(count, ledger.last))

    assert {(finding.kind, finding.references[0]) for finding in count.faults} == planted
    assert [finding.cells for finding in findings] == [(Cell(Table.APPLICATIONS, "carried_in", column.value),)]
