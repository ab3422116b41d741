"""Erasing personal text by rule: of a case in every table that holds it, and of who wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, and_, cast, delete, exists, literal, or_, select, update

from casework.case import Case
from casework.inbox import InboxState
from casework.kinds import CaseKind
from casework.message import CaseId
from casework.outbox import OutboxKind
from casework.retention import Erasure
from casework.store.case_file_tables import case_signatures, erased_files, erasures
from casework.store.case_queries import case_from
from casework.store.case_words import CaseWords
from casework.store.door_tables import failed_addresses
from casework.store.handling_tables import letters
from casework.store.inserting import insert_into
from casework.store.tables import (
    attachments,
    case_event_texts,
    case_events,
    cases,
    contact_points,
    inbox,
    messages,
    outbox,
    parties,
    raw_mails,
    receipts,
    threads,
)

ERASED = "erased"
"""Stands where an address was and a row must have one."""
_OTHER = cases.alias("other_case")
_WAITING = [InboxState.RECEIVED.value, InboxState.HELD.value, InboxState.SHUNTED.value]


class SqlErasures:
    """`casework.ports.Erasures` over SQL."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction of `connection`."""
        self._connection = connection

    def due(self, kind: CaseKind, *, closed_before: datetime, limit: int, after: CaseId) -> Sequence[Case]:
        """Closed cases of a kind by id that are neither held nor erased, and are merged with none that is not due."""
        goes_on = exists().where(
            _OTHER.c.id == cases.c.merged_into,
            _OTHER.c.erased_at.is_(None),
            or_(_OTHER.c.closed_at.is_(None), _OTHER.c.closed_at >= closed_before, _OTHER.c.held),
        )
        query = (
            select(cases)
            .where(
                cases.c.kind == kind.value,
                cases.c.closed_at.is_not(None),
                cases.c.erased_at.is_(None),
                cases.c.closed_at < closed_before,
                cases.c.held.is_(False),
                cases.c.id > after,
                ~goes_on,
            )
            .order_by(cases.c.id)
            .limit(limit)
        )
        return [case_from(row) for row in self._connection.execute(query)]

    def erase(self, case: Case, *, now: datetime) -> Mapping[str, int]:
        """Erase what a case holds of personal text; how much of each kind. Files that it named wait to be deleted."""
        own = select(messages.c.id).where(messages.c.case_id == case.id)
        arrivals = self._own_arrivals(case)
        counts = {
            "event_texts": self._event_texts(case),
            "attachments": self._attachments(own, now),
            "letters": self._letters(case, now),
            "mails": self._arrivals(arrivals),
            "deliveries": self._deliveries(or_(outbox.c.case_id == case.id, outbox.c.message_id.in_(own))),
            "messages": self._messages(messages.c.case_id == case.id),
        }
        self._run(update(threads).where(threads.c.case_id == case.id).values(subject=""))
        self._run(delete(case_signatures).where(case_signatures.c.case_id == case.id))
        self._run(update(cases).where(cases.c.id == case.id).values(subject="", details={}, erased_at=now))
        CaseWords(self._connection).renew(case.id)
        return {what: count for what, count in counts.items() if count}

    def is_last_of_party(self, case: Case) -> bool:
        """Whether no other case of the same writer still holds its text."""
        others = select(cases.c.id).where(
            cases.c.party_id == case.party_id, cases.c.id != case.id, cases.c.erased_at.is_(None)
        )
        return self._connection.execute(others.limit(1)).first() is None

    def erase_party(self, case: Case, *, now: datetime) -> None:
        """Erase who wrote, where to, and what was said in their conversations outside any case."""
        own = select(threads.c.id).where(threads.c.party_id == case.party_id)
        loose = and_(messages.c.thread_id.in_(own), messages.c.case_id.is_(None))
        self._attachments(select(messages.c.id).where(loose), now)
        arrived = select(messages.c.inbox_id).where(loose, messages.c.inbox_id.is_not(None))
        self._arrivals([row[0] for row in self._connection.execute(arrived)])
        self._deliveries(outbox.c.thread_id.in_(own))
        self._messages(loose)
        self._run(
            delete(failed_addresses).where(
                exists().where(
                    contact_points.c.party_id == case.party_id,
                    contact_points.c.channel == failed_addresses.c.channel,
                    contact_points.c.address == failed_addresses.c.address,
                )
            )
        )
        self._run(delete(contact_points).where(contact_points.c.party_id == case.party_id))
        gone = {"channel": None, "address": None, "chat_key": None, "subject": ""}
        self._run(update(threads).where(threads.c.party_id == case.party_id).values(gone))
        self._run(update(parties).where(parties.c.id == case.party_id).values(name=None))

    def note(self, erasure: Erasure) -> bool:
        """Keep that a case was erased; False when it was noted before."""
        row = {
            "reference": erasure.reference,
            "until_event": erasure.until_event,
            "rule": erasure.rule,
            "at": erasure.at,
            "counts": dict(erasure.counts),
            "party_too": erasure.party_too,
        }
        statement = insert_into(self._connection.dialect.name, erasures).on_conflict_do_nothing(
            index_elements=["reference", "until_event"]
        )
        return self._connection.execute(statement.returning(erasures.c.id), row).first() is not None

    def latest(self, *, limit: int) -> Sequence[Erasure]:
        """What was erased by rule, latest first."""
        query = select(erasures).order_by(erasures.c.id.desc()).limit(limit)
        return [
            Erasure(row.reference, row.until_event, row.rule, row.at, row.counts, row.party_too, row.id)
            for row in self._connection.execute(query)
        ]

    def let_go(self, digests: Iterable[str], now: datetime) -> None:
        """Let files wait to be deleted, unless somebody else names them."""
        statement = insert_into(self._connection.dialect.name, erased_files).on_conflict_do_nothing()
        if rows := [{"sha256": digest, "since": now} for digest in sorted({*digests} - {""})]:
            self._connection.execute(statement, rows)

    def has_files_to_delete(self) -> bool:
        """Whether any file waits to be deleted."""
        return self._connection.execute(select(erased_files.c.sha256).limit(1)).first() is not None

    def files_to_delete(self, *, limit: int, kept: Collection[str] = ()) -> Sequence[str]:
        """Files that erased cases named and that nobody else names; those in `kept` are somebody's."""
        query = select(erased_files.c.sha256).order_by(erased_files.c.since, erased_files.c.sha256).limit(limit)
        found: list[str] = []
        for sha256 in self._connection.execute(query).scalars().all():
            if sha256 in kept or self._is_named(sha256):
                self.file_deleted(sha256)
            else:
                found.append(sha256)
        return found

    def file_deleted(self, sha256: str) -> None:
        """A file that waited to be deleted is gone."""
        self._run(delete(erased_files).where(erased_files.c.sha256 == sha256))

    def _event_texts(self, case: Case) -> int:
        events = select(case_events.c.id).where(case_events.c.case_id == case.id)
        return self._run(delete(case_event_texts).where(case_event_texts.c.event_id.in_(events)))

    def _messages(self, which: Any) -> int:
        empty = {"text": "", "reply": None, "mail_message_id": None, "mail_references": None, "mail_subject": None}
        return self._run(update(messages).where(which).values({**empty, "attached": 0}))

    def _attachments(self, of_messages: Any, now: datetime) -> int:
        which = attachments.c.message_id.in_(of_messages)
        self.let_go(self._connection.execute(select(attachments.c.sha256).where(which)).scalars(), now)
        return self._run(delete(attachments).where(which))

    def _letters(self, case: Case, now: datetime) -> int:
        which = letters.c.case_id == case.id
        for row in self._connection.execute(select(letters.c.pdf_sha256, letters.c.docx_sha256).where(which)).all():
            self.let_go((row[0], row[1]), now)
        gone = {"title": "", "body": "", "facts": {}, "pdf_sha256": "", "docx_sha256": ""}
        return self._run(update(letters).where(which).values(gone))

    def _own_arrivals(self, case: Case) -> list[int]:
        """What came in and belongs to this case alone, or only to others that are erased."""
        others = messages.alias("others")
        shared = exists().where(
            others.c.inbox_id == messages.c.inbox_id,
            others.c.case_id == _OTHER.c.id,
            _OTHER.c.id != case.id,
            _OTHER.c.erased_at.is_(None),
        )
        query = select(messages.c.inbox_id).where(
            messages.c.case_id == case.id, messages.c.inbox_id.is_not(None), ~shared
        )
        return [int(row[0]) for row in self._connection.execute(query.distinct())]

    def _arrivals(self, inbox_ids: Sequence[int]) -> int:
        handled = and_(inbox.c.id.in_(inbox_ids), inbox.c.state.not_in(_WAITING))
        done = [row[0] for row in self._connection.execute(select(inbox.c.id).where(handled))]
        self._run(delete(raw_mails).where(raw_mails.c.inbox_id.in_(done)))
        # A Message-ID may be an address; a letter so old does not come twice.
        named = literal(f"{ERASED}:") + cast(inbox.c.id, Text)
        gone = {
            "external_id": named,
            "conversation": ERASED,
            "message": None,
            "reading": None,
            "parts": None,
            "facts": None,
            "error": "",
        }
        return self._run(update(inbox).where(inbox.c.id.in_(done)).values(gone))

    def _deliveries(self, which: Any) -> int:
        ended = and_(which, outbox.c.state.not_in(("due", "sending")), outbox.c.kind != OutboxKind.NOTICE.value)
        ids = [row[0] for row in self._connection.execute(select(outbox.c.id).where(ended))]
        self._run(update(receipts).where(receipts.c.outbox_id.in_(ids)).values(detail="", external_id=""))
        gone = {"reply": {"text": ""}, "address": ERASED, "subject": "", "in_reply_to": None, "last_error": ""}
        return self._run(update(outbox).where(outbox.c.id.in_(ids)).values(gone))

    def _is_named(self, sha256: str) -> bool:
        """Whether a row of casework names a file; what waits in the inbox names it within its message."""
        naming = (
            select(attachments.c.id).where(attachments.c.sha256 == sha256),
            select(letters.c.id).where(or_(letters.c.pdf_sha256 == sha256, letters.c.docx_sha256 == sha256)),
            select(inbox.c.id).where(inbox.c.state.in_(_WAITING), cast(inbox.c.message, Text).contains(sha256)),
            select(outbox.c.id).where(
                outbox.c.state.in_(("due", "sending")), cast(outbox.c.reply, Text).contains(sha256)
            ),
        )
        return any(self._connection.execute(query.limit(1)).first() is not None for query in naming)

    def _run(self, statement: Any) -> int:
        return int(self._connection.execute(statement).rowcount)
