"""The ledger of a case: numbered events that are never edited, each carrying the hash of the one before.

Personal text is kept apart and only its salted digest is hashed, so that it can be erased without breaking the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

GENESIS = "0" * 64
"""What the first event of a case carries as the hash before it."""


class EventName(StrEnum):
    """Everything that can happen to a case."""

    OPENED = "case.opened"
    MESSAGE_RECEIVED = "message.received"
    MESSAGE_EDITED = "message.edited"
    ASSIGNED = "case.assigned"
    TRANSFERRED = "case.transferred"
    SPLIT = "case.split"
    NOTE_ADDED = "note.added"
    REPLY_SENT = "reply.sent"
    REPLY_DELIVERED = "reply.delivered"
    REPLY_FAILED = "reply.failed"
    REPLY_REPEATED = "reply.repeated"
    ADDRESS_ALLOWED = "address.allowed"
    TAKEN_OVER = "conversation.taken_over"
    GIVEN_BACK = "conversation.given_back"
    DEADLINE_SET = "deadline.set"
    CLASSIFIED = "case.classified"
    RECEIPT_CONFIRMED = "receipt.confirmed"
    SUPPLEMENT_ASKED = "supplement.asked"
    SUPPLEMENT_CAME = "supplement.came"
    THIRD_PARTY_ASKED = "third_party.asked"
    THIRD_PARTY_ANSWERED = "third_party.answered"
    ORGAN_ASKED = "organ.asked"
    ORGAN_ANSWERED = "organ.answered"
    EXTENSION_PROPOSED = "extension.proposed"
    EXTENSION_GRANTED = "extension.granted"
    EXTENSION_REFUSED = "extension.refused"
    FEE_ASKED = "fee.asked"
    FEE_PAID = "fee.paid"
    ACCEPTED = "case.accepted"
    NOT_ACCEPTED = "case.not_accepted"
    TRANSFER_OBJECTED = "transfer.objected"
    REDACTION_BEGUN = "redaction.begun"
    REDACTION_DRAWN = "redaction.drawn"
    REDACTION_MADE = "redaction.made"
    DRAFTED = "draft.made"
    DRAFT_REVIEWED = "draft.reviewed"
    DRAFT_CLEARED = "draft.cleared"
    DRAFT_RETURNED = "draft.returned"
    DECIDED = "case.decided"
    REVIEW_ASKED = "review.asked"
    REVIEW_DECIDED = "review.decided"
    WITHDRAWN = "case.withdrawn"
    LINKED = "case.linked"
    MERGED = "case.merged"
    SUPERVISED = "case.supervised"
    REMINDED = "deadline.reminded"
    LETTER_ISSUED = "letter.issued"
    LETTER_POSTED = "letter.posted"
    REMEDY_FILED = "remedy.filed"
    REMEDY_ENDED = "remedy.ended"
    RATED = "case.rated"
    PUBLICATION_CONSENTED = "publication.consented"
    RESULT_PUBLISHED = "result.published"
    RESULT_WITHDRAWN = "result.withdrawn"
    CLOSED = "case.closed"
    REOPENED = "case.reopened"
    HELD = "case.held"
    RELEASED = "case.released"
    TEXT_ERASED = "text.erased"


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that happened, who did it, when and why."""

    number: int
    """Place within the case, from 1, without gaps."""
    name: EventName
    at: datetime
    actor: str
    """`citizen:ID`, `staff:ID`, `desk` or `system`; never a name."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """What changed, as JSON, without personal text."""
    text: str | None = None
    """Personal text (a reason, a description); None when there is none or it was erased."""
    text_digest: str = ""
    """SHA-256 over salt and text; stays when the text is erased."""
    salt: str = ""
    """Erased with the text, so that the digest cannot be guessed back."""
    previous_hash: str = GENESIS
    hash: str = ""

    def __repr__(self) -> str:
        """Keep personal text out of logs."""
        return f"CaseEvent({self.number}, {self.name.value})"


def chained(event: CaseEvent, previous: CaseEvent | None, salt: str) -> CaseEvent:
    """`event` numbered after `previous`, with its digest and its hash."""
    digest = _digest(salt, event.text) if event.text is not None else ""
    linked = CaseEvent(
        number=previous.number + 1 if previous else 1,
        name=event.name,
        at=event.at,
        actor=event.actor,
        facts=event.facts,
        text=event.text,
        text_digest=digest,
        salt=salt if event.text is not None else "",
        previous_hash=previous.hash if previous else GENESIS,
    )
    return replace(linked, hash=hash_of(linked))


class Written(Protocol):
    """An event as it is kept; its name may be one that nobody knows, when somebody tampered with it."""

    @property
    def number(self) -> int: ...  # noqa: D102 - as in CaseEvent, and so are these
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def at(self) -> datetime: ...  # noqa: D102
    @property
    def actor(self) -> str: ...  # noqa: D102
    @property
    def facts(self) -> Mapping[str, object]: ...  # noqa: D102
    @property
    def text(self) -> str | None: ...  # noqa: D102
    @property
    def salt(self) -> str: ...  # noqa: D102
    @property
    def text_digest(self) -> str: ...  # noqa: D102
    @property
    def previous_hash(self) -> str: ...  # noqa: D102
    @property
    def hash(self) -> str: ...  # noqa: D102


def broken_links(events: Iterable[Written]) -> tuple[str, ...]:
    """What is wrong with a chain, in order; empty when it is whole."""
    found: list[str] = []
    before: Written | None = None
    for event in events:
        if event.number != (before.number + 1 if before else 1):
            found.append(f"event {event.number}: the number before it is missing")
        if event.previous_hash != (before.hash if before else GENESIS):
            found.append(f"event {event.number}: does not carry the hash of the event before it")
        if hash_of(event) != event.hash:
            found.append(f"event {event.number}: was changed after it was written")
        if event.text is not None and _digest(event.salt, event.text) != event.text_digest:
            found.append(f"event {event.number}: its text was changed after it was written")
        before = event
    return tuple(found)


def hash_of(event: Written) -> str:
    """The hash that follows from what an event says and from the one before it."""
    content = [
        event.previous_hash,
        event.number,
        str(event.name),
        event.at.astimezone(UTC).isoformat(),
        event.actor,
        dict(event.facts),
        event.text_digest,
    ]
    return hashlib.sha256(_CANONICAL.encode(content).encode()).hexdigest()


_CANONICAL = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"))
"""How what is hashed is written, so that anybody can write it again."""


def _digest(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()
