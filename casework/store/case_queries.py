"""Finding cases: by reference, by party, and as a clerk's queue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, false, func, literal_column, or_, select, text

from casework.case import Case, CaseStatus
from casework.disposition import Disposition
from casework.events import EventName
from casework.kinds import CaseKind, PetitionClass
from casework.message import CaseId, StaffId, ThreadId
from casework.party import ChannelName, PartyId
from casework.ports import QueueFilter
from casework.reply_kinds import ApplicantKind, ReplyKind
from casework.rights import Sight
from casework.store.case_words import cases_with
from casework.store.tables import case_events, cases, threads

_AS_THEY_WAIT = (
    cases.c.urgent.desc(),
    case((cases.c.due_on.is_(None), 1), else_=0),
    cases.c.due_on,
    cases.c.id,
)


_INDEX_ALONE = text("SET LOCAL enable_seqscan = off")
_ANY_WAY = text("SET LOCAL enable_seqscan TO DEFAULT")


class CaseQueries:
    """What can be asked about cases."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._reader = connection

    def find(self, reference: str) -> Case | None:
        """The case with this canonical reference."""
        row = self._reader.execute(select(cases).where(cases.c.reference == reference)).first()
        return case_from(row) if row else None

    def several(self, case_ids: Collection[CaseId]) -> Mapping[CaseId, Case]:
        """These cases by id; what does not exist is left out."""
        rows = self._reader.execute(select(cases).where(cases.c.id.in_(case_ids)))
        return {CaseId(row.id): case_from(row) for row in rows}

    def of_party(self, party_id: PartyId, *, limit: int = 20) -> Sequence[Case]:
        """Cases of one party, latest first."""
        query = select(cases).where(cases.c.party_id == party_id).order_by(cases.c.id.desc()).limit(limit)
        return [case_from(row) for row in self._reader.execute(query)]

    def of_thread(self, thread_id: ThreadId) -> Sequence[Case]:
        """Cases whose correspondence runs in this thread, and the one that it was joined to, latest first."""
        joined = select(threads.c.case_id).where(threads.c.id == thread_id).scalar_subquery()
        query = select(cases).where(or_(cases.c.thread_id == thread_id, cases.c.id == joined))
        query = query.order_by(cases.c.id.desc())
        return [case_from(row) for row in self._reader.execute(query)]

    def ratings_by_unit(self, since: datetime, until: datetime) -> Mapping[str, Mapping[int, int]]:
        """How often each grade was given from `since` until before `until`, by the unit that had the case then."""
        unit, grade = case_events.c.facts["unit"].as_string(), case_events.c.facts["grade"].as_integer()
        query = (
            select(unit.label("unit"), grade.label("grade"), func.count().label("number"))
            .where(case_events.c.name == EventName.RATED.value, case_events.c.at >= since, case_events.c.at < until)
            .group_by(unit, grade)
        )
        found: dict[str, dict[int, int]] = {}
        for row in self._reader.execute(query):
            found.setdefault(row.unit, {})[row.grade] = row.number
        return found

    def queue(self, wanted: QueueFilter, *, limit: int, after: int = 0) -> Sequence[Case]:
        """Cases as a clerk should take them: urgent first, then by deadline, then by age; `after` skips so many.

        What is closed comes behind them, the latest first.
        """
        statuses = frozenset(CaseStatus) if wanted.statuses is None else frozenset(wanted.statuses)
        waiting = replace(wanted, statuses=tuple(statuses - {CaseStatus.CLOSED}))
        found: list[CaseId] = []
        if waiting.statuses:
            found += self._ids(waiting, _AS_THEY_WAIT, limit=limit, after=after)
        if CaseStatus.CLOSED in statuses and len(found) < limit:
            before = self.count(waiting) if waiting.statuses else 0
            closed = replace(wanted, statuses=(CaseStatus.CLOSED,))
            found += self._ids(closed, (cases.c.id.desc(),), limit=limit - len(found), after=max(0, after - before))
        by_id = self.several(found)
        return [by_id[case_id] for case_id in found]

    def list_open(self, *, limit: int, after: int = 0) -> Sequence[Case]:
        """Open cases by id, those above `after`."""
        query = (
            select(cases)
            .where(cases.c.status != CaseStatus.CLOSED.value, cases.c.id > after)
            .order_by(cases.c.id)
            .limit(limit)
        )
        return [case_from(row) for row in self._reader.execute(query)]

    def count(self, wanted: QueueFilter, *, most: int | None = None) -> int:
        """How many cases there are of these; counting ends above `most`."""
        query = _filtered(select(cases.c.id), wanted, self._reader.dialect.name)
        counted = (query if most is None else query.limit(most + 1)).subquery()
        (count,) = self._column(select(func.count()).select_from(counted), wanted)
        return int(count)

    def _ids(self, wanted: QueueFilter, order: Sequence[Any], *, limit: int, after: int) -> Sequence[CaseId]:
        """Ids alone: an index holds all that decides, so that no row is read which is not shown."""
        query = _filtered(select(cases.c.id), wanted, self._reader.dialect.name)
        query = query.order_by(*order).limit(limit).offset(after)
        return self._column(query, wanted)

    def _column(self, query: Select[Any], wanted: QueueFilter) -> Sequence[Any]:
        """The one column of a query, with words found by their index whatever the statistics say."""
        by_words = bool(wanted.words) and self._reader.dialect.name == "postgresql"
        if by_words:
            # For a word that many cases have, the walk through the whole table seems cheap, and cuts every text anew.
            self._reader.execute(_INDEX_ALONE)
        found = self._reader.execute(query).scalars().all()
        if by_words:
            self._reader.execute(_ANY_WAY)
        return found

    def accusing(self, sight: Sight) -> frozenset[str]:
        """References of the cases that accuse whoever has this sight, or their unit."""
        accused: ColumnElement[bool] = cases.c.accused_unit.in_(sight.accused_units)
        if sight.accused_staff is not None:
            accused |= cases.c.accused_staff == sight.accused_staff
        return frozenset(self._reader.execute(select(cases.c.reference).where(accused)).scalars())


