"""The revisions that an exported bundle brings, read with every fault that they have."""

from __future__ import annotations

from collections import Counter
from importlib.resources.abc import Traversable
from pathlib import Path

from knowledge.fields import Fault
from knowledge.publication import Stage
from knowledge.revision_file import FOLDER, name_of, read_revision
from knowledge.revisions import Revision


def read_revisions(folder: Path | Traversable) -> tuple[list[Revision], list[Fault]]:
    """Every revision below `folder`, by entry and number; nothing when the bundle was written by hand."""
    revisions: list[Revision] = []
    faults: list[Fault] = []
    below = folder / FOLDER
    for entry in sorted(below.iterdir(), key=lambda path: path.name) if below.is_dir() else ():
        for file in sorted(entry.iterdir(), key=lambda path: path.name) if entry.is_dir() else (entry,):
            name = f"{FOLDER}/{entry.name}/{file.name}" if entry.is_dir() else f"{FOLDER}/{file.name}"
            try:
                revision, found = read_revision(name, file.read_text(encoding="utf-8-sig"))
            except UnicodeDecodeError:
                faults.append(Fault(name, 1, "not UTF-8: save the file as UTF-8"))
                continue
            faults += found
            revisions += [revision] if revision is not None else []
    return revisions, faults + _twice_published(revisions)


def slugs_of_revisions(folder: Path | Traversable) -> frozenset[str]:
    """The entries that the bundle keeps revisions of: those too that were withdrawn and have no procedure any more."""
    below = folder / FOLDER
    return frozenset(entry.name for entry in below.iterdir() if entry.is_dir()) if below.is_dir() else frozenset()


def _twice_published(revisions: list[Revision]) -> list[Fault]:
    published = [revision for revision in revisions if revision.standing.stage is Stage.PUBLISHED]
    counts = Counter(revision.slug for revision in published)
    return [
        Fault(name_of(revision), 1, f"{revision.slug!r} has two revisions that are published: only one can be")
        for revision in published
        if counts[revision.slug] > 1
    ]
