"""Deciding on held, shunted and refused messages: a clerk's word, which the worker then carries out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casework.errors import CaseworkConflict, CaseworkNotFound, CaseworkRejected
from casework.inbox import WAITING, ClerkDecision, InboxEntry, InboxState, LeftIn
from casework.message import InboxId, LetterPart
from casework.party import Address
from casework.ports import UnitOfWork
from casework.staff import Staff

MOST_AT_ONCE = 200
"""So many messages are decided on with one word."""
_HEARD = frozenset({ClerkDecision.ACCEPT, ClerkDecision.JOIN, ClerkDecision.SPLIT})
_WANTS_THE_LETTER = _HEARD | {ClerkDecision.REPLAY}
"""What would hand the letter on."""
_ENDS = frozenset({ClerkDecision.REFUSE, ClerkDecision.BLOCK})


class LeftElsewhere(CaseworkRejected):
    """The letter was left in its mailbox, and nothing but its header is here."""

    def __init__(self, where: LeftIn) -> None:
        """`where` is the mailbox."""
        place = f" ({where})" if str(where) else ""
        super().__init__(
            f"only the header of this letter is here; the letter was left in the mailbox that is fetched{place}. Open "
            "it there, and send it on to the bureau in smaller pieces or take it in with `sunwindow mail import`; then "
            "refuse this entry, which marks it as done"
        )


class Obstacle(StrEnum):
    """Why one of several messages was not decided on."""

    CONFLICT = "conflict"
    """A colleague was quicker."""
    GONE = "gone"
    BLOCKED = "blocked"
    """Its sender is blocked and would not be answered."""
    LEFT_ELSEWHERE = "left_elsewhere"
    """Only its header is here."""
    REJECTED = "rejected"
    """The decision does not fit it, e.g. nobody is named who could be blocked."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one of several messages."""

    inbox_id: InboxId
    obstacle: Obstacle | None = None
    detail: str = ""


def decide(
    inbox_id: InboxId,
    decision: ClerkDecision,
    uow: UnitOfWork,
    *,
    staff: Staff,
    now: datetime,
    reference: str | None = None,
    was_refused: bool = False,
    parts: Sequence[LetterPart] = (),
) -> None:
    """Record the decision; refusing ends the message here, everything else goes back to the worker.

    Only who has seen that a message `was_refused` goes back on it; to all others a refusal is a colleague's last word.
    """
    entry = uow.inbox.get(inbox_id)
    case = uow.cases.find(reference) if reference else None
    if decision is ClerkDecision.JOIN and case is None:
        raise CaseworkRejected("joining needs the reference of an existing case")
    if (decision is ClerkDecision.SPLIT) != bool(parts):
        raise CaseworkRejected("a letter is split into parts: say which paragraphs go together")
    if decision in _WANTS_THE_LETTER and (left_in := entry.left_in) is not None:
        raise LeftElsewhere(left_in)
    if decision in _HEARD and is_from_blocked(entry, uow):
        raise CaseworkRejected("the sender is blocked and would not be answered: unblock the sender first")
    if decision is ClerkDecision.BLOCK:
        uow.doors.block_sender(_sender_of(entry), reason="clerk", staff_id=staff.id, now=now)
    seen = (InboxState.REFUSED,) if was_refused and decision is not ClerkDecision.REFUSE else WAITING
    uow.inbox.decide(
        inbox_id, decision, case_id=case.id if case else None, now=now, seen=seen, staff_id=staff.id, parts=parts
    )
    if decision in _ENDS:
        facts: dict[str, object] = {
            "refused_by": f"staff:{staff.id}",
            "because": decision.value,
            "was": entry.state.value,
        }
        if entry.facts:
            facts["before"] = dict(entry.facts)
        uow.inbox.finish(inbox_id, InboxState.REFUSED, now=now, facts=facts)


