"""How long the annual report takes over a million applications, from the ledger to its files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from benchmarks.figure import Figure
from casework.annual.entries import LedgerEntry
from casework.annual.forms import Form
from casework.annual.ledger_file import LedgerFile, line_of
from casework.annual.naming import annual_words
from casework.annual.report import compose_report
from casework.annual.statement import Statement
from casework.papers.annual_files import annual_files
from casework.reply_kinds import ApplicantKind, ReplyKind

APPLICATIONS = 1_000_000
SECONDS = 60.0


def annual_report(folder: Path) -> list[Figure]:
    """Seconds for counting, checking and setting; beside them those of reading the lines alone."""
    file = folder / "ledger.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{line_of(entry)}\n" for entry in _entries())
    began = time.perf_counter()
    read = sum(1 for _ in LedgerFile(file))
    bare = time.perf_counter() - began
    began = time.perf_counter()
    report = compose_report(LedgerFile(file), year=2025, form=Form.OF_2021, statement=Statement(), last=None)
    annual_files(report, annual_words())
    taken = time.perf_counter() - began
    note = f"{read:,} applications; the baseline reads them"
    return [Figure("annual_report", taken, "s", bare, SECONDS, less_is_better=True, note=note)]


def _entries() -> Iterator[LedgerEntry]:
    applicants, replies = list(ApplicantKind), list(ReplyKind)
    for number in range(APPLICATIONS):
        received = date(2025, 1, 1) + timedelta(days=number % 365)
        yield LedgerEntry(
            f"ZMD-2025-{number:06}",
            applicants[number % len(applicants)],
            received,
            received + timedelta(days=number % 30),
            replies[number % len(replies)],
            "web_chat",
        )
