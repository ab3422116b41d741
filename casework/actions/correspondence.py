"""Writing to the citizen, writing notes for colleagues, and recording what became of a reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from casework.actions.announcing import announce
from casework.actions.office import Office
from casework.case import Case
from casework.errors import CaseworkConflict, CaseworkRejected
from casework.events import EventName
from casework.message import Attachment, Author, Direction, Message, Reply
from casework.outbox import DeliveryOutcome, DeliveryResult, OutboxEntry, OutboxKind, OutboxState
from casework.party import FETCHED, ON_PAPER
from casework.ports import UnitOfWork
from casework.staff import Staff
from casework.thread import Audience, Thread

SPEAKS_FOR = timedelta(hours=24)
"""How long after a person's last word the assistant stays silent in a conversation."""
STOPPED = "not sent: this address failed for good before, and nothing was heard from it since"
"""What the outbox tells of mail to a dead address."""


def is_taken_over(thread: Thread, now: datetime) -> bool:
    """Whether a person speaks in this conversation now."""
    return thread.taken_over_at is not None and now - thread.taken_over_at < SPEAKS_FOR


def reply_to_citizen(
    case: Case,
    text: str,
    uow: UnitOfWork,
    *,
    staff: Staff,
    now: datetime,
    attachments: Sequence[Attachment] = (),
) -> Message:
    """Answer over the citizen's own channel; the writer takes the conversation over."""
    message = write_to_citizen(case, text, uow, staff=staff, now=now, attachments=attachments)
    uow.threads.set_taken_over(case.thread_id, staff.id, now)
    uow.cases.append(case.id, EventName.REPLY_SENT, at=now, actor=f"staff:{staff.id}", facts={"message": message.id})
    return message


def write_to_citizen(
    case: Case,
    text: str,
    uow: UnitOfWork,
    *,
    staff: Staff,
    now: datetime,
    attachments: Sequence[Attachment] = (),
) -> Message:
    """Keep a message to the citizen and promise to send it; what goes on paper is kept, and leaves as a letter."""
    if not text.strip():
        raise CaseworkRejected("a reply cannot be empty: write what the citizen should read")
    thread = uow.threads.get(case.thread_id, lock=True)
    if thread.address is None:
        raise CaseworkConflict(f"case {case.reference} has no address to reply to")
    reply = Reply(text.strip(), case=case.reference, attachments=tuple(attachments))
    message = uow.threads.add_message(
        thread.id,
        Direction.OUTBOUND,
        Author.STAFF,
        reply.text,
        now=now,
        reply=reply,
        case_id=case.id,
        staff_id=staff.id,
        attachments=attachments,
    )
    if thread.address.channel in ON_PAPER:
        return message
    uow.outbox.add(
        OutboxKind.STAFF,
        thread.address,
        reply,
        language=case.language,
        now=now,
        subject=thread.subject,
        thread_id=thread.id,
        message_id=message.id,
        case_id=case.id,
        in_reply_to=uow.threads.last_mail(thread.id),
    )
    return message


def add_note(case: Case, text: str, uow: UnitOfWork, *, staff: Staff, now: datetime) -> Message:
    """Write a note that only staff can read."""
    if not text.strip():
        raise CaseworkRejected("a note cannot be empty")
    message = keep_note(case, text, uow, staff=staff, now=now)
    uow.cases.append(case.id, EventName.NOTE_ADDED, at=now, actor=f"staff:{staff.id}", facts={"message": message.id})
    return message


def keep_note(
    case: Case, text: str, uow: UnitOfWork, *, staff: Staff, now: datetime, attachments: Sequence[Attachment] = ()
) -> Message:
    """A message among staff, with files that no citizen reaches; the event that tells of it is the caller's."""
    thread = uow.threads.internal_of(case.id) or uow.threads.open(
        Audience.INTERNAL, language=case.language, now=now, case_id=case.id
    )
    return uow.threads.add_message(
        thread.id,
        Direction.NOTE,
        Author.STAFF,
        text.strip(),
        now=now,
        case_id=case.id,
        staff_id=staff.id,
        attachments=attachments,
    )


def record_delivery(
    entry: OutboxEntry, result: DeliveryResult, uow: UnitOfWork, *, office: Office, now: datetime
) -> OutboxEntry:
    """Write the receipt of one try; a failure for good is shown on the case and told to its unit."""
    updated = uow.outbox.record(entry.id, result, now=now)
    if result.outcome in (DeliveryOutcome.TEMPORARY, DeliveryOutcome.PERMANENT):
        is_permanent = result.outcome is DeliveryOutcome.PERMANENT
        uow.parties.note_failure(entry.to, result.detail, permanent=is_permanent, now=now)
    if result.address_is_dead and entry.kind is not OutboxKind.NOTICE:
        uow.parties.set_undeliverable(entry.to, now)
    _tell_case(updated, result, uow, office=office, now=now)
    return updated


def refuse_dead(entry: OutboxEntry, uow: UnitOfWork, *, office: Office, now: datetime) -> bool:
    """End an entry unsent when its address failed for good before, which its case and unit are told; whether it did.

    Who writes to us again, or whom staff allow again, is written to again.
    """
    if entry.kind is OutboxKind.NOTICE or entry.to.channel in FETCHED:
        return False
    if uow.parties.undeliverable_since(entry.to) is None:
        return False
    result = DeliveryResult(DeliveryOutcome.PERMANENT, STOPPED)
    _tell_case(uow.outbox.record(entry.id, result, now=now), result, uow, office=office, now=now)
    return True


def _tell_case(entry: OutboxEntry, result: DeliveryResult, uow: UnitOfWork, *, office: Office, now: datetime) -> None:
    """What became of a try, on the ledger of its case; a failure for good is told to the unit."""
    name = None if entry.kind is OutboxKind.NOTICE else _event_for(entry, result)
    if entry.case_id is None or name is None:
        return
    facts = {"outbox": entry.id, "detail": result.detail[:500], "attempts": entry.attempts}
    case = uow.cases.append(entry.case_id, name, at=now, actor="system", facts=facts)
    if name is EventName.REPLY_FAILED:
        announce("delivery_failed", uow, bureau=office.bureau, notices=office.notices, case=case, now=now)


def _event_for(entry: OutboxEntry, result: DeliveryResult) -> EventName | None:
    if entry.state is OutboxState.FAILED:
        return EventName.REPLY_FAILED
    if entry.kind is not OutboxKind.STAFF:
        return None
    if result.outcome is DeliveryOutcome.DELIVERED:
        return EventName.REPLY_REPEATED if entry.repeats else EventName.REPLY_DELIVERED
    return None
