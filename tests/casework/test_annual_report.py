from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from casework.annual.balancing import unbalanced
from casework.annual.entries import Entry, LastYear, LedgerEntry, RemedyEntry, RemedyOutcome, Route
from casework.annual.filed import compose_filed, parse_filed
from casework.annual.findings import Cell, Finding, FindingKind, Table
from casework.annual.forms import BALANCE_ROWS, Form, cells_of
from casework.annual.ledger_file import LedgerFile, line_of
from casework.annual.naming import annual_words, say_finding, say_findings
from casework.annual.report import AnnualReport, ReportRefused, compose_report, total_of
from casework.annual.statement import Statement, read_statement
from casework.bureau import Words
from casework.errors import CaseworkRejected
from casework.party import LANGUAGES, Language
from casework.reply_kinds import GROUPS, ApplicantKind, ReplyGroup, ReplyKind
from tests.casework.annual_ledgers import YEAR, a_ledger

BEFORE, DURING = date(YEAR - 1, 12, 20), date(YEAR, 6, 2)
PERSON = ApplicantKind.NATURAL_PERSON


def made_to(received: int, carried_in: int, results: dict[ReplyGroup, int]) -> Iterator[LedgerEntry]:
    """A ledger made to published figures; what they leave open stays open."""
    replies = [GROUPS[group][0] for group, count in results.items() for _ in range(count)]
    for number in range(received + carried_in):
        is_new = number < received
        reply = replies[number] if number < len(replies) else None
        arrived = date(YEAR, 1, 2) if is_new else BEFORE
        yield LedgerEntry(f"A-{number:05}", PERSON, arrived, DURING if reply else None, reply)


def report_of(
    entries: list[Entry],
    form: Form = Form.OF_2021,
    statement: Statement = Statement(),  # noqa: B008 - it cannot change
    last: LastYear | None = None,
) -> AnnualReport:
    return compose_report(entries, year=YEAR, form=form, statement=statement, last=last)


@pytest.mark.parametrize(
    ("received", "carried_in", "results", "carried_out"),
    [
        pytest.param(2040, 6, (830, 90, 83, 877, 65, 88), 13, id="Zhumadian 2024"),
        pytest.param(464, 3, (441,), 26, id="police of Wuhan 2024"),
        pytest.param(184, 1, (182,), 3, id="police of Jiangsu 2023"),
        pytest.param(22, 0, (1, 4, 3, 9, 5), 0, id="police of Pingdu 2023"),
    ],
)
@pytest.mark.parametrize("form", [Form.OF_2021, Form.OF_2019])
def test_a_ledger_made_to_a_published_report_gives_its_numbers_and_balances(
    form: Form, received: int, carried_in: int, results: tuple[int, ...], carried_out: int
) -> None:
    entries = list(made_to(received, carried_in, dict(zip(ReplyGroup, results, strict=False))))

    cells = report_of([*entries], form).cells

    assert [total_of(cells, row) for row in BALANCE_ROWS] == [received, carried_in, sum(results), carried_out]
    assert list(unbalanced(cells, form)) == []


def test_the_forms_have_as_many_numbers_as_the_notices_print() -> None:
    def numbers(form: Form, table: Table) -> int:
        return sum(1 for cell in cells_of(form) if cell.table is table)

    assert [numbers(Form.OF_2021, table) for table in Table][:3] == [10, 175, 15]
    assert numbers(Form.OF_2019, Table.APPLICATIONS) == 161
    assert numbers(Form.OF_2019, Table.REMEDIES) == 15


def test_the_trial_form_counts_all_other_handling_in_one_row() -> None:
    kinds = GROUPS[ReplyGroup.OTHER]
    entries: list[Entry] = [
        LedgerEntry(f"A-{kind}", PERSON, date(YEAR, 1, 2), DURING, kind) for kind in (*kinds, ReplyKind.DISCLOSED)
    ]
    trial, current = report_of(entries, Form.OF_2019).cells, report_of(entries).cells
    assert total_of(trial, "other_handling") == 3
    assert [total_of(current, kind.value) for kind in kinds] == [1, 1, 1]


