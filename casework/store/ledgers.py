"""Ledgers as they are kept, read in large pieces for verification; and the seals over them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, String, Text, bindparam, cast, func, insert, select, text, type_coerce

from casework.errors import CaseworkNotFound
from casework.ledger import UNREADABLE, KeptFile, KeptLedger, LedgerRow
from casework.message import CaseId, InboxId
from casework.seal import Seal, SealedEvent
from casework.store.case_file_tables import ledger_seals
from casework.store.handling_tables import letters
from casework.store.tables import attachments, case_event_texts, case_events, cases, messages, reference_numbers

_COLUMNS = (
    "kind",
    "status",
    "opened_at",
    "unit",
    "channel",
    "assignee",
    "disposition",
    "closed_at",
    "version",
    "applicant",
    "reply_kind",
    "petition_class",
    "accused_unit",
    "accused_staff",
    "rating",
    "published_at",
    "held",
    "erased_at",
)
_into = cases.alias("into_case")
_CASES = (
    select(cases.c.id, cases.c.reference, *(cases.c[name] for name in _COLUMNS), _into.c.reference.label("merged_into"))
    .outerjoin(_into, _into.c.id == cases.c.merged_into)
    .order_by(cases.c.id)
)
_LETTER_FILES = (("pdf_sha256", "pdf"), ("docx_sha256", "docx"))


class SqlLedgers:
    """`casework.ports.Ledgers` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def kept(self, *, after: CaseId, limit: int, files: bool = True) -> Sequence[KeptLedger]:
        """The next cases by id with everything that is verified; `files` says whether those are listed too."""
        rows = self._connection.execute(_CASES.where(cases.c.id > after).limit(limit)).all()
        return self._ledgers(rows, files=files)

    def kept_of(self, case_id: CaseId) -> KeptLedger:
        """One case with everything that is verified."""
        rows = self._connection.execute(_CASES.where(cases.c.id == case_id)).all()
        if not rows:
            raise CaseworkNotFound(f"there is no case {case_id}")
        return self._ledgers(rows, files=True)[0]

    def arrivals_of(self, case_id: CaseId) -> Sequence[InboxId]:
        """What came in and belongs to a case, oldest first."""
        query = select(messages.c.inbox_id).where(messages.c.case_id == case_id, messages.c.inbox_id.is_not(None))
        return [InboxId(row[0]) for row in self._connection.execute(query.distinct().order_by(messages.c.inbox_id))]

    def numbers_given(self) -> Mapping[str, tuple[int, int]]:
        """By the beginning of a reference: the last number given, and how many cases there are."""
        found: dict[str, tuple[int, int]] = {}
        for row in self._connection.execute(select(reference_numbers).order_by(*reference_numbers.primary_key)):
            beginning = f"{row.prefix}-{row.year}-"
            of_them = select(func.count()).where(cases.c.reference.startswith(beginning, autoescape=True))
            found[beginning] = (row.last_number, int(self._connection.execute(of_them).scalar_one()))
        return found

    def written_until(self) -> int:
        """The id of the last event, once everything is written that has a lower one."""
        if self._connection.dialect.name == "postgresql":
            # Ids are drawn before the commit: whoever writes now is waited for, and nobody draws one meanwhile.
            self._connection.execute(text("LOCK TABLE case_events IN SHARE MODE"))
        return int(self._connection.execute(select(func.max(case_events.c.id))).scalar() or 0)

    def written(self, *, after: int, until: int, limit: int) -> Sequence[SealedEvent]:
        """Events of all cases by id, after one and up to another."""
        query = (
            select(case_events.c.id, case_events.c.case_id, case_events.c.number, case_events.c.hash)
            .where(case_events.c.id > after, case_events.c.id <= until)
            .order_by(case_events.c.id)
            .limit(limit)
        )
        return [SealedEvent(*row) for row in self._connection.execute(query)]

    def add_seal(self, *, at: datetime, last_event_id: int, digest: str, after: int) -> Seal | None:
        """Keep a seal that continues seal number `after` (0 for the first); None when another one does so already."""
        last = self.last_seal()
        if (last.id if last else 0) != after:
            return None
        row = {"id": after + 1, "at": at, "last_event_id": last_event_id, "digest": digest}
        self._connection.execute(insert(ledger_seals), row)
        return Seal(after + 1, at, last_event_id, digest)

    def seals(self, *, after: int = 0, limit: int = 1_000) -> Sequence[Seal]:
        """Seals by id."""
        query = select(ledger_seals).where(ledger_seals.c.id > after).order_by(ledger_seals.c.id).limit(limit)
        return [Seal(*row) for row in self._connection.execute(query)]

    def last_seal(self) -> Seal | None:
        """The latest seal."""
        row = self._connection.execute(select(ledger_seals).order_by(ledger_seals.c.id.desc()).limit(1)).first()
        return Seal(*row) if row else None

    def _ledgers(self, rows: Sequence[Any], *, files: bool) -> list[KeptLedger]:
        if not rows:
            return []
        first, last = rows[0].id, rows[-1].id
        events = self._events(first, last)
        named = self._files(first, last) if files else {}
        found: list[KeptLedger] = []
        for row in rows:
            columns = {name: getattr(row, name) for name in (*_COLUMNS, "merged_into")}
            found.append(
                KeptLedger(CaseId(row.id), row.reference, columns, events.get(row.id, ()), named.get(row.id, ()))
            )
        return found

    def _events(self, first: int, last: int) -> Mapping[int, list[LedgerRow]]:
        found: dict[int, list[LedgerRow]] = defaultdict(list)
        for row in self._connection.execute(_events(self._connection.dialect.name), {"first": first, "last": last}):
            found[row.case_id].append(
                LedgerRow(
                    row.number,
                    row.name,
                    _instant(row.at),
                    row.actor,
                    _facts(row.facts),
                    row.text_digest,
                    row.previous_hash,
                    row.hash,
                    row.text,
                    row.salt or "",
                )
            )
        return found

    def _files(self, first: int, last: int) -> Mapping[int, list[KeptFile]]:
        found: dict[int, list[KeptFile]] = defaultdict(list)
        attached = (
            select(messages.c.case_id, messages.c.id, attachments.c.sha256)
            .join(attachments, attachments.c.message_id == messages.c.id)
            .where(messages.c.case_id.between(first, last))
            .order_by(attachments.c.id)
        )
        for case_id, message_id, sha256 in self._connection.execute(attached):
            found[case_id].append(KeptFile(sha256, f"attachment of message {message_id}"))
        for row in self._connection.execute(
            select(letters).where(letters.c.case_id.between(first, last)).order_by(letters.c.id)
        ):
            for column, kind in _LETTER_FILES:
                if sha256 := getattr(row, column):
                    found[row.case_id].append(KeptFile(sha256, f"{kind} of letter {row.number}"))
        return found


