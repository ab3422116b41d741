"""The annual report from the store, checked against what was issued for the year before, and kept when issued."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from casework.actions.counting import ledger_of_year
from casework.annual.entries import LastYear
from casework.annual.filed import compose_filed, parse_filed
from casework.annual.forms import Form
from casework.annual.report import AnnualReport, compose_report
from casework.annual.statement import Statement
from casework.bureau import Bureau
from casework.issued_report import IssuedReport
from casework.message import StaffId
from casework.ports import BlobStore, UnitOfWork


def report_of_year(uow: UnitOfWork, year: int, form: Form, *, statement: Statement, bureau: Bureau) -> AnnualReport:
    """The report as the cases stand now; ReportRefused with every finding while one is no warning."""
    last = last_year_of(uow, year) or statement.last_year
    entries = ledger_of_year(uow, year, bureau)
    report = compose_report(entries, year=year, form=form, statement=statement, last=last)
    return report.named(bureau.name)


def last_year_of(uow: UnitOfWork, year: int) -> LastYear | None:
    """What the report issued last for the year before carried over; None when none with its numbers was kept.

    The sentences of 2012 carry nothing over.
    """
    issued = (one for one in uow.reports.of_year(year - 1) if one.form != Form.SEED_2012.value)
    latest = next(issued, None)
    return parse_filed(latest.filed).for_next_year() if latest else None


def keep_files(files: Mapping[str, bytes], blobs: BlobStore) -> dict[str, str]:
    """Keep the files of a report before anything refers to them: their digests by name."""
    return {name: blobs.put(content) for name, content in files.items()}


def issue_report(
    report: AnnualReport, files: Mapping[str, str], uow: UnitOfWork, *, by: StaffId | None, now: datetime
) -> IssuedReport:
    """Put it on record as issued; what was issued before stays beside it."""
    filed = compose_filed(report)
    return uow.reports.add(report.year, report.form.value, filed=filed, files=files, now=now, by=by)
