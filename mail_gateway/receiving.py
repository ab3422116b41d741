"""The shell for one saved mail: what was understood is matched, and goes to the desk, is held, or ends with a reason.

The worker calls `understanding.understand` outside any transaction, then `receive` inside one. `desk` is the same
function for every channel and is handed in by `runtime`; the inbox entry is finished here, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from casework.actions.splitting import link_parts
from casework.inbox import ClerkDecision, InboxState, Reading
from casework.message import CaseId, InboundMessage, LetterPart
from casework.outbox import OutboxEntry
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from mail_gateway.answer_budget import SPENT, may_answer
from mail_gateway.chain import judge
from mail_gateway.letter import Letter
from mail_gateway.looking_up import case_candidate, find_candidates
from mail_gateway.receipts import acknowledge_held
from mail_gateway.returned_mail import find_returned, record_failures, record_return
from mail_gateway.rules import no_sender
from mail_gateway.seals import SealState
from mail_gateway.thread_matching import Evidence, MatchDecision, ThreadMatch, match_thread
from mail_gateway.understanding import MailRoom, Understood, facts_of, message_of, reading_of
from mail_gateway.verdict import Action, MailKind, Verdict

Desk = Callable[[InboundMessage, UnitOfWork], object]
"""Handles a message within a unit of work: records it, answers it, runs its commands."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a saved mail."""

    state: InboxState
    message: InboundMessage | None = None
    """For the desk; None unless handled as one letter."""
    parts: tuple[InboundMessage, ...] = ()
    """For the desk, when a clerk split the letter."""
    reading: Reading | None = None
    """For a clerk, when it is held or refused."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """Verdict, reasons and folded parts, kept with the inbox entry."""


def receive(understood: Understood, uow: UnitOfWork, *, room: MailRoom, desk: Desk, now: datetime) -> Outcome:
    """Place a mail, let the desk answer it, and finish its inbox entry."""
    outcome = place(understood, uow, room=room, now=now)
    for message in outcome.parts or ([outcome.message] if outcome.message else []):
        desk(message, uow)
    if outcome.parts:
        link_parts(understood.entry.id, uow, staff_id=understood.entry.decided_by, now=now)
    uow.inbox.finish(understood.entry.id, outcome.state, now=now, reading=outcome.reading, facts=outcome.facts)
    return outcome


def place(understood: Understood, uow: UnitOfWork, *, room: MailRoom, now: datetime) -> Outcome:
    """Decide what becomes of a mail. A clerk's word goes before every rule."""
    if understood.is_decided and no_sender.check(understood.letter) is None:
        return _as_decided(understood, uow)
    letter, returned = _known(understood.letter, uow)
    verdict = judge(letter)
    if verdict.action is Action.DISCARD and verdict.kind is MailKind.BOUNCE:
        if returned is not None:
            record_return(returned, letter, uow, room=room, now=now)
        else:
            record_failures(letter.failures, uow, room=room, now=now)
    if verdict.action is not Action.ACCEPT:
        state = InboxState.REFUSED if verdict.action is Action.DISCARD else InboxState.HELD
        return Outcome(state, reading=reading_of(understood, verdict.reasons), facts=_facts(understood, verdict))
    candidates = find_candidates(understood.clues, Address(ChannelName.EMAIL, letter.correspondent), uow, now=now)
    match = match_thread(understood.clues, candidates)
    policy = room.office.bureau.mail_policy
    if not may_answer(letter.correspondent, match, uow, policy=policy, now=now):
        match = replace(match, because=(SPENT, *match.because))
        return _hold(understood, match, verdict, is_answered=False)
    if match.decision is MatchDecision.HOLD:
        return _hold(understood, match, verdict, is_answered=acknowledge_held(understood, uow, now=now))
    return _hand_to_desk(understood, match, verdict)