def _filtered(query: Select[Any], wanted: QueueFilter, dialect: str) -> Select[Any]:
    if wanted.statuses is not None:
        query = query.where(cases.c.status.in_([status.value for status in wanted.statuses]))
    if wanted.kinds is not None:
        query = query.where(cases.c.kind.in_([kind.value for kind in wanted.kinds]))
    if wanted.units is not None:
        query = query.where(cases.c.unit.in_(wanted.units))
    if wanted.sight is not None:
        query = query.where(*_seen(wanted.sight))
    if wanted.assignee is not None:
        query = query.where(cases.c.assignee == wanted.assignee)
    if wanted.unassigned:
        query = query.where(cases.c.assignee.is_(None))
    if wanted.words.strip():
        # What waits is little: its index is walked through rather than every case looked up that has the words.
        is_walked = CaseStatus.CLOSED not in (wanted.statuses or CaseStatus)
        key = cases.c.id + literal_column("0") if is_walked else cases.c.id
        found = [key.in_(ids) for ids in cases_with(wanted.words, dialect)]
        # Signs alone find nothing.
        query = query.where(*found) if found else query.where(false())
    return query


def _seen(sight: Sight) -> list[ColumnElement[bool]]:
    """The conditions that keep from an account what it may not see."""
    found: list[ColumnElement[bool]] = []
    if sight.units is not None:
        own = cases.c.unit.in_(sight.units)
        found.append(own | cases.c.kind.in_([kind.value for kind in sight.kinds]) if sight.kinds else own)
    if sight.accused_units:
        found.append(cases.c.accused_unit.is_(None) | cases.c.accused_unit.not_in(sight.accused_units))
    if sight.accused_staff is not None:
        found.append(cases.c.accused_staff.is_(None) | (cases.c.accused_staff != sight.accused_staff))
    return found


def case_from(row: Any) -> Case:
    """The case in a row of the table."""
    return Case(
        id=CaseId(row.id),
        reference=row.reference,
        kind=CaseKind(row.kind),
        status=CaseStatus(row.status),
        subject=row.subject,
        party_id=PartyId(row.party_id),
        thread_id=ThreadId(row.thread_id),
        channel=ChannelName(row.channel),
        language=row.language,
        opened_at=row.opened_at,
        unit=row.unit,
        assignee=StaffId(row.assignee) if row.assignee is not None else None,
        due_on=row.due_on,
        urgent=row.urgent,
        anonymous=row.anonymous,
        disposition=Disposition(row.disposition) if row.disposition else None,
        closed_at=row.closed_at,
        updated_at=row.updated_at,
        details=row.details,
        version=row.version,
        regime=row.regime,
        received_on=row.received_on,
        applicant=ApplicantKind(row.applicant),
        reply_kind=ReplyKind(row.reply_kind) if row.reply_kind else None,
        petition_class=PetitionClass(row.petition_class) if row.petition_class else None,
        accused_unit=row.accused_unit,
        accused_staff=StaffId(row.accused_staff) if row.accused_staff is not None else None,
        merged_into=CaseId(row.merged_into) if row.merged_into is not None else None,
        rating=row.rating,
        published_at=row.published_at,
        held=row.held,
        erased_at=row.erased_at,
    )
