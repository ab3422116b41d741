"""Deciding on held, shunted and refused messages: a clerk's word, which the worker then carries out."""

from __future__ import annotations

from datetime import datetime

from casework.errors import CaseworkRejected
from casework.inbox import WAITING, ClerkDecision, InboxEntry, InboxState
from casework.message import InboxId
from casework.party import Address
from casework.ports import UnitOfWork
from casework.staff import Staff

_HEARD = frozenset({ClerkDecision.ACCEPT, ClerkDecision.JOIN})


def decide(
    inbox_id: InboxId,
    decision: ClerkDecision,
    uow: UnitOfWork,
    *,
    staff: Staff,
    now: datetime,
    reference: str | None = None,
    was_refused: bool = False,
) -> None:
    """Record the decision; refusing ends the message here, everything else goes back to the worker.

    Only who has seen that a message `was_refused` goes back on it; to all others a refusal is a colleague's last word.
    """
    entry = uow.inbox.get(inbox_id)
    case = uow.cases.find(reference) if reference else None
    if decision is ClerkDecision.JOIN and case is None:
        raise CaseworkRejected("joining needs the reference of an existing case")
    if decision in _HEARD and is_from_blocked(entry, uow):
        raise CaseworkRejected("the sender is blocked and would not be answered: unblock the sender first")
    if decision is ClerkDecision.BLOCK:
        uow.doors.block_sender(_sender_of(entry), reason="clerk", staff_id=staff.id, now=now)
    seen = (InboxState.REFUSED,) if was_refused and decision is not ClerkDecision.REFUSE else WAITING
    uow.inbox.decide(inbox_id, decision, case_id=case.id if case else None, now=now, seen=seen)
    if decision in (ClerkDecision.REFUSE, ClerkDecision.BLOCK):
        facts: dict[str, object] = {"refused_by": f"staff:{staff.id}", "because": decision.value}
        if entry.facts:
            facts["before"] = dict(entry.facts)
        uow.inbox.finish(inbox_id, InboxState.REFUSED, now=now, facts=facts)


def is_from_blocked(entry: InboxEntry, uow: UnitOfWork) -> bool:
    """Whether its sender, or the address where answers are asked for, is blocked."""
    named = {entry.reading.sender, entry.reading.answers_to} if entry.reading else set()
    addresses = {Address(entry.channel, name.lower()) for name in named if "@" in name and not set(name) & set(" <>")}
    if entry.message is not None:
        addresses.add(entry.message.sender)
    return any(uow.doors.is_blocked(address) for address in addresses)


def _sender_of(entry: InboxEntry) -> Address:
    """Whom to block: who wrote, as the clerk reads it; the envelope may name a forwarding service, or nobody."""
    if entry.message is not None:
        return entry.message.sender
    author = entry.reading.sender if entry.reading else ""
    address = author if "@" in author and not set(author) & set(" <>") else entry.conversation
    if "@" not in address:
        raise CaseworkRejected("this message names no sender who could be blocked: refuse it instead")
    return Address(entry.channel, address.lower())