def _hold(understood: Understood, match: ThreadMatch, verdict: Verdict, *, is_answered: bool) -> Outcome:
    facts = {**_facts(understood, verdict, match), "answered": is_answered}
    return Outcome(InboxState.HELD, reading=reading_of(understood, match.because, match.case_id), facts=facts)


def _hand_to_desk(understood: Understood, match: ThreadMatch, verdict: Verdict) -> Outcome:
    message = replace(message_of(understood), thread_id=match.thread_id, case_id=match.case_id)
    return Outcome(InboxState.HANDLED, message, facts=_facts(understood, verdict, match))


def _as_decided(understood: Understood, uow: UnitOfWork) -> Outcome:
    """A new letter, one that a clerk joins to a case, or the parts of one that a clerk split."""
    entry, verdict = understood.entry, Verdict(Action.ACCEPT, MailKind.PERSON)
    if entry.decision is ClerkDecision.SPLIT:
        parts = tuple(_part(part, understood, uow) for part in entry.parts)
        facts = {**_facts(understood, verdict), "parts": len(parts)}
        return Outcome(InboxState.HANDLED, parts=parts, facts=facts)
    case_id = entry.decided_case_id if entry.decision is ClerkDecision.JOIN else None
    return _hand_to_desk(understood, _joined_to(case_id, understood, uow), verdict)


def _part(part: LetterPart, understood: Understood, uow: UnitOfWork) -> InboundMessage:
    """One part as a letter of its own. Which files belong to it nobody can tell, so it has all."""
    match = _joined_to(part.case_id, understood, uow)
    return replace(message_of(understood), text=part.text, part=part, thread_id=match.thread_id, case_id=match.case_id)


def _joined_to(case_id: CaseId | None, understood: Understood, uow: UnitOfWork) -> ThreadMatch:
    """A new letter when no case is named; else joined to it, and to its thread only when that is the sender's."""
    if case_id is None:
        return ThreadMatch(MatchDecision.NEW)
    party = uow.parties.find(Address(ChannelName.EMAIL, understood.letter.correspondent))
    candidate = case_candidate(uow.cases.get(case_id), Evidence.CASE_REFERENCE, party.id if party else None)
    thread_id = candidate.thread_id if candidate.sender_belongs else None
    return ThreadMatch(MatchDecision.JOIN, thread_id=thread_id, case_id=case_id)


def _known(letter: Letter, uow: UnitOfWork) -> tuple[Letter, OutboxEntry | None]:
    """The letter with what the store knows of its sender, and the mail of ours that it came back for."""
    returned = find_returned(letter, uow)
    is_unknown = letter.returned is not None and letter.returned.state is SealState.VALID and returned is None
    token = None if is_unknown else letter.returned
    returned_to = returned.to.value if returned else ""
    known = replace(letter, is_blocked=_is_blocked(letter, uow), returned=token, returned_to=returned_to)
    return known, returned


def _is_blocked(letter: Letter, uow: UnitOfWork) -> bool:
    senders = {letter.correspondent, letter.envelope.mail_from.lower()}
    senders |= {mailbox.address for mailbox in letter.mail.from_}
    return any(uow.doors.is_blocked(Address(ChannelName.EMAIL, sender)) for sender in senders if sender)


def _facts(understood: Understood, verdict: Verdict, match: ThreadMatch | None = None) -> dict[str, object]:
    reasons = (*verdict.reasons, *(match.because if match else ()), *understood.authentication_reasons)
    mail = understood.letter.mail
    earlier = dict(understood.entry.facts)
    return facts_of(
        understood.letter.words,
        reasons,
        # A decision that a clerk went back on is not forgotten.
        **({"before": earlier} if earlier else {}),
        **understood.authentication_facts,
        **({"match": weighed} if match and (weighed := match.as_facts()) else {}),
        kind=verdict.kind.value,
        hits=list(verdict.hits),
        misses=list(verdict.misses),
        repairs=list(mail.repairs),
        defects=list(mail.defects),
    )
