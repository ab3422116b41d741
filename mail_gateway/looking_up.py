"""Where the clues of a letter lead, asked of the store: threads and cases, and whether the sender belongs to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from casework.case import Case, CaseStatus
from casework.errors import CaseworkNotFound
from casework.message import CaseId, ThreadId
from casework.party import Address, ChannelName, PartyId
from casework.ports import UnitOfWork
from casework.thread import Audience, Thread
from mail_gateway.seals import SealState
from mail_gateway.subjects import subject_key
from mail_gateway.thread_matching import Candidate, Clues, Evidence

SUBJECT_HOLDS_FOR = timedelta(days=30)
"""A subject points to a correspondence that began so lately."""
_MOST_THREADS = 20
"""So many of the sender's latest threads are looked at for their subject."""


def find_candidates(clues: Clues, sender: Address, uow: UnitOfWork, *, now: datetime) -> tuple[Candidate, ...]:
    """Every thread and case that the clues lead to; by its subject only when nothing else leads anywhere."""
    if not (clues.tokens or clues.own_ids or clues.other_ids or clues.references or clues.subject):
        return ()
    party = uow.parties.find(sender)
    found = tuple(_candidates(clues, party.id if party else None, uow))
    if found or party is None or not clues.subject:
        return found
    return tuple(_by_subject(clues, party.id, uow, now - SUBJECT_HOLDS_FOR))


def case_candidate(case: Case, evidence: Evidence, party_id: PartyId | None) -> Candidate:
    """A case; its thread too when it runs over mail, where a letter can join it."""
    by_mail = case.channel is ChannelName.EMAIL
    return Candidate(evidence, party_id == case.party_id, case.thread_id if by_mail else None, case.id)


def _candidates(clues: Clues, party_id: PartyId | None, uow: UnitOfWork) -> Iterator[Candidate]:
    for token in clues.tokens:
        is_valid = token.state is SealState.VALID
        yield from _of_thread(token.thread_id, Evidence.REPLY_ADDRESS, party_id, uow, is_sealed=is_valid)
    for own in clues.own_ids:
        yield from _of_thread(own.thread_id, Evidence.OWN_MESSAGE_ID, party_id, uow, is_sealed=True)
    for thread in uow.threads.find_by_mail_ids(clues.other_ids):
        yield _candidate(thread, Evidence.KNOWN_MESSAGE_ID, party_id, uow)
    for reference in clues.references:
        case = uow.cases.find(reference)
        if case is not None:
            yield case_candidate(case, Evidence.CASE_REFERENCE, party_id)


def _by_subject(clues: Clues, party_id: PartyId, uow: UnitOfWork, since: datetime) -> Iterator[Candidate]:
    """The sender's own threads with this subject: any for an answer, else those whose matter is open."""
    evidence = Evidence.ANSWERED_SUBJECT if clues.is_answer else Evidence.SAME_SUBJECT
    for thread in uow.threads.of_party(party_id, since=since, limit=_MOST_THREADS):
        is_mail = thread.address is not None and thread.address.channel is ChannelName.EMAIL
        if is_mail and subject_key(thread.subject) == clues.subject:
            found = _candidate(thread, evidence, party_id, uow)
            if clues.is_answer or (found.case_id is not None and _is_open(found.case_id, uow)):
                yield found


def _is_open(case_id: CaseId, uow: UnitOfWork) -> bool:
    return uow.cases.get(case_id).status is not CaseStatus.CLOSED


def _of_thread(
    thread_id: ThreadId | None, evidence: Evidence, party_id: PartyId | None, uow: UnitOfWork, *, is_sealed: bool
) -> Iterator[Candidate]:
    if thread_id is None:
        return
    try:
        thread = uow.threads.get(thread_id)
    except CaseworkNotFound:
        # Our seal on a thread that is gone: erased, or another installation under the same secret.
        return
    if thread.audience is Audience.CITIZEN:
        yield replace(_candidate(thread, evidence, party_id, uow), is_sealed=is_sealed)


def _candidate(thread: Thread, evidence: Evidence, party_id: PartyId | None, uow: UnitOfWork) -> Candidate:
    belongs = party_id is not None and thread.party_id == party_id
    return Candidate(evidence, belongs, thread.id, _case_of(thread, uow))


def _case_of(thread: Thread, uow: UnitOfWork) -> CaseId | None:
    if thread.case_id is not None:
        return thread.case_id
    return next((case.id for case in uow.cases.of_thread(thread.id)), None)
