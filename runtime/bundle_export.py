"""The bundle as it stands now: the bureau's own files as they are, every revision, and the files of items."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path

from casework.ports import BlobStore
from casework.store import SqlStore
from knowledge.bodies import tree_of
from knowledge.catalogue.item import ItemFile, file_of
from knowledge.composing import compose_file
from knowledge.publication import Stage
from knowledge.revision_file import FOLDERS, compose_revision, name_of
from knowledge.revisions import Revision, Subject
from knowledge.store import SqlRevisions
from runtime.bundle_files import FILES, files_from

PROCEDURES = "procedures"
_KEPT_ELSEWHERE = frozenset({PROCEDURES, FILES, *FOLDERS.values()})
_STAMP = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a ZIP: the same contents make the same bytes."""


class ExportRefused(Exception):
    """The bundle cannot be written there: name a folder that does not exist yet."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        super().__init__(f"{folder} exists and is not empty: name a folder that does not exist yet")


def compose_bundle(source: Path | Traversable, store: SqlStore, blobs: BlobStore) -> Iterator[tuple[str, bytes]]:
    """Path and contents of every file of the bundle; what was drafted, reviewed and withdrawn too.

    Always in the same order, and one after the other: together they may be more than memory holds.
    """
    yield from sorted(_own_files(source, ""))
    wanted: dict[str, tuple[str, ItemFile]] = {}
    with store.read() as uow:
        kept = SqlRevisions(uow.connection)
        for revision in chain.from_iterable(kept.all(subject) for subject in Subject):
            yield from _files_of(revision).items()
            if (file := file_of(revision)) is not None:
                wanted.setdefault(file.sha256, (name_of(revision), file))
    yield from files_from(blobs, wanted)


def export_bundle(source: Path | Traversable, store: SqlStore, blobs: BlobStore, folder: Path) -> int:
    """Write the bundle into a new folder, wholly or not at all, and return how many files it has."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportRefused(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    count = 0
    try:
        for name, contents in compose_bundle(source, store, blobs):
            count += 1
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents)
        partial.chmod(0o755)
        partial.replace(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return count


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The files in one ZIP."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in files:
            archive.writestr(zipfile.ZipInfo(name, _STAMP), contents, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _own_files(folder: Path | Traversable, above: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = f"{above}{entry.name}"
        if name in _KEPT_ELSEWHERE or entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _own_files(entry, f"{name}/")
        else:
            yield name, entry.read_bytes()


def _files_of(revision: Revision) -> dict[str, bytes]:
    files = {name_of(revision): compose_revision(revision).encode()}
    if revision.subject is Subject.ENTRY and revision.standing.stage is Stage.PUBLISHED:
        files[f"{PROCEDURES}/{revision.slug}.toml"] = compose_file(tree_of(revision.body)).encode()
    return files