@cache
def _events(dialect: str) -> Any:
    """Events of a range of cases; what cannot be read comes as it lies there, so that it can be named."""
    at = type_coerce(case_events.c.at, String).label("at") if dialect == "sqlite" else case_events.c.at
    return (
        select(
            case_events.c.case_id,
            case_events.c.number,
            case_events.c.name,
            at,
            case_events.c.actor,
            cast(case_events.c.facts, Text).label("facts"),
            case_events.c.text_digest,
            case_events.c.previous_hash,
            case_events.c.hash,
            case_event_texts.c.text,
            case_event_texts.c.salt,
        )
        .outerjoin(case_event_texts, case_event_texts.c.event_id == case_events.c.id)
        .where(case_events.c.case_id.between(bindparam("first"), bindparam("last")))
        .order_by(case_events.c.case_id, case_events.c.number)
    )


def _instant(kept: object) -> datetime:
    """The time as it lies in the row; the beginning of time for what is none, whose hash then is wrong."""
    if isinstance(kept, datetime):
        return kept
    try:
        return datetime.fromisoformat(str(kept)).replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _facts(kept: str) -> Mapping[str, object]:
    try:
        facts = json.loads(kept)
    except ValueError:
        return UNREADABLE
    return facts if isinstance(facts, dict) else UNREADABLE
