"""The ledger of a year for the annual report, and the outcomes of a period for the rates, out of the store."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from casework.annual.entries import Entry
from casework.bureau import Bureau
from casework.figures import remedies_in
from casework.period_figures import Period
from casework.ports import UnitOfWork
from casework.rates import Outcome


def ledger_of_year(uow: UnitOfWork, year: int, bureau: Bureau) -> Iterator[Entry]:
    """Applications that were open in the year, complaints received in it, and reviews and suits, one after another."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    for application in uow.figures.applications(first, last):
        yield application.entry()
    for complaint in uow.figures.complaints(first, last):
        yield complaint.entry(bureau)
    yield from remedies_in(uow.figures.remedies(last))


def outcomes_between(uow: UnitOfWork, first: date, last: date, bureau: Bureau) -> Iterator[Outcome]:
    """What became of every case received from `first` to `last`."""
    for row in uow.figures.outcomes(first, last):
        yield row.outcome(bureau)


def outcomes_in(uow: UnitOfWork, period: Period, bureau: Bureau, units: Collection[str] | None) -> Iterator[Outcome]:
    """What became of every case that was open on some day of a period, of these units or of all."""
    for row in uow.figures.alive(period.first, period.last, units=units):
        yield row.outcome(bureau)
