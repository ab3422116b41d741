"""Ids of items that tell by themselves what is counted and by what is sorted: facets, then date, then slug.

An index of words gives ids; with these nothing else need be read to count facets, to narrow by them and to find the
newest, which makes broad words as quick as rare ones.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, insert, literal_column, select, update

from knowledge.catalogue.item import Category, Item
from knowledge.catalogue.search import CatalogueQuery, FacetCell
from knowledge.store.catalogue_tables import catalogue_cells, catalogue_search

_CATEGORIES: Final = {category.value: category for category in Category}
_DAY_BITS: Final = 22
_SLUG_BITS: Final = 24
CELL_SHIFT: Final = _DAY_BITS + _SLUG_BITS
"""Above these bits of an id lies its cell, in them its date and what tells it from others of that day."""
_LAST_SLUG: Final = 2**_SLUG_BITS - 1
_C = catalogue_cells.c
_COUNT: Final = (
    update(catalogue_cells).where(_C.id == bindparam("cell")).values({"items": _C["items"] + bindparam("more")})
)


class Cell(NamedTuple):
    """Items that share all three facets."""

    category: Category
    unit: str
    year: int


def count_cells(connection: Connection, ids: Sequence[int], change: int) -> None:
    """Note that these items came (1) or went (-1)."""
    times = Counter(row_id >> CELL_SHIFT for row_id in ids)
    # In one order, so that two transactions do not wait for each other.
    connection.execute(_COUNT, [{"cell": cell, "more": change * times[cell]} for cell in sorted(times)])


def cells_in_use(connection: Connection) -> list[FacetCell]:
    """How many items share all three facets, everything together."""
    rows = connection.execute(select(_C.category, _C.unit, _C.year, _C["items"]).where(_C["items"] > 0)).all()
    return [FacetCell(_CATEGORIES[category], unit, year, number) for category, unit, year, number in rows]


def cell_of(row_id: ColumnElement[int]) -> ColumnElement[int]:
    """The cell in an id."""
    return row_id.op(">>")(literal_column(str(CELL_SHIFT)))


def day_of(row_id: ColumnElement[int]) -> ColumnElement[int]:
    """The date in an id, as a number that grows with it."""
    return row_id.op(">>")(_SLUG_BITS).op("&")(2**_DAY_BITS - 1)


def all_cells(connection: Connection) -> dict[int, Cell]:
    """Every cell by its id."""
    rows = connection.execute(select(_C.id, _C.category, _C.unit, _C.year)).all()
    return {number: Cell(_CATEGORIES[category], unit, year) for number, category, unit, year in rows}


def chosen_of(query: CatalogueQuery, cells: Mapping[int, Cell]) -> list[int] | None:
    """The cells that the chosen facets leave; None when no facet is chosen."""
    if query.category is None and not query.unit and query.year is None:
        return None
    return [
        number
        for number, cell in cells.items()
        if (query.category is None or query.category is cell.category)
        and (not query.unit or query.unit == cell.unit)
        and (query.year is None or query.year == cell.year)
    ]


def counted(counts: Mapping[int, int], cells: Mapping[int, Cell]) -> list[FacetCell]:
    """Cells with how many items each has."""
    return [FacetCell(*cells[number], count) for number, count in counts.items()]


def assign_ids(connection: Connection, items: Sequence[Item]) -> list[int]:
    """An id that is free for each item; new cells are made as they are needed."""
    numbers = _ensure_cells(connection, {Cell(item.category, item.unit, item.dated_on.year) for item in items})
    wanted = []
    for item in items:
        cell = numbers[Cell(item.category, item.unit, item.dated_on.year)]
        digest = int.from_bytes(hashlib.sha256(item.slug.encode()).digest()[:3], "big")
        wanted.append(cell << CELL_SHIFT | item.dated_on.toordinal() << _SLUG_BITS | digest)
    query = select(catalogue_search.c.id).where(catalogue_search.c.id.in_(wanted))
    taken = set(connection.execute(query).scalars())
    free: list[int] = []
    for row_id in wanted:
        # Two of sixteen million slugs of one day may meet: the next number is free, or the database says so.
        ring = (row_id & ~_LAST_SLUG | (row_id + step) & _LAST_SLUG for step in count())
        free.append(next(candidate for candidate in ring if candidate not in taken))
        taken.add(free[-1])
    return free


def _ensure_cells(connection: Connection, wanted: set[Cell]) -> dict[Cell, int]:
    known = _numbers_of(connection, wanted)
    new = sorted(wanted - known.keys(), key=lambda cell: (cell.category, cell.unit, cell.year))
    if new:
        rows = [{"category": cell.category.value, "unit": cell.unit, "year": cell.year, "items": 0} for cell in new]
        connection.execute(insert(catalogue_cells), rows)
        known = _numbers_of(connection, wanted)
    return known


def _numbers_of(connection: Connection, wanted: set[Cell]) -> dict[Cell, int]:
    """The cells among these that there are; the years and units together name few others."""
    years, units = {cell.year for cell in wanted}, {cell.unit for cell in wanted}
    rows = connection.execute(select(*_C).where(_C.year.in_(years), _C.unit.in_(units)))
    return {Cell(_CATEGORIES[row.category], row.unit, row.year): row.id for row in rows}
