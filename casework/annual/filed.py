"""The numbers of an issued report as a file: what next year's is checked with, and what a check finds edits in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from casework.annual.entries import LastYear
from casework.annual.findings import Cell, Number, Table, parse_cell
from casework.annual.forms import CARRIED_OUT, Form
from casework.annual.report import AnnualReport
from casework.errors import CaseworkRejected
from casework.reply_kinds import ApplicantKind


@dataclass(frozen=True, slots=True)
class FiledReport:
    """What the file of a report says."""

    year: int
    form: Form
    cells: Mapping[Cell, Number]
    open_cases: Mapping[str, ApplicantKind] | None

    def for_next_year(self) -> LastYear:
        """What the report of the year after must fit."""
        carried = {
            kind: int(self.cells.get(Cell(Table.APPLICATIONS, CARRIED_OUT, kind.value), 0)) for kind in ApplicantKind
        }
        in_force = {
            cell.row: int(number)
            for cell, number in self.cells.items()
            if cell.table is Table.DISCLOSURE and cell.column == "in_force"
        }
        return LastYear(carried, self.open_cases, in_force)


def compose_filed(report: AnnualReport) -> str:
    """The file of a report, in JSON that a person can read."""
    cells = {str(cell): _plain(report.cells[cell]) for cell in sorted(report.cells)}
    open_cases = {reference: kind.value for reference, kind in report.open_cases.items()}
    tree = {"year": report.year, "form": report.form.value, "cells": cells, "open_cases": open_cases}
    return json.dumps(tree, ensure_ascii=False, indent=1) + "\n"


def parse_filed(content: bytes | str) -> FiledReport:
    """What such a file says; CaseworkRejected names what is not understood."""
    try:
        tree = json.loads(content)
        cells = {parse_cell(name): _number(value) for name, value in tree["cells"].items()}
        left = tree.get("open_cases")
        open_cases = None if left is None else {name: ApplicantKind(kind) for name, kind in left.items()}
        return FiledReport(int(tree["year"]), Form(tree["form"]), cells, open_cases)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise CaseworkRejected(f"this is no file of an annual report: {error}") from error


def _plain(number: Number) -> int | str:
    return number if isinstance(number, int) else str(number)


def _number(value: object) -> Number:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"{value} is no number")
    return int(number) if number == number.to_integral_value() else number
