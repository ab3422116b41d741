"""Cases and their ledgers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from casework.case import Case, CaseStatus, status_after
from casework.errors import CaseworkNotFound
from casework.events import CaseEvent, EventName, chained
from casework.filing import Filing
from casework.kinds import CaseKind
from casework.message import CaseId, ThreadId
from casework.party import ChannelName, Language, PartyId
from casework.references import make_reference
from casework.store.case_queries import CaseQueries, case_from
from casework.store.case_words import CaseWords
from casework.store.inserting import insert_into
from casework.store.tables import case_event_texts, case_events, cases, reference_numbers

_LAST_EVENT = (
    select(case_events)
    .where(case_events.c.case_id == bindparam("case_id"))
    .order_by(case_events.c.number.desc())
    .limit(1)
)
_LAST_EVENT_ID = select(func.max(case_events.c.id))
_ADD = insert(cases).returning(cases)
_BY_ID = select(cases).where(cases.c.id == bindparam("of_case"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_CHANGE = update(cases).where(cases.c.id == bindparam("of_case")).values(version=cases.c.version + 1).returning(cases)
_ADD_EVENT = insert(case_events)
_ADD_EVENT_OF_TEXT = _ADD_EVENT.returning(case_events.c.id)
_ADD_TEXT = insert(case_event_texts)
_EVENTS = select(case_events, case_event_texts.c.text, case_event_texts.c.salt).outerjoin(
    case_event_texts, case_event_texts.c.event_id == case_events.c.id
)


class SqlCases(CaseQueries):
    """`casework.ports.Cases` over SQL; how cases are found lies in `CaseQueries`."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        super().__init__(connection)
        self._connection = connection

    def add(
        self,
        kind: CaseKind,
        *,
        prefix: str,
        subject: str,
        party_id: PartyId,
        thread_id: ThreadId,
        channel: ChannelName,
        language: Language,
        unit: str,
        now: datetime,
        year: int,
        urgent: bool,
        anonymous: bool,
        query_code_hash: str,
        details: Mapping[str, str],
        due_on: date | None,
        events: Sequence[CaseEvent],
        filing: Filing,
    ) -> Case:
        """A new case under the next reference of the year, with the first events of its ledger, not numbered yet."""
        status: CaseStatus | None = None
        for event in events:
            status = status_after(status, event.name)
        row = {
            "reference": make_reference(prefix, year, self._next_number(prefix, year)),
            "kind": kind.value,
            "status": (status or CaseStatus.NEW).value,
            "subject": subject.replace("\x00", ""),
            "party_id": party_id,
            "thread_id": thread_id,
            "channel": channel.value,
            "language": language,
            "opened_at": now,
            "updated_at": now,
            "due_on": due_on,
            "unit": unit,
            "urgent": urgent,
            "anonymous": anonymous,
            "details": {slot: words.replace("\x00", "") for slot, words in details.items()},
            "query_code_hash": query_code_hash,
            "version": len(events),
            **_filed(filing),
        }
        case = case_from(self._connection.execute(_ADD, row).one())
        self._write(case.id, events, None)
        CaseWords(self._connection).enter(case.id)
        return case

    def append(
        self,
        case_id: CaseId,
        name: EventName,
        *,
        at: datetime,
        actor: str,
        facts: Mapping[str, object] | None = None,
        text: str | None = None,
        changes: Mapping[str, object] | None = None,
    ) -> Case:
        """Write an event to the ledger, derive the status, apply `changes` to the case's columns, raise its version."""
        case = self.get(case_id, lock=True)
        before = self._last_event(case_id)
        clean = text.replace("\x00", "") if text is not None else None
        self._write(case_id, (CaseEvent(0, name, at, actor, dict(facts or {}), clean),), before)
        status = status_after(case.status if before else None, name)
        values = {**(changes or {}), "status": status.value, "updated_at": at, "of_case": case_id}
        if name is EventName.REOPENED:
            # What is written from now on has a time of its own.
            values["erased_at"] = None
        return case_from(self._connection.execute(_CHANGE, values).one())

    def get(self, case_id: CaseId, *, lock: bool = False) -> Case:
        """The case; CaseworkNotFound."""
        row = self._connection.execute(_BY_ID_LOCKED if lock else _BY_ID, {"of_case": case_id}).first()
        if row is None:
            raise CaseworkNotFound(f"there is no case {case_id}")
        return case_from(row)

    def query_code_hash(self, case_id: CaseId) -> str:
        """What is stored of the case's query code."""
        query = select(cases.c.query_code_hash).where(cases.c.id == case_id)
        return str(self._connection.execute(query).scalar_one())

    def events(self, case_id: CaseId) -> Sequence[CaseEvent]:
        """The whole ledger of a case, in order."""
        query = _EVENTS.where(case_events.c.case_id == case_id).order_by(case_events.c.number)
        return [_event(row) for row in self._connection.execute(query)]

    def all_events(self, *, after: int, limit: int) -> Sequence[tuple[int, CaseId, CaseEvent]]:
        """Events of all cases as (id, case, event) by id: the audit trail."""
        query = _EVENTS.where(case_events.c.id > after).order_by(case_events.c.id).limit(limit)
        return [(row.id, CaseId(row.case_id), _event(row)) for row in self._connection.execute(query)]

    def last_event_id(self) -> int:
        """The id of the latest event of any case, 0 before the first: the same as long as nothing happens."""
        return int(self._connection.execute(_LAST_EVENT_ID).scalar_one() or 0)

    def erase_text(self, case_id: CaseId, number: int) -> None:
        """Erase the personal text of one event; its digest stays."""
        event = select(case_events.c.id).where(case_events.c.case_id == case_id, case_events.c.number == number)
        self._connection.execute(delete(case_event_texts).where(case_event_texts.c.event_id.in_(event)))

    def _next_number(self, prefix: str, year: int) -> int:
        row = {"prefix": prefix, "year": year, "last_number": 1}
        return int(self._connection.execute(_count_up(self._connection.dialect.name), row).scalar_one())

    def _last_event(self, case_id: CaseId) -> CaseEvent | None:
        row = self._connection.execute(_LAST_EVENT, {"case_id": case_id}).first()
        return _event(row) if row else None

    def _write(self, case_id: CaseId, events: Sequence[CaseEvent], before: CaseEvent | None) -> None:
        """Chain these events to the one before them, and keep them."""
        wordless: list[dict[str, Any]] = []
        for bare in events:
            before = event = chained(bare, before, secrets.token_hex(16))
            if event.text is None:
                wordless.append(_event_row(case_id, event))
            else:
                self._write_rows(wordless)
                event_id = self._connection.execute(_ADD_EVENT_OF_TEXT, _event_row(case_id, event)).scalar_one()
                self._connection.execute(_ADD_TEXT, {"event_id": event_id, "text": event.text, "salt": event.salt})
        self._write_rows(wordless)

    def _write_rows(self, rows: list[dict[str, Any]]) -> None:
        """Insert these in one go, and take them from the list."""
        if rows:
            self._connection.execute(_ADD_EVENT, list(rows))
            rows.clear()


def _filed(filing: Filing) -> dict[str, Any]:
    return {
        "regime": filing.regime,
        "received_at": filing.received_at,
        "received_on": filing.received_on,
        "applicant": filing.applicant.value,
        "accused_unit": filing.accused_unit,
    }


def _event_row(case_id: CaseId, event: CaseEvent) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "number": event.number,
        "name": event.name.value,
        "at": event.at,
        "actor": event.actor,
        "facts": dict(event.facts),
        "text_digest": event.text_digest,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def _event(row: Any) -> CaseEvent:
    return CaseEvent(
        number=row.number,
        name=EventName(row.name),
        at=row.at,
        actor=row.actor,
        facts=row.facts,
        text=getattr(row, "text", None),
        text_digest=row.text_digest,
        salt=getattr(row, "salt", None) or "",
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


@cache
def _count_up(dialect: str) -> Any:
    """The first number of a year, or the next one."""
    return (
        insert_into(dialect, reference_numbers)
        .on_conflict_do_update(
            index_elements=["prefix", "year"], set_={"last_number": reference_numbers.c.last_number + 1}
        )
        .returning(reference_numbers.c.last_number)
    )
