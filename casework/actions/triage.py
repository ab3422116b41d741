"""Deciding on held and shunted messages: a clerk's word, which the worker then carries out."""

from __future__ import annotations

from datetime import datetime

from casework.errors import CaseworkRejected
from casework.inbox import ClerkDecision, InboxEntry, InboxState
from casework.message import InboxId
from casework.party import Address
from casework.ports import UnitOfWork
from casework.staff import Staff


def decide(
    inbox_id: InboxId,
    decision: ClerkDecision,
    uow: UnitOfWork,
    *,
    staff: Staff,
    now: datetime,
    reference: str | None = None,
) -> None:
    """Record the decision; refusing ends the message here, everything else goes back to the worker."""
    entry = uow.inbox.get(inbox_id)
    case = uow.cases.find(reference) if reference else None
    if decision is ClerkDecision.JOIN and case is None:
        raise CaseworkRejected("joining needs the reference of an existing case")
    if decision is ClerkDecision.BLOCK:
        uow.doors.block_sender(_sender_of(entry), reason="clerk", staff_id=staff.id, now=now)
    uow.inbox.decide(inbox_id, decision, case_id=case.id if case else None, now=now)
    if decision in (ClerkDecision.REFUSE, ClerkDecision.BLOCK):
        uow.inbox.finish(
            inbox_id, InboxState.REFUSED, now=now, facts={"refused_by": f"staff:{staff.id}", "because": decision.value}
        )


def _sender_of(entry: InboxEntry) -> Address:
    """Whom to block: who wrote, as the clerk reads it; the envelope may name a forwarding service, or nobody."""
    if entry.message is not None:
        return entry.message.sender
    author = entry.reading.sender if entry.reading else ""
    address = author if "@" in author and not set(author) & set(" <>") else entry.conversation
    if "@" not in address:
        raise CaseworkRejected("this message names no sender who could be blocked: refuse it instead")
    return Address(entry.channel, address.lower())
