"""The cases behind a number of the page of figures or of the annual report."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from admin_api.console.figures import Wish, name_maker, name_mark, query_of
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.errors import AdminRejected
from admin_api.figures import (
    FIRST_YEAR,
    LAST_YEAR,
    Number,
    accused_in,
    cases_behind_cell,
    cases_behind_number,
    page_of_cases,
    today_of,
)
from admin_api.files import compose_download
from admin_api.pages import Visit
from admin_api.visits import staff_visit
from casework.annual.findings import Cell, Table, parse_cell
from casework.annual.forms import Form
from casework.annual.naming import say_place
from casework.period_figures import MARKS
from casework.ports import UnitOfWork

router = APIRouter(prefix="/figures/cases")
StaffVisit = Annotated[Visit, Depends(staff_visit)]
PAGE_SIZE: Final = 50
MOST_PAGES: Final = 100_000


@dataclass(frozen=True, slots=True)
class CellWish:
    """A number of the annual report."""

    year: int
    form: Form
    cell: Cell


Place = Number | CellWish


def read_place(
    visit: StaffVisit,
    wish: Wish,
    measure: Annotated[str, Query(max_length=40)] = "",
    name: Annotated[str | None, Query(max_length=100)] = None,
    year: int = 0,
    form: str = "",
    cell: Annotated[str, Query(max_length=120)] = "",
) -> Place:
    """Which number is meant; AdminRejected."""
    if cell:
        return _read_cell(cell, year, form)
    if measure not in MARKS:
        raise AdminRejected(visit.say("figures_cases.fault"))
    return Number(wish.period(today_of(visit.context)), wish.grouping, measure, name)


WhichNumber = Annotated[Place, Depends(read_place)]


@router.get("")
def show_cases(
    visit: StaffVisit, place: WhichNumber, page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1
) -> HTMLResponse:
    """A page of the cases, each with its subject where the account may see it."""
    context, staff = visit.context, signed_in(visit)
    with context.store.read() as uow:
        references = _references(place, uow, visit)
        found = page_of_cases(references, uow, context, staff, after=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    query = _query(place)
    return show_page(
        visit,
        "console/figures_cases.html",
        room="figures",
        what=_name(place, visit),
        found=found,
        page=page,
        last=max(1, -(-found.count // PAGE_SIZE)),
        query=query,
        back=_back(place),
        is_cell=isinstance(place, CellWish),
        unit_name=lambda slug: context.office.bureau.unit(slug).name.in_(visit.language),
    )


@router.get("/list.csv")
def send_cases(visit: StaffVisit, place: WhichNumber) -> Response:
    """The references alone, all of them that may be shown."""
    context, staff = visit.context, signed_in(visit)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([visit.say("figures_cases.reference")])
    with context.store.read() as uow:
        # References first: a stream of the store must not be asked for something else half way.
        kept_back = accused_in(uow, context, staff)
        writer.writerows([reference] for reference in _references(place, uow, visit) if reference not in kept_back)
    return compose_download("cases.csv", "text/csv", ("\ufeff" + file.getvalue()).encode())


def _read_cell(cell: str, year: int, form: str) -> CellWish:
    try:
        found = CellWish(year, Form(form or Form.OF_2021), parse_cell(cell))
    except ValueError as error:
        raise AdminRejected(f"{cell!r} is no number of the annual report") from error
    if not FIRST_YEAR <= year <= LAST_YEAR or found.cell.table is Table.DISCLOSURE:
        raise AdminRejected("no cases stand behind this number")
    return found


def _references(place: Place, uow: UnitOfWork, visit: Visit) -> Iterator[str]:
    staff = signed_in(visit)
    if isinstance(place, CellWish):
        return cases_behind_cell(uow, visit.context, staff, place.cell, place.year, place.form)
    return cases_behind_number(uow, visit.context, staff, place)


def _query(place: Place) -> str:
    if isinstance(place, Number):
        return query_of(place)
    return urlencode({"year": place.year, "form": place.form.value, "cell": str(place.cell)})


def _name(place: Place, visit: Visit) -> str:
    if isinstance(place, CellWish):
        try:
            said = say_place(place.cell, visit.context.report_words, visit.language)
        except KeyError as error:
            raise AdminRejected(f"{place.cell} is no number of the annual report") from error
        return visit.say("figures_cases.cell", year=place.year, place=said)
    name = [] if place.name is None else [name_maker(visit, place.grouping)(place.name)]
    first, last = visit.day(place.period.first), visit.day(place.period.last)
    return " · ".join([*name, name_mark(visit, place.mark), visit.say("figures.period", first=first, last=last)])


def _back(place: Place) -> str:
    if isinstance(place, CellWish):
        return f"/staff/figures/report?{urlencode({'year': place.year, 'form': place.form.value})}"
    period = {"from": place.period.first, "to": place.period.last, "by": place.grouping.value}
    return f"/staff/figures?{urlencode(period)}"
