"""Commands that bring mail in: an archive, and one visit to the mailbox that is fetched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from casework.store import SqlStore
    from mail_gateway.understanding import MailRoom
    from runtime.settings import Settings

Config = Annotated[Path | None, typer.Option("--config", help="Settings file; SUNWINDOW_CONFIG names it otherwise.")]


def add_commands(app: typer.Typer) -> None:
    """Add the commands to `sunwindow mail`."""
    app.command("import")(import_archive)
    app.command("fetch")(fetch)


def import_archive(
    paths: Annotated[
        list[Path], typer.Argument(metavar="MBOX|DIR…", help="An mbox, a Maildir, a mail, or a folder of them.")
    ],
    answer: Annotated[
        bool, typer.Option("--answer", help="Treat them as if they had just come: receipts and answers are sent.")
    ] = False,
    recipient: Annotated[
        str, typer.Option(help="Mailbox of ours that mails are for which name none; the first of the bundle otherwise.")
    ] = "",
    config: Config = None,
) -> None:
    """Take an archive of mail in, each letter once. Nobody is written to; letters wait for a clerk."""
    from runtime.archive_files import mails_of
    from runtime.mail_import import MailImport

    missing = [path for path in paths if not path.exists()]
    for path in missing:
        typer.echo(f"sunwindow: there is no file or folder {path}", err=True)
    with _opened(config) as (settings, store, room):
        if recipient and not room.mailboxes.is_ours(recipient):
            ours = ", ".join(room.mailboxes.addresses)
            raise typer.BadParameter(f"--recipient {recipient} is no mailbox of the bureau's: {ours}")
        taking = MailImport(store, room, datetime.now(UTC), recipient, is_answered=answer)
        mails = (
            mail for path in paths if path not in missing for mail in mails_of(path, max_bytes=settings.smtp.max_size)
        )
        imported = taking.run(mails, lambda name, why: typer.echo(f"sunwindow: {name} {why}", err=True))
    waits = "as if they had just come" if answer else "held for a clerk, without a receipt"
    typer.echo(f"taken in: {imported.new} ({waits}); known: {imported.known}; not taken in: {len(imported.faults)}")
    if missing or imported.faults:
        raise typer.Exit(1)


def fetch(config: Config = None) -> None:
    """Fetch once from the mailbox that `imap.host` names, to try its settings; the worker does it all the time."""
    from runtime.mail_ways import open_fetcher

    with _opened(config) as (settings, store, room):
        fetcher = open_fetcher(settings, room, store, threading.Event())
        if fetcher is None:
            raise typer.BadParameter("no mailbox is fetched: set imap.host, imap.user and imap.password")
        fetched = fetcher.fetch(datetime.now(UTC))
    typer.echo(
        f"new: {fetched.new}; known: {fetched.known}; archived: {fetched.archived}; "
        f"not fetched: {fetched.not_fetched}; to be asked for again: {fetched.owed}"
    )


@contextmanager
def _opened(config: Path | None) -> Iterator[tuple[Settings, SqlStore, MailRoom]]:
    """The settings, the store and the mail room of an installation that is migrated."""
    from casework.store import open_store
    from mail_gateway.understanding import open_mail_room
    from runtime.bundle import load_bundle
    from runtime.furnishing import furnish, know
    from runtime.house import open_blobs
    from runtime.migrating import require_migrated
    from runtime.settings_source import load_settings

    settings = load_settings(config)
    bundle = load_bundle(settings.bundle)
    store = open_store(settings.store_url)
    try:
        require_migrated(store.engine)
        # Nothing is answered here, so that what the bureau knows is not needed.
        office = furnish(bundle, settings.secret_key.get_secret_value().encode(), lambda: know(bundle)).office
        yield settings, store, open_mail_room(office, open_blobs(settings))
    finally:
        store.close()
