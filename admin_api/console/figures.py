"""The figures of a period: rates, counts, ratings and levels as tables and charts, each number leading to its cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.errors import AdminNotFound, AdminRejected
from admin_api.figures import (
    Number,
    figures_of,
    named_units,
    presets,
    read_period,
    today_of,
    units_counted_for,
)
from admin_api.files import compose_download
from admin_api.pages import Visit
from admin_api.visits import staff_visit
from casework.papers.charts import bars
from casework.papers.rate_charts import rate_bars, rate_lines
from casework.period_figures import (
    COUNTS,
    GRADES,
    LEVELS,
    RECEIVED,
    Period,
    PeriodFigures,
    compose_figures_csv,
    counted,
    graded,
    of_all,
    say_count,
    say_measure,
)
from casework.rates import Grouping, Measure
from casework.rights import Right, has_anywhere

router = APIRouter(prefix="/figures")
StaffVisit = Annotated[Visit, Depends(staff_visit)]
MONTHS: Final = "months"
"""The chart of all rates over the months."""


@dataclass(frozen=True, slots=True)
class FiguresWish:
    """Which period is counted, told apart by what."""

    first: str
    last: str
    grouping: Grouping

    def period(self, today: date) -> Period:
        """The period, this year where none was asked for; AdminRejected."""
        if not (self.first or self.last):
            return presets(today)["this_year"]
        try:
            return read_period(date.fromisoformat(self.first), date.fromisoformat(self.last))
        except ValueError as error:
            raise AdminRejected("a period has a first and a last day, such as 2026-01-01") from error


def read_wish(
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    last: Annotated[str, Query(alias="to", max_length=10)] = "",
    by: Annotated[str, Query(max_length=10)] = "",
) -> FiguresWish:
    """The wish in the address; another grouping than the four is taken as that by unit."""
    return FiguresWish(first, last, Grouping(by) if by in list(Grouping) else Grouping.UNIT)


Wish = Annotated[FiguresWish, Depends(read_wish)]


def query_of(number: Number) -> str:
    """A number in an address."""
    query = {"from": number.period.first, "to": number.period.last, "by": number.grouping.value}
    if number.name is not None:
        query["name"] = number.name
    return urlencode({**query, "measure": number.mark})


def name_maker(visit: Visit, grouping: Grouping) -> Callable[[str], str]:
    """What a unit, month, channel or kind is called."""

    def name_of(name: str) -> str:
        match grouping:
            case Grouping.UNIT:
                units = {unit.slug: unit.name for unit in visit.context.office.bureau.units}
                return units[name].in_(visit.language) if name in units else name
            case Grouping.MONTH:
                year, _, month = name.partition("-")
                return visit.say("figures.month", year=year, month=visit.say(f"month.{int(month)}"))
        return visit.say_or(f"{grouping.value}.{name}", name)

    return name_of


def name_mark(visit: Visit, mark: str) -> str:
    """What a number counts."""
    words, (head, _, part) = visit.context.report_words, mark.partition(".")
    if head in list(Measure):
        return visit.say(f"figures.mark_{part}", measure=say_measure(head, words, visit.language))
    return say_count(mark, words, visit.language)


@router.get("")
def show_figures(visit: StaffVisit, wish: Wish) -> HTMLResponse:
    """The figures of a period; a period that cannot be counted is asked for again."""
    today, staff, context = today_of(visit.context), signed_in(visit), visit.context
    units = units_counted_for(staff, context)
    try:
        period, fault = wish.period(today), ""
    except AdminRejected:
        period, fault = presets(today)["this_year"], visit.say("figures.fault")
    figures = figures_of(context, staff, period, wish.grouping)

    def href(mark: str, name: str | None = None, grouping: Grouping = wish.grouping) -> str:
        return f"/staff/figures/cases?{query_of(Number(period, grouping, mark, name))}"

    return show_page(
        visit,
        "console/figures.html",
        room="figures",
        status=422 if fault else 200,
        wish=wish,
        fault=fault,
        period=period,
        presets=presets(today),
        figures=figures,
        units=None
        if units is None
        else [name_maker(visit, Grouping.UNIT)(slug) for slug in named_units(context, units)],
        query=urlencode({"from": period.first, "to": period.last, "by": wish.grouping.value}),
        charts=_charts(wish.grouping, figures),
        href=href,
        name_of=name_maker(visit, wish.grouping),
        unit_name=name_maker(visit, Grouping.UNIT),
        name_mark=lambda mark: name_mark(visit, mark),
        word=lambda key: context.report_words.say(key, visit.language),
        groupings=list(Grouping),
        measures=list(Measure),
        counts=COUNTS,
        levels=LEVELS,
        grades=GRADES,
        counted=counted,
        of_all=of_all,
        graded=graded,
        may_report=has_anywhere(staff, Right.ISSUE_REPORT),
    )


@router.get("/chart.svg")
def send_chart(visit: StaffVisit, wish: Wish, chart: Annotated[str, Query(max_length=20)]) -> Response:
    """One chart of the page; AdminNotFound for one that there is not."""
    figures = figures_of(visit.context, signed_in(visit), wish.period(today_of(visit.context)), wish.grouping)
    svg = _draw(chart, wish.grouping, figures, visit)
    headers = {
        "cache-control": "private, no-cache",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return Response(svg, media_type="image/svg+xml", headers=headers)


@router.get("/figures.csv")
def send_table(visit: StaffVisit, wish: Wish) -> Response:
    """The table of the page for a spreadsheet."""
    period = wish.period(today_of(visit.context))
    figures = figures_of(visit.context, signed_in(visit), period, wish.grouping)
    words, name_of = visit.context.report_words, name_maker(visit, wish.grouping)
    table = compose_figures_csv(figures, wish.grouping, words, visit.language, name_of=name_of)
    name = f"figures-{period.first}-{period.last}-{wish.grouping.value}.csv"
    return compose_download(name, "text/csv", table.encode())


def _charts(grouping: Grouping, figures: PeriodFigures) -> list[str]:
    """The charts that there is something to draw for."""
    found = [RECEIVED] if any(row[RECEIVED] for row in figures.by_name.values()) else []
    known = [one.value for one in Measure if any(row.rates[one].of for row in figures.by_name.values())]
    if grouping is Grouping.MONTH and known:
        return [*found, MONTHS]
    return [*found, *known]


def _draw(chart: str, grouping: Grouping, figures: PeriodFigures, visit: Visit) -> str:
    words, name_of = visit.context.report_words, name_maker(visit, grouping)
    rates = {name: row.rates for name, row in figures.by_name.items()}
    if chart == MONTHS and grouping is Grouping.MONTH:
        return rate_lines(rates, words, visit.language)
    if chart == RECEIVED:
        numbers = {name_of(name): float(row[RECEIVED]) for name, row in figures.by_name.items()}
        return bars(visit.say("figures.chart_received"), numbers)
    if chart in list(Measure):
        return rate_bars(Measure(chart), rates, words, visit.language, name_of=name_of)
    raise AdminNotFound(f"there is no chart {chart!r}")
