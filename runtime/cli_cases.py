"""Commands over what is kept: accounts, cases, shunted messages, backups."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from admin_api.passwords import hash_password, make_password
from casework.actions.erasing import erase_event_text
from casework.case import Case, CaseStatus, derive_status
from casework.errors import CaseworkNotFound
from casework.events import broken_links
from casework.inbox import ClerkDecision, InboxState
from casework.message import InboxId
from casework.party import Language
from casework.ports import QueueFilter, UnitOfWork
from casework.references import parse_reference
from casework.staff import Role
from casework.store import open_store
from runtime.bundle import load_bundle
from runtime.cli_opening import AsJson, Config, opened
from runtime.data_directory import hold_data_directory
from runtime.settings_source import load_settings

staff_app = typer.Typer(no_args_is_help=True)
key_app = typer.Typer(no_args_is_help=True)
case_app = typer.Typer(no_args_is_help=True)


@staff_app.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(help="Sign-in name.")],
    unit: Annotated[str, typer.Option(help="Slug of the unit, as in units.toml.")],
    role: Annotated[Role, typer.Option(help="What the account may do.")] = Role.HANDLER,
    display_name: Annotated[str, typer.Option("--display-name", help="Name that colleagues see.")] = "",
    mail: Annotated[str, typer.Option(help="Address for password resets and notices.")] = "",
    language: Annotated[str, typer.Option(help="Language of the screens: zh or en.")] = "zh",
    config: Config = None,
) -> None:
    """Make an account with a first password, which must be changed at the first sign-in."""
    if language not in ("zh", "en"):
        raise typer.BadParameter("the language is zh or en")
    spoken: Language = "zh" if language == "zh" else "en"
    password = make_password()
    with opened(config) as (settings, store):
        load_bundle(settings.bundle).bureau.unit(unit)
        store.write(
            lambda uow: uow.accounts.add_staff(
                name,
                display_name=display_name or name,
                unit=unit,
                role=role,
                language=spoken,
                mail=mail,
                password_hash=hash_password(password),
            )
        )
    typer.echo(f"account {name} made; first password: {password}")


@key_app.command("add")
def key_add(
    name: Annotated[str, typer.Argument(help="What the key is for, e.g. the name of the other system.")],
    staff: Annotated[str, typer.Option(help="Sign-in name of the account that it acts as.")],
    scope: Annotated[list[str], typer.Option(help="What it may do, e.g. cases:read; give it once for each.")],
    config: Config = None,
) -> None:
    """Make a key of the API, shown this once; the first one, from which others can be made over the API."""
    from admin_api.api.authentication import Scope, add_key, derive_key, make_nonce

    try:
        scopes = [Scope(each) for each in scope]
    except ValueError as error:
        raise typer.BadParameter(f"{error}; scopes are {', '.join(each.value for each in Scope)}") from error
    nonce = make_nonce()
    with opened(config) as (settings, store):
        secret = settings.secret_key.get_secret_value().encode()

        def add(uow: UnitOfWork) -> None:
            found = uow.accounts.find_staff(staff)
            if found is None:
                raise CaseworkNotFound(f"there is no account {staff!r}: make it with `sunwindow staff add`")
            add_key(uow, name, scopes, staff=found[0], nonce=nonce, secret=secret, now=datetime.now(UTC))

        store.write(add)
    typer.echo(f"key {name} made; it is not shown again: {derive_key(nonce, secret)}")


@case_app.command("list")
def case_list(
    words: Annotated[str, typer.Option(help="Look for these words.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Closed cases too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Cases as a clerk should take them: urgent first, then by deadline."""
    still_open = tuple(status for status in CaseStatus if status is not CaseStatus.CLOSED)
    wanted = QueueFilter(statuses=None if every else still_open, words=words)
    with opened(config) as (_, store), store.read() as uow:
        cases = uow.cases.queue(wanted, limit=limit)
    if as_json:
        typer.echo(json.dumps([_row(case) for case in cases], ensure_ascii=False))
        return
    for case in cases:
        due = case.due_on.isoformat() if case.due_on else "-"
        typer.echo(f"{case.reference}  {case.status.value:<11}  due {due}  {case.kind.value}  {case.unit}")


