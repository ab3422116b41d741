"""The store of an installation, opened for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casework.store import SqlStore, open_store
from runtime.migrating import require_migrated
from runtime.settings import Settings
from runtime.settings_source import load_settings


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
