"""The data directory of an embedded installation, held by one process at a time."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO


class DataDirectoryInUse(Exception):
    """Another process holds the data directory: stop it first, or give this one a directory of its own."""


def hold_data_directory(directory: Path) -> IO[str]:
    """Hold `directory` until the returned file is closed or the process ends, however it ends.

    Holding it proves that no other worker lives, so that leases left by a killed process can be ended at once.
    """
    directory.mkdir(parents=True, exist_ok=True)
    lock = (directory / ".held").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise DataDirectoryInUse(f"{directory} is in use: {DataDirectoryInUse.__doc__}") from error
    return lock
