"""The revisions that an exported bundle brings, read with every fault that they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

from knowledge.fields import Fault
from knowledge.publication import Stage
from knowledge.revision_file import FOLDERS, name_of, read_revision
from knowledge.revisions import Revision, Subject


def read_revisions(folder: Path | Traversable) -> tuple[list[Revision], list[Fault]]:
    """Every revision below `folder`, by subject, slug and number; nothing when the bundle was written by hand."""
    revisions: list[Revision] = []
    faults: list[Fault] = []
    for name, file in _files_of_revisions(folder):
        try:
            revision, found = read_revision(name, file.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError:
            faults.append(Fault(name, 1, "not UTF-8: save the file as UTF-8"))
            continue
        faults += found
        revisions += [revision] if revision is not None else []
    return revisions, faults + _twice_published(revisions)


def _files_of_revisions(folder: Path | Traversable) -> Iterator[tuple[str, Path | Traversable]]:
    for kind in FOLDERS.values():
        for one in _sorted(folder / kind):
            for file in _sorted(one) if one.is_dir() else (one,):
                yield f"{kind}/{one.name}/{file.name}" if one.is_dir() else f"{kind}/{file.name}", file


def _sorted(folder: Path | Traversable) -> Sequence[Path | Traversable]:
    return sorted(folder.iterdir(), key=lambda path: path.name) if folder.is_dir() else ()


def slugs_of_revisions(folder: Path | Traversable) -> frozenset[str]:
    """The entries that the bundle keeps revisions of: those too that were withdrawn and have no procedure any more."""
    below = folder / FOLDERS[Subject.ENTRY]
    return frozenset(entry.name for entry in below.iterdir() if entry.is_dir()) if below.is_dir() else frozenset()


def _twice_published(revisions: list[Revision]) -> list[Fault]:
    published = [revision for revision in revisions if revision.standing.stage is Stage.PUBLISHED]
    counts = Counter((revision.subject, revision.slug) for revision in published)
    return [
        Fault(name_of(revision), 1, f"{revision.slug!r} has two revisions that are published: only one can be")
        for revision in published
        if counts[revision.subject, revision.slug] > 1
    ]
