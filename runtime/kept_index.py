"""An index kept in a file, so that a start, or a second process, need not build what was built before.

A file is named by everything that its index depends on: the entries, the labelled questions, the caution, and the code
that builds. What does not fit is built anew; a file that cannot be read is no worse than none.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
import structlog

from knowledge.calibration import KnownAnswer
from knowledge.caution import Caution
from knowledge.finder import Finder
from knowledge.searchable import Entry

_MOST_KEPT = 8
log = structlog.get_logger()


def kept_finder(folder: Path, entries: Sequence[Entry], labelled: Sequence[KnownAnswer], caution: Caution) -> Finder:
    """The finder of `entries`, out of `folder` where it is kept there, else built and kept.

    `folder` must be the installation's own: what lies there is trusted as its code is.
    """
    path = folder / f"{_name_of(entries, labelled, caution)}.index"
    return _read(path) or _kept(path, lambda: Finder(entries, caution=caution, labelled=labelled))


def _read(path: Path) -> Finder | None:
    try:
        found = pickle.loads(path.read_bytes())  # noqa: S301 - written by this installation into its own directory
    except FileNotFoundError:
        return None
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the file, the index can be built anew
        log.warning("kept index not read", action="index.not_read", error=type(error).__name__)
        return None
    # What is read was wanted last; a folder that cannot be written serves all the same.
    with contextlib.suppress(OSError):
        path.touch()
    return found if isinstance(found, Finder) else None


def _kept(path: Path, build: Callable[[], Finder]) -> Finder:
    finder = build()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            pickle.dump(finder, part, protocol=pickle.HIGHEST_PROTOCOL)
        Path(part.name).replace(path)
        _leave_newest(path.parent)
    except OSError as error:
        # A full disk must not keep the desk from answering.
        log.warning("index not kept", action="index.not_kept", error=type(error).__name__)
    return finder


def _leave_newest(folder: Path) -> None:
    for old in sorted(folder.glob("*.index"), key=lambda one: one.stat().st_mtime)[:-_MOST_KEPT]:
        old.unlink(missing_ok=True)


def _name_of(entries: Sequence[Entry], labelled: Sequence[KnownAnswer], caution: Caution) -> str:
    lessons = [(question, sorted(slugs)) for question, slugs in labelled]
    told = repr((tuple(entries), lessons, caution, np.__version__, _code()))
    return hashlib.sha256(told.encode()).hexdigest()


@cache
def _code() -> str:
    """The digest of the code and the word lists that build an index."""
    digest = hashlib.sha256()
    for file in _files_of(files("knowledge")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files_of(folder: Traversable) -> list[Traversable]:
    found: list[Traversable] = []
    for item in sorted(folder.iterdir(), key=lambda one: one.name):
        if item.is_dir():
            found += _files_of(item)
        elif item.name.endswith((".py", ".toml")):
            found.append(item)
    return found
