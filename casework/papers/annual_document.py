"""The report of a year as a paper: six chapters of the form, or the sentences of 2012."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from casework.annual.findings import Cell, Table
from casework.annual.forms import COLUMNS, COUNT, RECEIVED, SEED_ROWS, TOTAL, Form, result_rows
from casework.annual.report import AnnualReport, headline
from casework.papers.annual_grids import (
    GridMaker,
    LinkMaker,
    application_grid,
    disclosure_grid,
    no_link,
    remedy_grid,
)
from casework.papers.charts import bars
from casework.papers.document import Block, Chart, Document, Grid, Head, Heading, Paragraph, Square
from casework.party import Language
from casework.wording import Wording

_PARTS = (
    "overview_proactive",
    "overview_on_application",
    "overview_management",
    "overview_platform",
    "overview_supervision",
)


def compose_document(
    report: AnnualReport, words: Wording, language: Language, *, link: LinkMaker = no_link
) -> Document:
    """The paper of a report in one language."""
    maker = GridMaker(report, words, language, link)
    is_seed = report.form is Form.SEED_2012
    bureau = report.bureau.in_(language) if report.bureau else maker.say("report.bureau_unnamed")
    facts = {"bureau": bureau, "year": report.year}
    period = maker.say("report.period", year=report.year)
    return Document(
        language=language,
        title=maker.say("report.seed_title" if is_seed else "report.title", **facts),
        subtitles=(period,) if is_seed else (maker.say(f"report.{_basis(report.form)}"), period),
        blocks=tuple(_seed_blocks(maker) if is_seed else _chapters(maker)),
        footer=maker.say("report.page", page="{page}", pages="{pages}"),
    )


def _basis(form: Form) -> str:
    return "of_2019" if form is Form.OF_2019 else "of_2021"


def _chapters(maker: GridMaker) -> Iterator[Block]:
    yield Heading(maker.say("chapter.overview"))
    for part in _PARTS:
        yield Heading(maker.say(f"part.{part}"), level=2)
        yield _free_text(maker, part, maker.say(f"part.{part}"))
    yield Heading(maker.say("chapter.disclosure"))
    yield disclosure_grid(maker)
    yield Heading(maker.say("chapter.applications"))
    numbers = headline(maker.report.cells, maker.report.fees_fen)
    yield Paragraph(maker.say("report.balance", **numbers), key="balance")
    yield application_grid(maker)
    yield _results_chart(maker)
    yield _applicants_chart(maker)
    yield Heading(maker.say("chapter.remedies"))
    yield remedy_grid(maker)
    yield Heading(maker.say("chapter.problems"))
    yield _free_text(maker, "problems", maker.say("chapter.problems"))
    yield Heading(maker.say("chapter.other"))
    yield Paragraph(maker.say("report.fees", fees=numbers["fees"]), key="fees")
    yield _free_text(maker, "other", maker.say("chapter.other"))


def _free_text(maker: GridMaker, name: str, heading: str) -> Paragraph:
    said = maker.report.chapters.get(name)
    if said is None:
        return Paragraph(maker.say("report.gap", what=heading), key=name, is_gap=True)
    return Paragraph(said.in_(maker.language), key=name)


def _results_chart(maker: GridMaker) -> Chart:
    caption = maker.say("chart.results")
    numbers: dict[str, float] = {}
    for group, rows in groupby(result_rows(maker.report.form), key=lambda row: row.kinds[0].group):
        cells = (Cell(Table.APPLICATIONS, row.key, TOTAL) for row in rows)
        numbers[maker.say(f"reply_group.{group.value}")] = float(sum(maker.report.cells[cell] for cell in cells))
    return Chart("results", caption, bars(caption, numbers))


def _applicants_chart(maker: GridMaker) -> Chart:
    caption = maker.say("chart.applicants")
    numbers = {
        _applicant_name(maker, column): float(maker.report.cells[Cell(Table.APPLICATIONS, RECEIVED, column)])
        for column in COLUMNS[:-1]
    }
    return Chart("applicants", caption, bars(caption, numbers))


def _applicant_name(maker: GridMaker, column: str) -> str:
    return maker.say(f"applicant_kind.{column}")


def _seed_blocks(maker: GridMaker) -> Iterator[Block]:
    yield Heading(maker.say("chapter.seed_basics"))
    for table, rows in SEED_ROWS.items():
        numbers = {row: maker.report.cells[Cell(table, row, COUNT)] for row in (*rows, TOTAL)}
        yield Heading(maker.say(f"table.{table.value}"), level=2)
        yield Paragraph(maker.say(f"seed.{table.value}", year=maker.report.year, **numbers), key=table.value)
        yield _seed_grid(maker, table, rows)
        caption = maker.say(f"table.{table.value}")
        named = {maker.say(f"row.{row}"): float(numbers[row]) for row in rows}
        yield Chart(table.value, caption, bars(caption, named))


def _seed_grid(maker: GridMaker, table: Table, rows: tuple[str, ...]) -> Grid:
    heads = (*(Square(maker.say(f"row.{row}"), head=Head.COLUMN) for row in (*rows, TOTAL)),)
    numbers = (*(maker.number(Cell(table, row, COUNT)) for row in (*rows, TOTAL)),)
    return Grid(table.value, maker.say(f"table.{table.value}"), (heads, numbers), (1,) * len(heads), 1)
