"""Commands over case files: verifying and sealing ledgers, packing a file, holding it, erasing by rule."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from casework.actions.retaining import due_erasures, hold, release
from casework.actions.verifying import verify_all, verify_case
from casework.case import Case
from casework.errors import CaseworkNotFound, CaseworkRejected
from casework.ledger import LedgerFault
from casework.ports import BlobStore, UnitOfWork
from casework.references import parse_reference
from casework.seal import Seal
from casework.staff import Staff
from casework.store import SqlStore
from runtime.bundle import load_bundle
from runtime.cli_opening import AsJson, Config, opened
from runtime.retention import JOURNAL, CaseFileKeeping
from runtime.settings import Settings

References = Annotated[list[str] | None, typer.Argument(metavar="[REFERENCE…]", help="Cases; `--all` otherwise.")]


def case_verify(
    references: References = None,
    every: Annotated[bool, typer.Option("--all", help="All cases, the numbers given, and the seals.")] = False,
    files: Annotated[bool, typer.Option(help="Read the files that cases name, too.")] = True,
    sealed: Annotated[
        str, typer.Option("--seal", metavar="NUMBER:DIGEST", help="A seal as it was mailed: is it still this one?")
    ] = "",
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Check ledgers, the columns of the cases, their files, and the seals; every fault is named, and the exit is 1."""
    from runtime.house import open_blobs

    if not (references or every or sealed):
        raise typer.BadParameter("name cases, or --all, or --seal")
    with opened(config) as (settings, store):
        blobs = open_blobs(settings) if files else None
        faults: Iterable[LedgerFault] = _verify_named(references or [], settings, store, blobs)
        if every:
            faults = verify_all(store, blobs, told=_tell_progress)
        count = sum(1 for fault in faults if _print_fault(fault, as_json=as_json))
        if sealed and not _is_as_mailed(sealed, store):
            count += 1
            typer.echo(f"seal {sealed.partition(':')[0]} is not the one that was mailed: the seals were made anew")
    if count:
        typer.echo(f"faults: {count}", err=True)
        raise typer.Exit(1)
    if not as_json:
        typer.echo("no faults")


def case_seal(as_json: AsJson = False, config: Config = None) -> None:
    """Seal the ledgers of all cases now, mail the digest to the bureau, and print it: keep it outside the house."""
    with opened(config) as (settings, store):
        made = _keeping(settings, store).seal(datetime.now(UTC))
        with store.read() as uow:
            last = made or uow.ledgers.last_seal()
    if last is None:
        raise CaseworkRejected("there is no case yet, so there is nothing to seal")
    _print_seal(last, is_new=made is not None, as_json=as_json)


def case_pack(
    reference: str,
    out: Annotated[Path, typer.Option(help="ZIP to write.")],
    names: Annotated[bool, typer.Option("--with-names/--without-names", help="Whether it tells who wrote.")] = True,
    config: Config = None,
) -> None:
    """Write everything about a case into one ZIP that anybody can check with the verify.py in it."""
    from admin_api.packing import pack_case
    from casework.actions.deriving import told_deadlines
    from runtime.furnishing import office_of
    from runtime.house import open_blobs

    with opened(config) as (settings, store):
        bundle = load_bundle(settings.bundle)
        bureau, office = bundle.bureau, office_of(bundle, settings.secret_key.get_secret_value().encode())
        partial = out.with_name(out.name + ".partial")
        with store.read() as uow, partial.open("wb") as file:
            case = _find(reference, bureau.reference_prefix, uow)
            derived = told_deadlines(case, uow.cases.events(case.id), office=office, now=datetime.now(UTC))
            blobs = open_blobs(settings)
            pack_case(case, uow, blobs, file, bureau=bureau, derivations=lambda _case: derived, names=names)
        partial.replace(out)
    typer.echo(f"{out}: case {case.reference}, {out.stat().st_size} bytes")


def case_hold(
    reference: str,
    staff: Annotated[str, typer.Option(help="Sign-in name of the account that does it.")],
    reason: Annotated[str, typer.Option(help="The proceedings that want the case whole.")],
    config: Config = None,
) -> None:
    """Keep a case whole, whatever the rules of retention say."""
    _mark(reference, staff, reason, config, holds=True)


def case_release(
    reference: str,
    staff: Annotated[str, typer.Option(help="Sign-in name of the account that does it.")],
    reason: Annotated[str, typer.Option(help="Why the case need not be kept whole any more.")],
    config: Config = None,
) -> None:
    """Let the rules of retention reach a case again."""
    _mark(reference, staff, reason, config, holds=False)


