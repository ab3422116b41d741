"""The command `sunwindow`: what an operator types. Each command says plainly what went wrong."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from casework.errors import CaseworkError
from knowledge.errors import KnowledgeError
from mail_gateway.errors import MailGatewayError
from runtime import cli_bundle, cli_case_files, cli_cases, cli_clock, cli_knowledge, cli_mail, cli_mail_ways, cli_report
from runtime.backup import BackupRefused
from runtime.bundle import BundleRefused, check_bundle, kinds_kept_without_end, load_bundle
from runtime.bundle_export import ExportRefused
from runtime.data_directory import DataDirectoryInUse
from runtime.leaving import end_process
from runtime.logs import set_up_logs
from runtime.migrating import NotMigrated
from runtime.settings import Environment, Settings
from runtime.settings_source import SettingsRefused, load_settings, shown

app = typer.Typer(name="sunwindow", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(cli_cases.staff_app, name="staff", help="Accounts of people who work here.")
app.add_typer(cli_cases.key_app, name="key", help="Keys of the API.")
app.add_typer(cli_cases.case_app, name="case", help="Look at cases.")
app.add_typer(cli_clock.clock_app, name="clock", help="How the deadlines of a case come about.")
app.add_typer(cli_bundle.bundle_app, name="bundle", help="Take the bureau's bundle out of the store, and in.")
app.add_typer(cli_mail.mail_app, name="mail", help="Look at mails, and take an archive in.")
cli_mail_ways.add_commands(cli_mail.mail_app)
app.add_typer(cli_report.report_app, name="report", help="Make the annual report, and check a filed one.")
cli_cases.add_commands(app)
cli_case_files.add_commands(cli_cases.case_app)
cli_knowledge.add_commands(app)

Config = Annotated[Path | None, typer.Option("--config", help="Settings file; SUNWINDOW_CONFIG names it otherwise.")]


@app.command()
def serve(
    roles: Annotated[str, typer.Option(help="What this process does: http,smtp,telegram,worker.")] = "",
    config: Config = None,
) -> None:
    """Run the front desk until SIGTERM."""
    from runtime.application import build_app
    from runtime.house import build_house
    from runtime.serving import ALL_ROLES, Role
    from runtime.serving import serve as run

    try:
        chosen = tuple(Role(name.strip()) for name in roles.split(",")) if roles else ALL_ROLES
    except ValueError as error:
        raise typer.BadParameter(f"{error}; roles are {', '.join(role.value for role in ALL_ROLES)}") from error
    settings = load_settings(config)
    set_up_logs(settings.log_level, as_json=settings.log_json)
    house = build_house(settings, works=Role.WORKER in chosen)
    try:
        asyncio.run(run(house, build_app(house), chosen))
    finally:
        house.close()
    end_process()


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the web pages.")] = 8000,
    smtp_port: Annotated[int, typer.Option("--smtp-port", help="Port of the SMTP listener.")] = 8025,
    data: Annotated[Path | None, typer.Option(help="Folder to keep everything in; otherwise a throw-away one.")] = None,
) -> None:
    """Run the whole product with the demo bureau on this machine."""
    from runtime.demo.running import run_demo

    with tempfile.TemporaryDirectory(prefix="sunwindow-demo-") as folder:
        run_demo(data or Path(folder), port=port, smtp_port=smtp_port, throw_away=data is None)
    end_process()


@cli_report.report_app.command("demo-ledger")
def demo_ledger(file: Annotated[Path, typer.Argument(help="The file to write, JSON by lines.")]) -> None:
    """Write a ledger made to the figures of 2012, to try `report annual --year 2012 --form seed-2012` with."""
    from casework.annual.ledger_file import line_of
    from runtime.demo.seed_ledger import seed_ledger

    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{line_of(entry)}\n" for entry in seed_ledger())
    typer.echo(str(file))


@app.command()
def migrate(config: Config = None) -> None:
    """Bring the database to the shape that this release needs."""
    from casework.store import open_store
    from runtime.migrating import migrate as bring_up

    settings = load_settings(config)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.store_url)
    try:
        typer.echo(f"the database is at revision {bring_up(store.engine)}")
    finally:
        store.close()


@app.command()
def check(bundle: Annotated[Path, typer.Argument(help="Folder of the bureau.")]) -> None:
    """Report every fault of a bundle, with file and line."""
    faults = check_bundle(bundle, datetime.now(UTC).date())
    for fault in faults:
        typer.echo(str(fault))
    if faults:
        typer.echo(f"faults: {len(faults)}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{bundle}: no faults")
    if missing := kinds_kept_without_end(bundle):
        typer.echo(
            f"note: [retention] sets no years for {', '.join(missing)}: their personal text is kept without end",
            err=True,
        )


@app.command()
def chat(
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for each line read.")] = False,
    bundle: Annotated[Path | None, typer.Option(help="Folder of the bureau; the demo bureau otherwise.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder to keep the conversation in; otherwise none.")] = None,
) -> None:
    """Talk to the assistant at the terminal."""
    from runtime.terminal import converse

    set_up_logs("error", as_json=False)
    with tempfile.TemporaryDirectory(prefix="sunwindow-chat-") as folder:
        settings = Settings(environment=Environment.DEMO, data_dir=data or Path(folder), bundle=bundle)
        converse(settings, sys.stdin, sys.stdout, as_json=as_json)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What a citizen might ask.")],
    bundle: Annotated[Path | None, typer.Option(help="Folder of the bureau; the demo bureau otherwise.")] = None,
) -> None:
    """Show which published entry answers a question, how surely, and why."""
    from runtime.furnishing import know

    finding = know(load_bundle(bundle)).find(question)
    typer.echo(f"{finding.decision.value}  confidence {finding.confidence:.2f}")
    apart = {choice.slug: f"  differs by: {', '.join(choice.differs_by)}" for choice in finding.choices}
    for match in finding.matches:
        reasons = f"because: {', '.join(match.because)}{apart.get(match.slug, '')}"
        typer.echo(f"  {match.score:.2f}  {match.slug}  {match.version}  {reasons}")


@app.command()
def settings(config: Config = None) -> None:
    """Print every setting in force; secrets stay hidden."""
    for name, value in shown(load_settings(config)):
        typer.echo(f"{name} = {value}")


def main(arguments: list[str] | None = None) -> None:
    """Run the command of `arguments`, or of the process; what can be mended is said in words, without a traceback."""
    try:
        app(arguments)
    except (
        BackupRefused,
        BundleRefused,
        CaseworkError,
        DataDirectoryInUse,
        ExportRefused,
        KnowledgeError,
        MailGatewayError,
        NotMigrated,
        OSError,
        SettingsRefused,
    ) as error:
        typer.echo(f"sunwindow: {error}", err=True)
        sys.exit(1)
