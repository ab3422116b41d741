"""Imports in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from knowledge.catalogue.importing import ImportReport
from knowledge.catalogue.item import ItemFault
from knowledge.catalogue.rows import Column, RowFault
from knowledge.errors import KnowledgeNotFound
from knowledge.revisions import Revision, Subject
from knowledge.store.catalogue_tables import catalogue_import_items, catalogue_imports
from knowledge.store.rows import revision_from
from knowledge.store.tables import revisions

_I = catalogue_imports.c
_M = catalogue_import_items.c


class SqlImports:
    """`knowledge.catalogue.importing.Imports` over one connection; commits nothing itself."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction that is open on `connection`."""
        self._connection = connection

    def begin(self, name: str, *, by: str, now: datetime) -> int:
        """A new import, with nothing in it yet."""
        row = {"name": name, "drafted_by": by, "at": now, "taken": 0, "unchanged": 0, "refused": 0, "faults": []}
        return int(self._connection.execute(insert(catalogue_imports).returning(_I.id), row).scalar_one())

    def add(self, import_id: int, drafts: Sequence[Revision]) -> None:
        """These drafts came with it."""
        if drafts:
            rows = [{"import_id": import_id, "slug": one.slug, "number": one.number} for one in drafts]
            self._connection.execute(insert(catalogue_import_items), rows)

    def finish(self, report: ImportReport) -> None:
        """Keep how it went."""
        values = {
            "taken": report.taken,
            "unchanged": report.unchanged,
            "refused": report.refused,
            "faults": [asdict(fault) for fault in report.faults],
        }
        self._connection.execute(update(catalogue_imports).where(_I.id == report.id).values(values))

    def get(self, import_id: int) -> ImportReport:
        """One import; KnowledgeNotFound."""
        row = self._connection.execute(select(catalogue_imports).where(_I.id == import_id)).one_or_none()
        if row is None:
            raise KnowledgeNotFound(f"there is no import {import_id}: choose one from the list")
        faults = tuple(_fault(fault) for fault in row.faults)
        return ImportReport(row.id, row.name, row.drafted_by, row.at, row.taken, row.unchanged, row.refused, faults)

    def latest(self, *, limit: int) -> Sequence[ImportReport]:
        """Imports, newest first, without their faults."""
        columns = (_I.id, _I.name, _I.drafted_by, _I.at, _I.taken, _I.unchanged, _I.refused)
        rows = self._connection.execute(select(*columns).order_by(_I.id.desc()).limit(limit))
        return [ImportReport(*row) for row in rows]

    def members(self, import_id: int, *, after: str = "", limit: int) -> Sequence[Revision]:
        """Its revisions as they are now, by slug."""
        is_member = (revisions.c.slug == _M.slug) & (revisions.c.number == _M.number)
        query = select(revisions).join(catalogue_import_items, is_member)
        query = query.where(revisions.c.subject == Subject.ITEM.value, _M.import_id == import_id, _M.slug > after)
        return [revision_from(row) for row in self._connection.execute(query.order_by(_M.slug).limit(limit))]


def _fault(row: dict[str, Any]) -> RowFault:
    column = Column(row["column"]) if row["column"] else None
    return RowFault(row["row"], column, ItemFault(row["fault"]), row["found"], row["earlier"])