def decide_many(
    inbox_ids: Sequence[InboxId],
    decision: ClerkDecision,
    uow: UnitOfWork,
    *,
    staff: Staff,
    now: datetime,
    was_refused: bool = False,
) -> tuple[Done, ...]:
    """The same decision on each of several messages, and what became of each; one that fails harms no other."""
    if decision in (ClerkDecision.JOIN, ClerkDecision.SPLIT):
        raise CaseworkRejected("letters are joined and split one by one")

    def one(inbox_id: InboxId) -> None:
        if decision in _HEARD and is_from_blocked(uow.inbox.get(inbox_id), uow):
            raise _FromBlocked("the sender is blocked and would not be answered: unblock the sender first")
        decide(inbox_id, decision, uow, staff=staff, now=now, was_refused=was_refused)

    return tuple(_tried(inbox_id, one, uow) for inbox_id in _bounded(inbox_ids))


def put_back(inbox_ids: Sequence[InboxId], uow: UnitOfWork, *, staff: Staff, now: datetime) -> tuple[Done, ...]:
    """Take back that staff refused messages or blocked their senders: they wait again, as they did before."""

    def one(inbox_id: InboxId) -> None:
        entry = uow.inbox.get(inbox_id)
        if entry.state is not InboxState.REFUSED:
            raise CaseworkConflict(f"message {inbox_id} is no longer refused: look at it again")
        if "refused_by" not in entry.facts:
            raise CaseworkRejected("a rule refused this message, not a clerk: accept it, if it is to be heard")
        was = InboxState(str(entry.facts.get("was", InboxState.HELD)))
        facts = {"put_back_by": f"staff:{staff.id}", "before": dict(entry.facts)}
        uow.inbox.put_back(inbox_id, was if was in WAITING else InboxState.HELD, now=now, facts=facts)
        if entry.facts.get("because") == ClerkDecision.BLOCK.value:
            uow.doors.unblock_sender(_sender_of(entry))

    return tuple(_tried(inbox_id, one, uow) for inbox_id in _bounded(inbox_ids))


def is_from_blocked(entry: InboxEntry, uow: UnitOfWork) -> bool:
    """Whether its sender, or the address where answers are asked for, is blocked."""
    named = {entry.reading.sender, entry.reading.answers_to} if entry.reading else set()
    addresses = {Address(entry.channel, name.lower()) for name in named if "@" in name and not set(name) & set(" <>")}
    if entry.message is not None:
        addresses.add(entry.message.sender)
    return any(uow.doors.is_blocked(address) for address in addresses)


class _FromBlocked(CaseworkRejected):
    """The sender is blocked and would not be answered."""


def _bounded(inbox_ids: Sequence[InboxId]) -> Sequence[InboxId]:
    once = list(dict.fromkeys(inbox_ids))
    if len(once) > MOST_AT_ONCE:
        raise CaseworkRejected(f"at most {MOST_AT_ONCE} messages are decided on at once")
    return once


def _tried(inbox_id: InboxId, act: Callable[[InboxId], None], uow: UnitOfWork) -> Done:
    try:
        with uow.savepoint():
            act(inbox_id)
    except CaseworkConflict as error:
        return Done(inbox_id, Obstacle.CONFLICT, str(error))
    except CaseworkNotFound as error:
        return Done(inbox_id, Obstacle.GONE, str(error))
    except _FromBlocked as error:
        return Done(inbox_id, Obstacle.BLOCKED, str(error))
    except LeftElsewhere as error:
        return Done(inbox_id, Obstacle.LEFT_ELSEWHERE, str(error))
    except CaseworkRejected as error:
        return Done(inbox_id, Obstacle.REJECTED, str(error))
    return Done(inbox_id)


def _sender_of(entry: InboxEntry) -> Address:
    """Whom to block: who wrote, as the clerk reads it; the envelope may name a forwarding service, or nobody."""
    if entry.message is not None:
        return entry.message.sender
    author = entry.reading.sender if entry.reading else ""
    address = author if "@" in author and not set(author) & set(" <>") else entry.conversation
    if "@" not in address:
        raise CaseworkRejected("this message names no sender who could be blocked: refuse it instead")
    return Address(entry.channel, address.lower())
