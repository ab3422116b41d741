"""Signatures of cases: looked up by value, latest first, a bounded number for each, however many cases there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, column, func, insert, select, true

from casework.case import Case
from casework.kinds import CaseKind
from casework.message import CaseId
from casework.store.case_file_tables import case_signatures
from casework.store.case_queries import case_from
from casework.store.tables import cases

_MOST_OF_ONE_VALUE: Final = 40
"""What many texts share, as the words of a form, tells nothing apart."""
_ADD = insert(case_signatures)
_SHARING = (
    select(case_signatures.c.case_id)
    .where(case_signatures.c.value == bindparam("wanted"))
    .order_by(case_signatures.c.case_id.desc())
    .limit(_MOST_OF_ONE_VALUE)
)

_VALUES = (
    func.unnest(bindparam("wanted", type_=ARRAY(BigInteger))).table_valued(column("value", BigInteger)).render_derived()
)
_LATEST = (
    select(case_signatures.c.case_id)
    .where(case_signatures.c.value == _VALUES.c.value)
    .order_by(case_signatures.c.case_id.desc())
    .limit(_MOST_OF_ONE_VALUE)
    .lateral()
)
_SHARING_MANY = select(_VALUES.c.value, _LATEST.c.case_id).select_from(_VALUES.join(_LATEST, true()))


class SqlSignatures:
    """`casework.ports.Signatures` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def add(self, case_id: CaseId, values: Sequence[int]) -> None:
        """Keep the signature of a case's words."""
        if values:
            self._connection.execute(_ADD, [{"value": value, "case_id": case_id} for value in values])

    def nearest(self, wanted: Mapping[CaseId, Sequence[int]], *, limit: int) -> Mapping[CaseId, Sequence[CaseId]]:
        """For each of these cases the others that share most values with it, latest first among equals."""
        sharing = self._sharing({value for values in wanted.values() for value in values})
        found: dict[CaseId, Sequence[CaseId]] = {}
        for case_id, values in wanted.items():
            shared = Counter(other for value in values for other in sharing.get(value, ()) if other != case_id)
            found[case_id] = sorted(shared, key=lambda other, by=shared: (-by[other], -other))[:limit]  # type: ignore[misc]
        return found

    def _sharing(self, values: Collection[int]) -> Mapping[int, Sequence[CaseId]]:
        """The latest cases with each value: in one question where one can be asked, a round trip costs more."""
        if self._connection.dialect.name != "postgresql":
            return {value: self._connection.execute(_SHARING, {"wanted": value}).scalars().all() for value in values}
        found: dict[int, list[CaseId]] = {}
        for row in self._connection.execute(_SHARING_MANY, {"wanted": list(values)}):
            found.setdefault(row.value, []).append(CaseId(row.case_id))
        return found

    def alike(self, values: Sequence[int], *, kind: CaseKind, since: datetime, limit: int) -> Sequence[Case]:
        """The latest cases of a kind opened since then that share a value, those that share most first."""
        shared: Counter[int] = Counter()
        for value in values:
            shared.update(self._connection.execute(_SHARING, {"wanted": value}).scalars())
        nearest = sorted(shared, key=lambda case_id: (-shared[case_id], -case_id))[: 4 * limit]
        query = select(cases).where(
            cases.c.id.in_(nearest),
            cases.c.kind == kind.value,
            cases.c.opened_at >= since,
            cases.c.erased_at.is_(None),
        )
        found = {row.id: case_from(row) for row in self._connection.execute(query)}
        return [found[case_id] for case_id in nearest if case_id in found][:limit]
