"""Figures of a period, and the annual report as the cases stand now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import FiguresReader
from admin_api.api.schemas.figures import AnnualReportView, FiguresQuery, FiguresView, ReportQuery
from admin_api.errors import Forbidden
from admin_api.figures import FIRST_YEAR, LAST_YEAR, figures_of, presets, read_period, report_of, sees_all_figures

router = APIRouter(route_class=BoundedRoute, tags=["figures"])
Year = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR, examples=[2026])]


@router.get("/figures", operation_id="getFigures")
def show_figures(wanted: Annotated[FiguresQuery, Query()], caller: FiguresReader) -> FiguresView:
    """The figures of a period, this year unless it is named, of the units whose figures the account sees."""
    usual = presets(caller.today)["this_year"]
    period = read_period(wanted.first or usual.first, wanted.last or usual.last)
    return FiguresView.of(figures_of(caller.context, caller.staff, period, wanted.by), period, wanted.by)


@router.get("/reports/annual/{year}", operation_id="getAnnualReport")
def show_report(year: Year, wanted: Annotated[ReportQuery, Query()], caller: FiguresReader) -> AnnualReportView:
    """The annual report as the cases stand now, or what keeps it from being issued; needs figures of every unit."""
    if not sees_all_figures(caller.staff):
        raise Forbidden("the annual report is of the whole bureau, whose figures this account does not see")
    reported = report_of(caller.context, year, wanted.form)
    with caller.context.store.read() as uow:
        issued = uow.reports.of_year(year)
    return AnnualReportView.of(reported, year, wanted.form, issued)
