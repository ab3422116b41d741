"""Taking an exported bundle in: all of it or nothing, and every fault by file and line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from casework.bundle import Fault as BundleFault
from casework.ports import BlobStore
from casework.store import SqlStore, SqlUnitOfWork
from knowledge.fields import Fault
from knowledge.revision_file import name_of
from knowledge.revisions import Revision, Subject
from knowledge.store import IndexedRevisions, SqlRevisions
from runtime.bundle import BundleRefused, load_bundle
from runtime.bundle_files import FILES, digests_of, faults_of_files
from runtime.bundle_revisions import read_revisions
from runtime.entering import Entered, enter_within


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in."""

    revisions: int
    """Revisions that were not here."""
    entered: Entered
    """Procedures whose files say something else than the revisions."""


def import_bundle(folder: Path, store: SqlStore, blobs: BlobStore, *, now: datetime) -> Imported:
    """Enter every revision of an exported bundle, then its procedures where they were edited since.

    The files of items are kept first, so that no item is ever without its own.

    BundleRefused, with nothing changed, when anything has a fault or says otherwise than what is here.
    """
    bundle = load_bundle(folder)
    revisions, faults = read_revisions(folder)
    _refuse(folder, [*faults, *faults_of_files(folder, revisions)])
    for digest in digests_of(revisions):
        blobs.put((folder / FILES / digest).read_bytes())

    def work(uow: SqlUnitOfWork) -> Imported:
        kept = IndexedRevisions(uow.connection)
        for subject in Subject:
            kept.hold(subject)
        fresh = _unknown(kept, revisions, folder)
        return Imported(kept.enter(fresh), enter_within(uow, bundle.library, now=now))

    return store.write(work)


def _unknown(kept: SqlRevisions, revisions: Sequence[Revision], folder: Path) -> list[Revision]:
    """The revisions that are not here yet; BundleRefused when one is here and says something else."""
    here: dict[tuple[Subject, str], Mapping[int, Revision]] = {}
    slugs = {subject: kept.origins(subject).keys() for subject in Subject}
    fresh, faults = [], []
    for revision in revisions:
        key = revision.subject, revision.slug
        if key not in here:
            here[key] = {one.number: one for one in kept.history(*key)} if revision.slug in slugs[key[0]] else {}
        known = here[key].get(revision.number)
        if known is None:
            fresh.append(revision)
        elif _without_edits(known) != _without_edits(revision):
            message = "another text has this number here: import into an empty store, or leave this folder out"
            faults.append(Fault(name_of(revision), 1, message))
    _refuse(folder, faults)
    return fresh


def _without_edits(revision: Revision) -> Revision:
    return replace(revision, edits=0)


def _refuse(folder: Path, faults: Sequence[Fault]) -> None:
    if faults:
        raise BundleRefused(folder, tuple(BundleFault(one.file, one.line, one.message) for one in faults))
