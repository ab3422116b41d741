"""The commands of the annual report: make it, check a filed one, and take out its template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from casework.annual.entries import Entry, LastYear
from casework.annual.findings import Finding
from casework.annual.forms import Form
from casework.annual.report import AnnualReport
from casework.annual.statement import Statement
from casework.bureau import Bureau
from casework.errors import CaseworkRejected
from casework.party import LANGUAGES
from runtime.settings_source import load_settings
from runtime.statements import statement_file, statement_of

report_app = typer.Typer(no_args_is_help=True)
Config = Annotated[Path | None, typer.Option("--config", help="Settings file; SUNWINDOW_CONFIG names it otherwise.")]
Year = Annotated[int, typer.Option(help="The year that is reported on.", min=2008, max=2100)]
Ledger = Annotated[
    Path | None,
    typer.Option(help="A ledger in a file (JSON by lines, or .csv) in place of the store."),
]
LastYearFile = Annotated[Path | None, typer.Option(help="Numbers of last year's report: its annual-YEAR.json.")]


@contextmanager
def _entries(
    ledger: Path | None, year: int, bureau: Bureau, config: Path | None
) -> Iterator[tuple[Iterable[Entry], LastYear | None]]:
    """The ledger of a year: a file that is named, or the cases of the store, streamed; then also what was issued."""
    from casework.actions.counting import ledger_of_year
    from casework.actions.reporting import last_year_of
    from casework.annual.ledger_file import LedgerFile
    from runtime.cli_opening import opened

    if ledger is not None:
        yield LedgerFile(ledger), None
        return
    with opened(config) as (_settings, store), store.read() as uow:
        yield ledger_of_year(uow, year, bureau), last_year_of(uow, year)


@report_app.command("annual")
def annual(
    year: Year,
    out: Annotated[Path, typer.Option(help="Folder for the files; it is made when it is not there.")],
    form: Annotated[Form, typer.Option(help="The form to fill in.")] = Form.OF_2021,
    ledger: Ledger = None,
    last_year: LastYearFile = None,
    words: Annotated[Path | None, typer.Option(help="The bureau's words; annual/YEAR.toml otherwise.")] = None,
    template: Annotated[Path | None, typer.Option(help="The bureau's own DOCX template.")] = None,
    issue: Annotated[bool, typer.Option(help="Keep it as issued, for next year's report to be checked with.")] = False,
    site: Annotated[str, typer.Option(help="Address of the console, for links from each number to its cases.")] = "",
    config: Config = None,
) -> None:
    """Count, check and set the report of a year; while something is wrong, name it, write it down and exit with 1."""
    from casework.annual.naming import annual_words, say_warnings
    from casework.annual.report import ReportRefused, compose_report
    from casework.papers.annual_files import annual_files, staff_links
    from casework.papers.annual_grids import no_link
    from runtime.bundle import demo_bundle, load_bundle

    if issue and (ledger or site):
        raise CaseworkRejected(
            "what is issued is counted from the store and has no links: leave --ledger and --site out"
        )
    folder = load_settings(config).bundle or demo_bundle()
    bundle = load_bundle(folder)
    statement = _statement(folder, words, year)
    named_last = _last_year(last_year, year)
    try:
        with _entries(ledger, year, bundle.bureau, config) as (entries, issued_last):
            last = named_last or issued_last or statement.last_year
            report = compose_report(entries, year=year, form=form, statement=statement, last=last)
    except ReportRefused as refused:
        _refuse(refused.findings, year, out)
    texts = bundle.reworded(annual_words())
    link = staff_links(site, year=year, form=form) if site else no_link
    named = report.named(bundle.bureau.name)
    files = annual_files(named, texts, link=link, template=template.read_bytes() if template else None)
    _write(files, year, out)
    if issue:
        _issue(named, files, config)
    for language in LANGUAGES:
        for line in say_warnings(report.warnings, texts, language):
            typer.echo(line)
    for gap in report.gaps:
        typer.echo(f"gap: {gap}")
    typer.echo(f"{out}: {len(files)} files")


@report_app.command("check")
def check(
    filed: Annotated[Path, typer.Argument(help="The annual-YEAR.json or the XLSX of a report, edited or not.")],
    ledger: Ledger = None,
    last_year: LastYearFile = None,
    config: Config = None,
) -> None:
    """Compare a filed report with the ledger: every number that it does not bear out, and the cases that it counts."""
    from casework.annual.balancing import check_filed
    from casework.annual.filed import parse_filed
    from casework.papers.annual_sheets import read_annual_sheets
    from runtime.bundle import demo_bundle, load_bundle

    is_table = filed.suffix.lower() == ".xlsx"
    report = read_annual_sheets(filed.read_bytes()) if is_table else parse_filed(filed.read_bytes())
    last = _last_year(last_year, report.year)
    bureau = load_bundle(load_settings(config).bundle or demo_bundle()).bureau
    with _entries(ledger, report.year, bureau, config) as (entries, issued_last):
        last = last or issued_last
        findings = check_filed(report.cells, entries, year=report.year, form=report.form, last=last)
    if findings:
        for line in _said(findings, report.year):
            typer.echo(line)
        raise typer.Exit(1)
    typer.echo(f"{filed}: agrees with the ledger")


@report_app.command("template")
def template(
    file: Annotated[Path, typer.Argument(help="The DOCX file to write.")],
    form: Annotated[Form, typer.Option(help="The form that it is for.")] = Form.OF_2021,
) -> None:
    """Write the DOCX template, to be reworded and handed in with `report annual --template`."""
    from casework.annual.naming import annual_words
    from casework.annual.report import compose_report
    from casework.papers.annual_document import compose_document
    from casework.papers.word_files import compose_word_template

    empty = compose_report((), year=2021, form=form, statement=Statement(), last=None)
    file.write_bytes(compose_word_template(compose_document(empty, annual_words(), "zh")))
    typer.echo(str(file))


def _statement(bundle: Path | Traversable, words: Path | None, year: int) -> Statement:
    return statement_file(words.parent, words.name) if words else statement_of(bundle, year)


def _last_year(file: Path | None, year: int) -> LastYear | None:
    from casework.annual.filed import parse_filed

    if file is None:
        return None
    filed = parse_filed(file.read_bytes())
    if filed.year != year - 1:
        raise CaseworkRejected(f"{file} is the report of {filed.year}, but that of {year - 1} is needed")
    return filed.for_next_year()


def _said(findings: Iterable[Finding], year: int) -> list[str]:
    from casework.annual.naming import annual_words, say_findings

    words, found = annual_words(), list(findings)
    return [line for language in LANGUAGES for line in say_findings(found, year=year, words=words, language=language)]


def _issue(report: AnnualReport, files: dict[str, bytes], config: Path | None) -> None:
    from casework.actions.reporting import issue_report, keep_files
    from runtime.cli_opening import opened
    from runtime.house import now, open_blobs

    with opened(config) as (settings, store):
        kept = keep_files(files, open_blobs(settings))
        store.write(lambda uow: issue_report(report, kept, uow, by=None, now=now()))


def _refuse(findings: tuple[Finding, ...], year: int, out: Path) -> NoReturn:
    lines = _said(findings, year)
    out.mkdir(parents=True, exist_ok=True)
    (out / _failures(year)).write_text("\n".join(lines) + "\n", encoding="utf-8")
    for line in lines:
        typer.echo(line, err=True)
    raise typer.Exit(1)


def _write(files: dict[str, bytes], year: int, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / _failures(year)).unlink(missing_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)


def _failures(year: int) -> str:
    return f"annual-{year}-failures.txt"
