"""Annual reports as they were issued, over SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from casework.errors import CaseworkNotFound
from casework.issued_report import IssuedReport
from casework.message import StaffId
from casework.store.report_tables import annual_reports


class SqlReports:
    """`casework.ports.Reports` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def add(
        self, year: int, form: str, *, filed: str, files: Mapping[str, str], now: datetime, by: StaffId | None
    ) -> IssuedReport:
        """Keep a report beside those that were issued before it."""
        # A backup finds the files that a row names by this word.
        listed = [{"name": name, "sha256": digest} for name, digest in files.items()]
        row = {"year": year, "form": form, "filed": filed, "files": listed, "issued_at": now, "issued_by": by}
        return _report(self._connection.execute(insert(annual_reports).returning(annual_reports), row).one())

    def of_year(self, year: int) -> Sequence[IssuedReport]:
        """Every issue of the report of a year, the latest first."""
        query = select(annual_reports).where(annual_reports.c.year == year).order_by(annual_reports.c.id.desc())
        return [_report(row) for row in self._connection.execute(query)]

    def get(self, report_id: int) -> IssuedReport:
        """The report; CaseworkNotFound."""
        query = select(annual_reports).where(annual_reports.c.id == report_id)
        row = self._connection.execute(query).first()
        if row is None:
            raise CaseworkNotFound(f"there is no issued report {report_id}")
        return _report(row)


def _report(row: Any) -> IssuedReport:
    return IssuedReport(
        row.id,
        row.year,
        row.form,
        row.issued_at,
        StaffId(row.issued_by) if row.issued_by is not None else None,
        row.filed,
        {file["name"]: file["sha256"] for file in row.files},
    )
