"""What people do to items of the disclosure catalogue: drafting, amending, moving them, one by one or an import whole.

Rights and refusals are those of entries (`admin_api.publishing`). The console and the API share every rule of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import IO, TypeVar

from admin_api.access import Context
from admin_api.errors import AdminConflict, AdminRejected
from admin_api.publishing import NEEDED, Editor, Right, carry_out, find, may
from casework.errors import CaseworkNotFound
from casework.ports import BlobStore, UnitOfWork
from casework.staff import Staff
from knowledge.catalogue.importing import Books, ImportReport, Moved, import_rows, move_import
from knowledge.catalogue.item import Item, body_of, item_of, keep_draft
from knowledge.catalogue.rows import HEADERS, Column, RowFault, read_cells, read_rows, row_of, unquote
from knowledge.catalogue.tables import MOST_ROWS, open_table
from knowledge.publication import Move, Stage
from knowledge.revisions import Revision, Subject
from knowledge.text import Language

T = TypeVar("T")


class ItemFileLost(AdminRejected):
    """The file of the item is not kept here any more: upload it again."""


class ItemFaulty(AdminRejected):
    """The item has faults that must be mended before it can be kept."""

    def __init__(self, faults: Iterable[RowFault]) -> None:
        """List every fault by its column."""
        self.faults = tuple(faults)
        said = "; ".join(f"{fault.column or 'item'}: {fault.fault.value}" for fault in self.faults)
        super().__init__(f"the item cannot be kept: {said}")


def read_item(editor: Editor, cells: Mapping[Column, str]) -> Item:
    """The item that cells describe; ItemFaulty says everything that is wrong with them."""
    read = read_cells(cells, units=units_to_draft_for(editor.staff, editor.context), today=editor.today)
    if not isinstance(read, Item):
        raise ItemFaulty(read)
    return read


def draft_item(editor: Editor, item: Item, *, note: str = "", after: int | None = None) -> Revision:
    """A new draft made from revision `after`, 0 for a new item; KnowledgeConflict when there is a later one."""
    history = editor.revisions.history(Subject.ITEM, item.slug)
    for unit in {item.unit, *(one.unit for one in history[:1])}:
        editor.require(Right.DRAFT, unit)
    if after == 0 and history:
        raise AdminConflict(f"the slug {item.slug!r} is taken: choose another, or edit the item that has it")
    return keep_draft(editor.revisions, item, by=editor.staff.name, now=editor.now, note=note, after=after)


def amend_item(editor: Editor, item: Item, number: int, *, note: str = "", edits: int | None) -> Revision:
    """New contents for a draft, as it was after so many `edits`; AdminConflict when it was changed since."""
    revision = find(editor, item.slug, number, edits, Subject.ITEM)
    for unit in {item.unit, revision.unit}:
        editor.require(Right.DRAFT, unit)
    if revision.standing.stage is not Stage.DRAFT:
        raise AdminConflict(f"revision {number} of {item.slug!r} is no draft any more: edit it as a new draft")
    changed = replace(
        revision,
        title=item.title,
        unit=item.unit,
        body=body_of(item),
        note=note or revision.note,
        standing=replace(revision.standing, classification=item.classification),
    )
    return editor.revisions.amend(changed, by=editor.staff.name, now=editor.now)


def move_item(
    editor: Editor,
    slug: str,
    number: int,
    move: Move,
    *,
    edits: int | None = None,
    reason: str = "",
    review_due_on: date | None = None,
) -> Revision:
    """Carry out a move; RightMissing, MoveRefused or ItemFileLost say what is in the way."""

    def check(revision: Revision) -> None:
        file = item_of(revision).file
        if file is not None and move in {Move.REVIEW, Move.PUBLISH} and not is_kept(file.sha256, editor.context.blobs):
            raise ItemFileLost

    revision = find(editor, slug, number, edits, Subject.ITEM)
    return carry_out(editor, revision, move, reason=reason, review_due_on=review_due_on, check=check)


def units_to_draft_for(staff: Staff, context: Context) -> dict[str, str]:
    """The slug for each name of a unit whose items the account may draft."""
    bureau = context.office.bureau
    able = [unit for unit in bureau.units if may(staff, Right.DRAFT, unit.slug, bureau)]
    return {name: unit.slug for unit in able for name in (unit.slug, unit.name.zh, unit.name.en)}


def import_items(
    name: str, file: IO[bytes], *, staff: Staff, context: Context, most_rows: int = MOST_ROWS
) -> ImportReport:
    """Draft every good row of a table; KnowledgeRejected when the table itself cannot be used."""
    now = context.clock()
    rows = read_rows(
        open_table(name, file, most_rows=most_rows),
        units=units_to_draft_for(staff, context),
        today=context.office.bureau.calendar.local_date(now),
    )
    return import_rows(
        rows,
        name=name,
        by=staff.name,
        now=now,
        write=_Writing(context),
        has_file=lambda sha256: is_kept(sha256, context.blobs),
    )


def move_whole_import(
    import_id: int, move: Move, *, staff: Staff, context: Context, reason: str = "", review_due_on: date | None = None
) -> Moved:
    """One move on everything that came with an import; RightMissing unless the account may move items of all units."""
    bureau, now = context.office.bureau, context.clock()
    with context.store.read() as uow:
        context.imports(uow).get(import_id)
        editor = Editor(staff, context, uow, now)
        for unit in bureau.units:
            editor.require(NEEDED[move], unit.slug)
    return move_import(
        import_id,
        move,
        by=staff.name,
        now=now,
        today=bureau.calendar.local_date(now),
        write=_Writing(context),
        reason=reason,
        review_due_on=review_due_on,
    )


def export_items(revisions: Iterable[Revision], language: Language) -> Iterator[str]:
    """The items as lines of CSV, which `import_items` takes in as they were; no cell can be taken for a formula."""
    yield "\ufeff" + compose_row([HEADERS[column][0] if language == "zh" else column.value for column in Column])
    for revision in revisions:
        yield compose_row(row_of(item_of(revision)).values())


def compose_row(cells: Iterable[str]) -> str:
    """One line of CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def is_kept(sha256: str, blobs: BlobStore) -> bool:
    """Whether a file of this digest is among the blobs."""
    try:
        blobs.get(sha256)
    except CaseworkNotFound:
        return False
    return True


def cells_of(item: Item) -> Mapping[Column, str]:
    """An item as its form shows it."""
    return {column: unquote(cell) for column, cell in row_of(item).items()}


@dataclass(frozen=True, slots=True)
class _Writing:
    """`knowledge.catalogue.importing.Write` over the store of a context."""

    context: Context

    def __call__(self, work: Callable[[Books], T]) -> T:
        """What the work returned, after its commit."""

        def over(uow: UnitOfWork) -> T:
            return work(Books(self.context.revisions(uow), self.context.imports(uow)))

        return self.context.store.write(over)
