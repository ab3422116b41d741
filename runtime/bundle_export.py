"""The bundle as it stands now: the bureau's own files as they are, what is published, and every revision of it."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from casework.store import SqlStore
from knowledge.bodies import tree_of
from knowledge.composing import compose_file
from knowledge.publication import Stage
from knowledge.revision_file import FOLDER, compose_revision, name_of
from knowledge.revisions import Revision, Subject
from knowledge.store import SqlRevisions

PROCEDURES = "procedures"
_KEPT_ELSEWHERE = frozenset({PROCEDURES, FOLDER})
_STAMP = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a ZIP: the same contents make the same bytes."""


class ExportRefused(Exception):
    """The bundle cannot be written there: name a folder that does not exist yet."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        super().__init__(f"{folder} exists and is not empty: name a folder that does not exist yet")


def compose_bundle(source: Path | Traversable, store: SqlStore) -> Mapping[str, bytes]:
    """Every file of the bundle by its path, in order; what was drafted, reviewed and withdrawn too."""
    found = dict(_own_files(source, ""))
    with store.read() as uow:
        for revision in SqlRevisions(uow.connection).all(Subject.ENTRY):
            found |= _files_of(revision)
    return dict(sorted(found.items()))


def export_bundle(source: Path | Traversable, store: SqlStore, folder: Path) -> int:
    """Write the bundle into a new folder, wholly or not at all, and return how many files it has."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportRefused(folder)
    files = compose_bundle(source, store)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, contents in files.items():
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents)
        partial.chmod(0o755)
        partial.replace(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return len(files)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files in one ZIP."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in files.items():
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
    if revision.standing.stage is Stage.PUBLISHED:
        files[f"{PROCEDURES}/{revision.slug}.toml"] = compose_file(tree_of(revision.body)).encode()
    return files