@pytest.mark.parametrize(
    ("received", "ended", "rows"),
    [
        pytest.param(date(YEAR, 1, 1), date(YEAR, 12, 31), ["received", "results_total"], id="first to last day"),
        pytest.param(date(YEAR - 1, 12, 31), date(YEAR, 1, 1), ["carried_in", "results_total"], id="over New Year"),
        pytest.param(date(YEAR - 1, 12, 31), date(YEAR - 1, 12, 31), [], id="of last year"),
        pytest.param(date(YEAR, 12, 31), date(YEAR + 1, 1, 1), ["received", "carried_out"], id="ended next year"),
        pytest.param(date(YEAR - 2, 5, 1), None, ["carried_in", "carried_out"], id="open for years"),
        pytest.param(date(YEAR + 1, 1, 1), None, [], id="of next year"),
    ],
)
def test_the_days_of_receipt_and_end_decide_the_rows(received: date, ended: date | None, rows: list[str]) -> None:
    entry = LedgerEntry("A-1", PERSON, received, ended, ReplyKind.DISCLOSED if ended else None)
    cells = report_of([entry]).cells
    assert [row for row in BALANCE_ROWS if total_of(cells, row)] == rows


def test_a_review_that_is_not_decided_by_the_end_of_the_year_is_pending() -> None:
    entries: list[Entry] = [
        RemedyEntry("F-1", Route.REVIEW, DURING, date(YEAR + 1, 1, 5), RemedyOutcome.CORRECTED),
        RemedyEntry("F-2", Route.REVIEW, BEFORE, DURING, RemedyOutcome.UPHELD),
        RemedyEntry("F-3", Route.DIRECT_SUIT, BEFORE, BEFORE, RemedyOutcome.UPHELD),
    ]
    cells = report_of(entries).cells
    found = {(cell.row, cell.column) for cell, number in cells.items() if cell.table is Table.REMEDIES and number}
    assert found == {("review", "pending"), ("review", "upheld"), ("review", "total")}


def test_fees_are_those_of_applications_finished_in_the_year() -> None:
    entries: list[Entry] = [
        LedgerEntry("A-1", PERSON, BEFORE, DURING, ReplyKind.DISCLOSED, fee_fen=12050),
        LedgerEntry("A-2", PERSON, DURING, date(YEAR + 1, 1, 4), ReplyKind.DISCLOSED, fee_fen=900),
    ]
    assert report_of(entries).fees_fen == 12050


def test_a_report_is_refused_while_its_ledger_is_wrong() -> None:
    entries: list[Entry] = [LedgerEntry("A-1", PERSON, DURING, DURING)]
    with pytest.raises(ReportRefused) as refused:
        report_of(entries)
    assert [(finding.kind, finding.references) for finding in refused.value.findings if not finding.is_warning] == [
        (FindingKind.END_WITHOUT_REPLY, ("A-1",))
    ]


def test_the_filed_numbers_of_one_year_check_the_next() -> None:
    ledger = a_ledger(Random(4), 600)
    filed = parse_filed(compose_filed(report_of(ledger.entries, last=ledger.last)))
    last = filed.for_next_year()

    assert last.open_cases
    compose_report(ledger.entries, year=YEAR + 1, form=Form.OF_2021, statement=Statement(), last=last)
    gone = next(iter(last.open_cases))
    rest = [entry for entry in ledger.entries if entry.reference != gone]
    with pytest.raises(ReportRefused) as refused:
        compose_report(rest, year=YEAR + 1, form=Form.OF_2021, statement=Statement(), last=last)
    assert [(finding.kind, finding.references) for finding in refused.value.findings] == [
        (FindingKind.CARRIED_OVER_MISSING, (gone,))
    ]


@pytest.mark.parametrize("text", ["", "[]", '{"year": 2025, "form": "2021", "cells": {"a": 1}}', '{"cells": 1}'])
def test_a_file_that_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(CaseworkRejected, match="no file of an annual report"):
        parse_filed(text)


def test_words_of_the_bureau_are_filled_with_numbers_and_what_is_missing_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "2025.toml").write_text(
        """
[chapters.overview_on_application]
zh = "全年新收{received}件，办结{results_total}件。"
en = "{received} new applications, {results_total} handled; {later} stays."
[disclosure.licences]
decisions = 12
[disclosure.fees]
amount = 3.5
""",
        encoding="utf-8",
    )
    statement, faults = read_statement(tmp_path, "2025.toml")
    assert faults == ()

    report = report_of([*made_to(5, 0, {ReplyGroup.DISCLOSED: 4})], statement=statement)

    said = report.chapters["overview_on_application"]
    assert said == Words("全年新收5件，办结4件。", "5 new applications, 4 handled; {later} stays.")
    assert report.cells[Cell(Table.DISCLOSURE, "fees", "amount")] == Decimal("3.5")
    assert "chapters.problems" in report.gaps
    assert "disclosure.rules.made" in report.gaps
    assert "disclosure.licences.decisions" not in report.gaps


def test_faults_of_the_bureaus_words_name_their_lines(tmp_path: Path) -> None:
    source = '[chapters.overture]\nzh = "a"\nen = "a"\n[disclosure.rules]\nmade = "none"\n'
    (tmp_path / "2025.toml").write_text(source, encoding="utf-8")
    _, faults = read_statement(tmp_path, "2025.toml")
    assert [(fault.file, fault.line) for fault in faults] == [("2025.toml", 1), ("2025.toml", 5)]


