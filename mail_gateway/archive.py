"""Mail that is old when it comes: kept as everything is and judged as everything is, but nobody is written to.

A receipt for a letter of years ago would puzzle whoever wrote it, and its law's clock would begin on a wrong day. So it
waits for a clerk; what a machine wrote ends here. A failure notice of then says nothing about an address of now.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from casework.inbox import NOT_FETCHED, Arrival, InboxEntry, InboxState, LeftIn, Reading
from casework.message import InboxId
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from mail_gateway.acceptance import arrival_of
from mail_gateway.chain import judge
from mail_gateway.envelope import Envelope
from mail_gateway.looking_up import find_candidates
from mail_gateway.thread_matching import match_thread
from mail_gateway.understanding import MailRoom, Understood, facts_of, reading_of, understand
from mail_gateway.verdict import Action, MailKind, Reason, Verdict

ARCHIVED = Reason("archived")
UNREADABLE = Reason("unreadable")


@dataclass(frozen=True, slots=True)
class Archived:
    """An old mail, read and judged, to be filed."""

    arrival: Arrival
    understood: Understood | None
    """None when we failed on it; the raw mail is whole."""
    verdict: Verdict


def read_archived(arrival: Arrival, room: MailRoom) -> Archived:
    """Read and judge an old mail, outside any transaction; OSError when its files cannot be kept."""
    try:
        understood = understand(_as_entry(arrival), room)
        return Archived(arrival, understood, judge(understood.letter))
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - one mail that we fail on stops no archive
        return Archived(arrival, None, Verdict(Action.HOLD, MailKind.PERSON, (UNREADABLE,)))


def file_archived(archived: Archived, uow: UnitOfWork, *, now: datetime) -> bool:
    """Keep an old mail: a person's waits for a clerk, with a guess; False when it was known."""
    inbox_id, is_new = uow.inbox.add(archived.arrival, state=InboxState.HELD)
    if not is_new:
        return False
    understood, verdict = archived.understood, archived.verdict
    if understood is None:
        said = tuple(f"reason.{reason.key}" for reason in (ARCHIVED, UNREADABLE))
        reading = Reading(sender=archived.arrival.conversation, reasons=said)
        uow.inbox.finish(inbox_id, InboxState.HELD, now=now, reading=reading, facts={"archived": True})
        return True
    reasons, guess, weighed = (ARCHIVED, *verdict.reasons), None, {}
    if verdict.action is Action.ACCEPT:
        sender = Address(ChannelName.EMAIL, understood.letter.correspondent)
        match = match_thread(understood.clues, find_candidates(understood.clues, sender, uow, now=now))
        reasons, guess, weighed = (ARCHIVED, *match.because), match.case_id, match.as_facts()
    facts = facts_of(
        understood.letter.words,
        reasons,
        **understood.authentication_facts,
        **({"match": weighed} if weighed else {}),
        kind=verdict.kind.value,
        hits=list(verdict.hits),
        archived=True,
    )
    state = InboxState.REFUSED if verdict.action is Action.DISCARD else InboxState.HELD
    uow.inbox.finish(inbox_id, state, now=now, reading=reading_of(understood, reasons, guess), facts=facts)
    return True


def not_fetched(header: bytes, envelope: Envelope, place: str) -> Arrival:
    """What is saved of a mail that stays in its mailbox: its header, known by itself, or else by its place there."""
    name = hashlib.sha256(header).hexdigest() if header else place
    return replace(arrival_of(header, envelope), external_id=f"{NOT_FETCHED}{name}")


def file_not_fetched(
    arrival: Arrival, reason: Reason, left_in: LeftIn, room: MailRoom, uow: UnitOfWork, *, now: datetime
) -> bool:
    """Show a clerk a mail that stayed in the mailbox, as far as its header tells; False when it was shown before."""
    inbox_id, is_new = uow.inbox.add(arrival, state=InboxState.HELD)
    if is_new:
        understood = understand(_as_entry(arrival), room)
        facts = {"because": [str(reason)], "left_in": asdict(left_in)}
        uow.inbox.finish(inbox_id, InboxState.HELD, now=now, reading=reading_of(understood, (reason,)), facts=facts)
    return is_new


def _as_entry(arrival: Arrival) -> InboxEntry:
    """What reading wants of a mail that has no number yet."""
    return InboxEntry(
        InboxId(0),
        arrival.channel,
        arrival.external_id,
        arrival.conversation,
        InboxState.HELD,
        arrival.received_at,
        raw_mail=arrival.raw_mail,
    )
