"""What every command over the store begins with: the settings, and the store of an installation that is migrated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from casework.store import SqlStore, open_store
from runtime.migrating import require_migrated
from runtime.settings import Settings
from runtime.settings_source import load_settings

Config = Annotated[Path | None, typer.Option("--config", help="Settings file; SUNWINDOW_CONFIG names it otherwise.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def opened(config: Path | None) -> Iterator[tuple[Settings, SqlStore]]:
    """The settings and the store of an installation that is migrated."""
    settings = load_settings(config)
    store = open_store(settings.store_url)
    try:
        require_migrated(store.engine)
        yield settings, store
    finally:
        store.close()