@case_app.command("show")
def case_show(reference: str, as_json: AsJson = False, config: Config = None) -> None:
    """One case with its ledger; says when the chain of its events is broken."""
    with opened(config) as (settings, store):
        prefix = load_bundle(settings.bundle).bureau.reference_prefix
        with store.read() as uow:
            case = uow.cases.find(parse_reference(reference, prefix) or reference)
            if case is None:
                raise CaseworkNotFound(f"there is no case {reference}: check the number")
            events = uow.cases.events(case.id)
    faults = broken_links(events)
    if derive_status(events) is not case.status:
        faults += (f"the case stands at {case.status.value}, its ledger says {derive_status(events).value}",)
    rows = [
        {
            "number": event.number,
            "name": event.name.value,
            "at": event.at.isoformat(),
            "actor": event.actor,
            "facts": dict(event.facts),
        }
        for event in events
    ]
    if as_json:
        typer.echo(json.dumps({**_row(case), "events": rows, "faults": faults}, ensure_ascii=False))
    else:
        typer.echo(f"{case.reference}  {case.kind.value}  {case.status.value}  unit {case.unit}")
        for row in rows:
            typer.echo(f"  {row['number']:>3}  {row['at']}  {row['name']}  {row['actor']}  {row['facts']}")
        for fault in faults:
            typer.echo(f"  BROKEN: {fault}")
    if faults:
        raise typer.Exit(1)


@case_app.command("erase")
def case_erase(
    reference: str,
    event: Annotated[int, typer.Argument(help="Number of the event, as `case show` prints it.")],
    reason: Annotated[str, typer.Option(help="The rule that asks for it; kept, so name no person.")],
    config: Config = None,
) -> None:
    """Erase the personal text of one event; that it was there and was erased stays provable."""
    with opened(config) as (settings, store):
        prefix = load_bundle(settings.bundle).bureau.reference_prefix

        def erase(uow: UnitOfWork) -> None:
            case = uow.cases.find(parse_reference(reference, prefix) or reference)
            if case is None:
                raise CaseworkNotFound(f"there is no case {reference}: check the number")
            erase_event_text(case, event, reason, uow, actor="system", now=datetime.now(UTC))

        store.write(erase)
    typer.echo(f"the text of event {event} of {reference} is erased, and the ledger says so")


def replay(
    inbox_id: Annotated[
        int | None, typer.Argument(help="Number of the shunted message; all of them otherwise.")
    ] = None,
    config: Config = None,
) -> None:
    """Try shunted messages again; the worker takes them up within seconds."""
    now = datetime.now(UTC)
    with opened(config) as (_, store):
        with store.read() as uow:
            if inbox_id is not None:
                chosen = [uow.inbox.get(InboxId(inbox_id)).id]
            else:
                chosen = [entry.id for entry in uow.inbox.list([InboxState.SHUNTED], limit=10_000)]
        for entry in sorted(chosen):
            store.write(
                lambda uow, entry=entry: uow.inbox.decide(entry, ClerkDecision.REPLAY, case_id=None, now=now)  # type: ignore[misc]
            )
    typer.echo(f"{len(chosen)} messages go to the worker again")


def backup(
    archive: Annotated[Path, typer.Argument(help="File to write, e.g. sunwindow.tar.gz.")], config: Config = None
) -> None:
    """Write database and files into one archive; safe while the product runs."""
    from runtime.backup import backup as write_archive
    from runtime.house import open_blobs

    with opened(config) as (settings, store):
        held = write_archive(store.engine, open_blobs(settings), archive, now=datetime.now(UTC))
    typer.echo(f"{archive}: {held.rows} rows and {held.files} files")
    for digest in held.missing:
        typer.echo(f"sunwindow: file {digest} is lost from the file store and not in the archive", err=True)


def restore(
    archive: Annotated[Path, typer.Argument(help="Archive to read.")],
    erasures: Annotated[
        Path | None, typer.Option(help="Journal of what was erased; otherwise the one in the data directory.")
    ] = None,
    config: Config = None,
) -> None:
    """Fill an empty database and its file store from an archive; what was erased since then is erased again."""
    from runtime.house import open_blobs
    from runtime.restoring import restore as read_archive
    from runtime.retention import JOURNAL, erase_after_restore

    settings = load_settings(config)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with hold_data_directory(settings.data_dir) if settings.is_sqlite else nullcontext():
        store = open_store(settings.store_url)
        try:
            held = read_archive(store.engine, open_blobs(settings), archive)
            journal = erasures or settings.data_dir / JOURNAL
            again = erase_after_restore(store, journal, now=datetime.now(UTC))
        finally:
            store.close()
    typer.echo(f"restored {held.rows} rows and {held.files} files")
    if again:
        typer.echo(f"{again} cases had been erased since the archive was made, and are erased again")


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module that stand on their own."""
    for command in (replay, backup, restore):
        app.command()(command)


def _row(case: Case) -> dict[str, object]:
    return {
        "reference": case.reference,
        "kind": case.kind.value,
        "status": case.status.value,
        "unit": case.unit,
        "opened_at": case.opened_at.isoformat(),
        "due_on": case.due_on.isoformat() if case.due_on else None,
        "urgent": case.urgent,
        "disposition": case.disposition.value if case.disposition else None,
    }
