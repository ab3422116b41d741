"""The files of items within an exported bundle: their bytes, each under its digest as among the blobs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from casework.errors import CaseworkNotFound
from casework.ports import BlobStore
from knowledge.catalogue.item import ItemFile, file_of
from knowledge.errors import KnowledgeRejected
from knowledge.fields import Fault
from knowledge.revision_file import name_of
from knowledge.revisions import Revision

FILES = "item-files"
"""In it the bytes of every file that any revision of an item has, named by their SHA-256."""


class ItemFileLost(KnowledgeRejected):
    """A file is not among the blobs as it was uploaded: put it back from a backup and export again."""

    def __init__(self, revision: str, file: ItemFile) -> None:
        """Name the revision that has it."""
        super().__init__(
            f"{revision}: the file {file.name!r} is not kept here as it was uploaded: "
            f"put the blob {file.sha256} back from a backup and export again"
        )


def digests_of(revisions: Iterable[Revision]) -> tuple[str, ...]:
    """The digest of every file that a revision has, each once."""
    return tuple(sorted({file.sha256 for file in map(file_of, revisions) if file}))


def files_from(blobs: BlobStore, wanted: Mapping[str, tuple[str, ItemFile]]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each file, by digest with the name of a revision that has it; ItemFileLost when one is gone."""
    for digest, (revision, file) in sorted(wanted.items()):
        try:
            contents = blobs.get(digest)
        except CaseworkNotFound as error:
            raise ItemFileLost(revision, file) from error
        if hashlib.sha256(contents).hexdigest() != digest:
            raise ItemFileLost(revision, file)
        yield f"{FILES}/{digest}", contents


def faults_of_files(folder: Path | Traversable, revisions: Iterable[Revision]) -> list[Fault]:
    """Files that revisions of items have and that the bundle does not bring as they were."""
    found: dict[str, int | None] = {}
    faults: list[Fault] = []
    for revision in revisions:
        file = file_of(revision)
        if file is None:
            continue
        if file.sha256 not in found:
            found[file.sha256] = _sound_size(folder, file.sha256)
        if (message := _wrong(file, found[file.sha256])) is not None:
            faults.append(Fault(name_of(revision), 1, message))
    return faults


def _wrong(file: ItemFile, size: int | None) -> str | None:
    place = f"{FILES}/{file.sha256}"
    if size is None:
        return f"the file {file.name!r} is missing or broken: put it back as {place}"
    if size != file.size:
        return f"the file {file.name!r} has {size} bytes in {place}, not {file.size}: mend its size"
    return None


def _sound_size(folder: Path | Traversable, digest: str) -> int | None:
    """How many bytes the file has; None when it is missing or its bytes have another digest."""
    path = folder / FILES / digest
    if not path.is_file():
        return None
    contents = path.read_bytes()
    return len(contents) if hashlib.sha256(contents).hexdigest() == digest else None
