"""One report: its numbers, words and gaps, composed only when nothing is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from casework.annual.balancing import Cells, cells_from, in_force_warnings, misfits, unbalanced
from casework.annual.counting import Count, count_year
from casework.annual.entries import Entry, LastYear
from casework.annual.findings import Cell, Finding, FindingKind, Number, Table
from casework.annual.forms import RECEIVED, TOTAL, Form, cells_of
from casework.annual.statement import CHAPTERS, Statement
from casework.bureau import Words
from casework.errors import CaseworkRejected
from casework.party import LANGUAGES
from casework.reply_kinds import ApplicantKind

_RECEIVED_IN_WORDS = re.compile(r"新收[^\d。]{0,30}(\d+)\s*[件条]|(?<!\d)(\d+) new applications", re.IGNORECASE)


class ReportRefused(CaseworkRejected):
    """The report is not issued while its ledger or its tables are wrong."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        """Keep what is wrong, warnings too."""
        super().__init__()
        self.findings = findings


@dataclass(frozen=True, slots=True)
class AnnualReport:
    """A report that may be issued."""

    year: int
    form: Form
    bureau: Words | None
    cells: Mapping[Cell, Number]
    chapters: Mapping[str, Words]
    """Free text of the bureau, its `{placeholders}` filled with numbers of the tables."""
    fees_fen: int
    open_cases: Mapping[str, ApplicantKind]
    """What goes on into next year, by which next year's report is checked."""
    gaps: tuple[str, ...]
    """Chapters and cells that nobody has written yet."""
    warnings: tuple[Finding, ...] = ()

    def named(self, bureau: Words) -> AnnualReport:
        """The same under the name of a bureau, unless its statement gave one."""
        return replace(self, bureau=self.bureau or bureau)


def compose_report(
    entries: Iterable[Entry], *, year: int, form: Form, statement: Statement, last: LastYear | None
) -> AnnualReport:
    """The report of a year in one pass over the ledger; ReportRefused with every finding while one is no warning."""
    count = count_year(entries, year)
    cells = cells_from(count, form) | {
        cell: number for cell, number in statement.disclosure.items() if cell in cells_of(form)
    }
    said = _filled(statement.chapters, cells, count)
    findings = [*count.faults, *unbalanced(cells, form)]
    if form is not Form.SEED_2012:
        findings += [*misfits(count, last), *in_force_warnings(cells, last), *_words_against(said, cells)]
    if any(not finding.is_warning for finding in findings):
        raise ReportRefused(tuple(findings))
    return AnnualReport(
        year=year,
        form=form,
        bureau=statement.bureau,
        cells=cells,
        chapters=said,
        fees_fen=count.fees_fen,
        open_cases=dict(sorted(count.carried_out.items())),
        gaps=_gaps(cells, said, form),
        warnings=tuple(findings),
    )


def total_of(cells: Cells, row: str) -> Number:
    """The last column of a row of table III; 0 on a form without the table."""
    return cells.get(Cell(Table.APPLICATIONS, row, TOTAL), 0)


def headline(cells: Cells, fees_fen: int) -> dict[str, str]:
    """Numbers that words may name in braces: `{received}`, `{results}`, `{disclosed}` and every other row, `{fees}`."""
    rows = {cell.row: str(number) for cell, number in cells.items() if cell == _total_cell(cell.row)}
    return rows | {"fees": yuan(fees_fen)}


def yuan(fen: int) -> str:
    """An amount of money, with decimals only where there are any."""
    amount = Decimal(fen) / 100
    return f"{amount:.2f}" if fen % 100 else str(fen // 100)


def _total_cell(row: str) -> Cell:
    return Cell(Table.APPLICATIONS, row, TOTAL)


def _filled(chapters: Mapping[str, Words], cells: Cells, count: Count) -> dict[str, Words]:
    numbers = headline(cells, count.fees_fen)
    return {name: Words(zh=_fill(said.zh, numbers), en=_fill(said.en, numbers)) for name, said in chapters.items()}


def _fill(text: str, numbers: Mapping[str, str]) -> str:
    """Known names in braces by their numbers; other braces stay, being the bureau's own."""
    return re.sub(r"\{(\w+)\}", lambda found: numbers.get(found[1], found[0]), text)


def _words_against(chapters: Mapping[str, Words], cells: Cells) -> list[Finding]:
    """C10: words that speak of another number of new applications than table III."""
    total = total_of(cells, RECEIVED)
    said = [(found[1] or found[2]) for words in chapters.values() for found in _mentions(words)]
    here = (_total_cell(RECEIVED),)
    return [
        Finding(FindingKind.WORDS_DIFFER, cells=here, expected=total, found=number)
        for number in dict.fromkeys(said)
        if int(number) != total
    ]


def _mentions(words: Words) -> list[re.Match[str]]:
    return [found for language in LANGUAGES for found in _RECEIVED_IN_WORDS.finditer(words.in_(language))]


def _gaps(cells: Cells, chapters: Mapping[str, Words], form: Form) -> tuple[str, ...]:
    if form is Form.SEED_2012:
        return ()
    missing = [f"chapters.{name}" for name in CHAPTERS if name not in chapters]
    return (*missing, *(str(cell) for cell in cells_of(form) if cell not in cells))