def case_erase_due(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the cases, and erase nothing.")] = False,
    config: Config = None,
) -> None:
    """Erase the personal text of cases whose time is over by [retention]; the worker does so every hour."""
    with opened(config) as (settings, store):
        keeping = _keeping(settings, store)
        bureau = keeping.office.bureau
        if not bureau.retention:
            typer.echo("bureau.toml sets no years in [retention]: nothing is ever erased by rule")
            return
        if dry_run:
            with store.read() as uow:
                due = due_erasures(uow, bureau, now=datetime.now(UTC), limit=100_000)
            for one in due:
                closed = one.case.closed_at.date().isoformat() if one.case.closed_at else "-"
                typer.echo(f"{one.case.reference}  closed {closed}  {one.rule}")
            typer.echo(f"{len(due)} cases are due")
            return
        done = 0
        while erased := keeping.erase():
            done += erased
    typer.echo(f"{done} cases erased")


def add_commands(case_app: typer.Typer) -> None:
    """Add these commands to those over cases."""
    case_app.command("verify")(case_verify)
    case_app.command("seal")(case_seal)
    case_app.command("pack")(case_pack)
    case_app.command("hold")(case_hold)
    case_app.command("release")(case_release)
    case_app.command("erase-due")(case_erase_due)


def _verify_named(
    references: list[str], settings: Settings, store: SqlStore, blobs: BlobStore | None
) -> Iterator[LedgerFault]:
    prefix = load_bundle(settings.bundle).bureau.reference_prefix
    for reference in references:
        with store.read() as uow:
            yield from verify_case(_find(reference, prefix, uow), uow, blobs)


def _find(reference: str, prefix: str, uow: UnitOfWork) -> Case:
    case = uow.cases.find(parse_reference(reference, prefix) or reference)
    if case is None:
        raise CaseworkNotFound(f"there is no case {reference}: check the number")
    return case


def _print_fault(fault: LedgerFault, *, as_json: bool) -> bool:
    row = {"case": fault.reference or None, "kind": fault.kind.value, "says": fault.says}
    typer.echo(json.dumps(row, ensure_ascii=False) if as_json else f"{fault.reference or 'all cases'}: {fault.says}")
    return True


def _tell_progress(done: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{done} cases", nl=False, err=True)


def _is_as_mailed(sealed: str, store: SqlStore) -> bool:
    number, _, digest = sealed.partition(":")
    if not number.isdecimal():
        raise typer.BadParameter("write the seal as NUMBER:DIGEST")
    with store.read() as uow:
        found = uow.ledgers.seals(after=int(number) - 1, limit=1)
    return bool(found) and found[0].id == int(number) and found[0].digest == digest.strip().lower()


def _print_seal(seal: Seal, *, is_new: bool, as_json: bool) -> None:
    row = {"id": seal.id, "at": seal.at.isoformat(), "last_event_id": seal.last_event_id, "digest": seal.digest}
    if as_json:
        typer.echo(json.dumps({**row, "new": is_new}))
        return
    typer.echo(f"seal {seal.id}  {row['at']}  up to event {seal.last_event_id}\n{seal.digest}")
    if not is_new:
        typer.echo("nothing was written since")


def _mark(reference: str, staff: str, reason: str, config: Path | None, *, holds: bool) -> None:
    now = datetime.now(UTC)
    with opened(config) as (settings, store):
        bureau = load_bundle(settings.bundle).bureau

        def mark(uow: UnitOfWork) -> None:
            case = uow.cases.get(_find(reference, bureau.reference_prefix, uow).id, lock=True)
            step = hold if holds else release
            step(case, reason, uow, bureau=bureau, staff=_account(staff, uow), now=now)

        store.write(mark)
    typer.echo(f"{reference} is {'held' if holds else 'no longer held'}, and the ledger says so")


def _account(name: str, uow: UnitOfWork) -> Staff:
    found = uow.accounts.find_staff(name)
    if found is None:
        raise CaseworkNotFound(f"there is no account {name!r}: make it with `sunwindow staff add`")
    return found[0]


def _keeping(settings: Settings, store: SqlStore) -> CaseFileKeeping:
    from runtime.furnishing import office_of
    from runtime.house import open_blobs

    office = office_of(load_bundle(settings.bundle), settings.secret_key.get_secret_value().encode())
    return CaseFileKeeping(store, open_blobs(settings), office, lambda: datetime.now(UTC), settings.data_dir / JOURNAL)