def test_in_force_and_numbers_in_words_only_warn() -> None:
    rules = {"made": 2, "repealed": 1, "in_force": 9}
    statement = Statement(
        chapters={"overview_on_application": Words("全年新收申请6件。", "6 new applications came.")},
        disclosure={Cell(Table.DISCLOSURE, "normative_documents", column): count for column, count in rules.items()},
    )
    last = LastYear({}, {}, {"normative_documents": 7})

    report = report_of([*made_to(5, 0, {})], statement=statement, last=last)

    assert [(finding.kind, finding.expected, finding.found) for finding in report.warnings] == [
        (FindingKind.IN_FORCE, 8, 9),
        (FindingKind.WORDS_DIFFER, 5, "6"),
    ]


def test_without_last_year_the_report_says_that_nothing_was_checked() -> None:
    assert [finding.kind for finding in report_of([]).warnings] == [FindingKind.LAST_YEAR_UNKNOWN]


def test_a_ledger_file_says_the_same_as_its_entries_in_both_shapes(tmp_path: Path) -> None:
    entries = a_ledger(Random(5), 300).entries
    lines, table = tmp_path / "ledger.jsonl", tmp_path / "ledger.csv"
    lines.write_text("\n".join(map(line_of, entries)), encoding="utf-8")
    columns = ("reference", "applicant", "received_on", "ended_on", "reply", "channel", "fee_fen")
    applications = [entry for entry in entries if isinstance(entry, LedgerEntry)]
    rows = [
        ",".join("" if (value := getattr(entry, name)) is None else str(value) for name in columns)
        for entry in applications
    ]
    table.write_text("\n".join([",".join(columns), *rows]), encoding="utf-8")

    assert list(LedgerFile(lines)) == entries
    assert list(LedgerFile(table)) == applications


@pytest.mark.parametrize(
    ("line", "kind", "named"),
    [
        ("{", FindingKind.UNREADABLE, "line 1"),
        ("[1]", FindingKind.UNREADABLE, "line 1"),
        ('{"applicant": "enterprise"}', FindingKind.UNREADABLE, "line 1"),
        (
            '{"reference": "A-1", "applicant": "alien", "received_on": "2025-01-02"}',
            FindingKind.UNKNOWN_APPLICANT,
            "A-1",
        ),
        ('{"reference": "A-1", "received_on": "2025-01-02"}', FindingKind.UNKNOWN_APPLICANT, "A-1"),
        (
            '{"reference": "A-1", "applicant": "enterprise", "received_on": "2025-01-02", "reply": "maybe"}',
            FindingKind.UNKNOWN_REPLY,
            "A-1",
        ),
        ('{"reference": "A-1", "applicant": "enterprise", "received_on": "soon"}', FindingKind.UNREADABLE, "A-1"),
        ('{"reference": "A-1", "applicant": "enterprise"}', FindingKind.UNREADABLE, "A-1"),
        ('{"reference": "A-1", "entry": "poem"}', FindingKind.UNREADABLE, "A-1"),
        (
            '{"reference": "A-1", "applicant": ["enterprise"], "received_on": "2025-01-02"}',
            FindingKind.UNREADABLE,
            "A-1",
        ),
    ],
)
def test_a_line_that_cannot_be_counted_is_named(tmp_path: Path, line: str, kind: FindingKind, named: str) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(ReportRefused) as refused:
        compose_report(LedgerFile(file), year=YEAR, form=Form.OF_2021, statement=Statement(), last=None)
    first = refused.value.findings[0]
    assert (first.kind, first.references) == (kind, (named,))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FindingKind)
def test_every_finding_is_said_with_its_cells_and_cases(kind: FindingKind, language: Language) -> None:
    words = annual_words()
    cell = Cell(Table.APPLICATIONS, "enforcement_file", "enterprise")
    said = say_finding(Finding(kind, ("ZMD-7",), (cell,), 3, 4), words, language)
    assert "ZMD-7" in said
    assert ("属于行政执法案卷" if language == "zh" else "Administrative enforcement file") in said


def test_what_stops_the_report_is_said_before_what_only_warns() -> None:
    with pytest.raises(ReportRefused) as refused:
        report_of([LedgerEntry("A-1", PERSON, DURING, DURING)])
    said = list(say_findings(refused.value.findings, year=YEAR, words=annual_words(), language="zh"))
    assert said[0] == "2025年年度报告不予印发：发现1个问题"
    assert said[1].endswith("案件: A-1")
    assert said[2].startswith("提示")
