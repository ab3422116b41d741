"""The commands that take the bureau's bundle out of the store and in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from casework.store import SqlStore, open_store
from runtime.bundle import demo_bundle
from runtime.migrating import migrate, require_migrated
from runtime.settings import Environment, Settings
from runtime.settings_source import load_settings

bundle_app = typer.Typer(no_args_is_help=True)
Config = Annotated[Path | None, typer.Option("--config", help="Settings file; SUNWINDOW_CONFIG names it otherwise.")]


@bundle_app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")], config: Config = None
) -> None:
    """Write the bundle as it stands: every revision, and the files of items. Safe while the product runs."""
    from runtime.bundle_export import export_bundle
    from runtime.house import open_blobs

    settings = load_settings(config)
    with _opened(settings) as store:
        count = export_bundle(settings.bundle or demo_bundle(), store, open_blobs(settings), folder)
    typer.echo(f"{folder}: {count} files")


@bundle_app.command("import")
def take_in(
    folder: Annotated[Path, typer.Argument(help="Folder of an exported bundle.")], config: Config = None
) -> None:
    """Enter every revision of an exported bundle, or nothing and every fault by file and line."""
    from runtime.bundle_import import import_bundle
    from runtime.house import now, open_blobs

    settings = load_settings(config)
    with _opened(settings) as store:
        imported = import_bundle(folder, store, open_blobs(settings), now=now())
    entered = imported.entered
    typer.echo(
        f"{folder}: {imported.revisions} revisions, "
        f"{len(entered.published)} procedures published, {len(entered.drafted)} to be reviewed"
    )


@contextmanager
def _opened(settings: Settings) -> Iterator[SqlStore]:
    """The store, at the shape that this release needs; an embedded one is made when it is not there."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.store_url)
    try:
        if settings.environment is Environment.PRODUCTION or not settings.is_sqlite:
            require_migrated(store.engine)
        else:
            migrate(store.engine)
        yield store
    finally:
        store.close()
