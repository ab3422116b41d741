"""Taking a whole table into the catalogue: each good row becomes a draft, each bad one a line of the report.

An import is reviewed and published as one, by another person. It goes in small transactions, so that it holds nobody
up; what was taken before a crash stays, and importing the same table again takes only the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Protocol, TypeVar

from knowledge.catalogue.item import Item, ItemFault, body_of, item_of, keep_draft
from knowledge.catalogue.rows import Column, ItemRow, RowFault
from knowledge.errors import KnowledgeConflict
from knowledge.publication import Move, Obstacle, Stage, Standing, obstacle_to
from knowledge.revisions import Revision, Revisions, Subject

T = TypeVar("T")
MOST_FAULTS = 5_000
"""Faults that a report keeps; the rest is counted."""
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of one table."""

    id: int
    name: str
    """Of the file."""
    drafted_by: str
    at: datetime
    taken: int = 0
    unchanged: int = 0
    """Rows that say what the catalogue says already."""
    refused: int = 0
    faults: tuple[RowFault, ...] = ()


class Imports(Protocol):
    """Remembers imports, within the transaction of the caller."""

    def begin(self, name: str, *, by: str, now: datetime) -> int:
        """A new import, with nothing in it yet."""
        ...

    def add(self, import_id: int, drafts: Sequence[Revision]) -> None:
        """These drafts came with it."""
        ...

    def finish(self, report: ImportReport) -> None:
        """Keep how it went."""
        ...

    def get(self, import_id: int) -> ImportReport:
        """One import; KnowledgeNotFound."""
        ...

    def latest(self, *, limit: int) -> Sequence[ImportReport]:
        """Imports, newest first, without their faults."""
        ...

    def members(self, import_id: int, *, after: str = "", limit: int) -> Sequence[Revision]:
        """Its revisions as they are now, by slug."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """What is written to in one transaction."""

    revisions: Revisions
    imports: Imports


class Write(Protocol):
    """Does work in one transaction and waits for its commit; the work may be done again after a conflict."""

    def __call__(self, work: Callable[[Books], T]) -> T:
        """What the work returned."""
        ...


@dataclass(slots=True)
class _Count:
    taken: int = 0
    unchanged: int = 0
    refused: int = 0
    faults: list[RowFault] = field(default_factory=list)

    def refuse(self, faults: Sequence[RowFault]) -> None:
        self.refused += 1
        self.faults += faults[: MOST_FAULTS - len(self.faults)]


def import_rows(
    rows: Iterator[ItemRow | tuple[RowFault, ...]],
    *,
    name: str,
    by: str,
    now: datetime,
    write: Write,
    has_file: Callable[[str], bool],
) -> ImportReport:
    """Draft every good row in the name of `by`; `has_file` says whether a file of that digest is kept here.

    KnowledgeRejected while the table is read leaves what was drafted before: import the mended table again.
    """
    count = _Count()
    first = next(rows, None)
    import_id = write(lambda books: books.imports.begin(name, by=by, now=now))
    known = write(lambda books: frozenset(books.revisions.origins(Subject.ITEM)))
    good = _good(rows if first is None else _chain(first, rows), count, has_file)
    try:
        while batch := list(islice(good, _AT_ONCE)):
            drafts = write(lambda books, batch=batch: _draft(batch, books, import_id, known, by=by, now=now))  # type: ignore[misc]
            count.taken += drafts
            count.unchanged += len(batch) - drafts
    finally:
        faults = tuple(count.faults)
        report = ImportReport(import_id, name, by, now, count.taken, count.unchanged, count.refused, faults)
        write(lambda books: books.imports.finish(report))
    return report


def _chain(first: T, rest: Iterator[T]) -> Iterator[T]:
    yield first
    yield from rest


def _good(
    rows: Iterable[ItemRow | tuple[RowFault, ...]], count: _Count, has_file: Callable[[str], bool]
) -> Iterator[Item]:
    for row in rows:
        if not isinstance(row, ItemRow):
            count.refuse(row)
        elif row.item.file is not None and not has_file(row.item.file.sha256):
            count.refuse((RowFault(row.row, Column.FILE_SHA256, ItemFault.FILE_UNKNOWN, row.item.file.name[:40]),))
        else:
            yield row.item


def _draft(
    items: Sequence[Item], books: Books, import_id: int, known: frozenset[str], *, by: str, now: datetime
) -> int:
    """Draft what is new or says something new; how many that were."""
    drafts: list[Revision] = []
    new = [_as_draft(item, by, now) for item in items if item.slug not in known]
    try:
        books.revisions.enter(new)
        drafts += new
    except KnowledgeConflict:
        # Somebody else brought one of them in the meantime, or this is a repeat after a conflict.
        known = known | {revision.slug for revision in new}
    for item in items:
        if item.slug in known:
            drafts += _draft_again(item, books.revisions, by=by, now=now)
    books.imports.add(import_id, drafts)
    return len(drafts)


def _draft_again(item: Item, revisions: Revisions, *, by: str, now: datetime) -> list[Revision]:
    history = [one for one in revisions.history(Subject.ITEM, item.slug) if one.standing.stage is not Stage.SUPERSEDED]
    if history and history[0].standing.stage is not Stage.WITHDRAWN and item_of(history[0]) == item:
        return []
    return [keep_draft(revisions, item, by=by, now=now)]


def _as_draft(item: Item, by: str, now: datetime) -> Revision:
    standing = Standing(Stage.DRAFT, by, now, item.classification)
    return Revision(Subject.ITEM, item.slug, 1, item.title, item.unit, body_of(item), standing)


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a whole import that was moved."""

    moved: int
    hindered: tuple[tuple[str, Obstacle], ...]
    """Slugs that were left as they are, and why."""


def move_import(
    import_id: int,
    move: Move,
    *,
    by: str,
    now: datetime,
    today: date,
    write: Write,
    reason: str = "",
    review_due_on: date | None = None,
) -> Moved:
    """Carry out one move on everything that came with an import; what stands in the way is told by slug."""
    moved, hindered, after = 0, list[tuple[str, Obstacle]](), ""

    def work(books: Books) -> tuple[int, list[tuple[str, Obstacle]], str]:
        members = books.imports.members(import_id, after=after, limit=_AT_ONCE)
        free, left = list[Revision](), list[tuple[str, Obstacle]]()
        facts = {"by": by, "today": today, "reason": reason, "review_due_on": review_due_on}
        for revision in members:
            obstacle = obstacle_to(move, revision.standing, **facts)  # type: ignore[arg-type]
            if obstacle is None:
                free.append(revision)
            else:
                left.append((revision.slug, obstacle))
        books.revisions.move_all(free, move, now=now, **facts)  # type: ignore[arg-type]
        return len(free), left, members[-1].slug if members else ""

    while True:
        done, left, last = write(work)
        if not last:
            return Moved(moved, tuple(hindered))
        moved, after = moved + done, last
        hindered += left
