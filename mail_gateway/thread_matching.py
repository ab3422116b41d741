"""Which correspondence a letter belongs to: decided on evidence, and always together with who wrote it.

Pure. A letter joins a thread or case only when its sender belongs there; a stranger who quotes a number, or to whom
our mail was passed on, never joins: the letter is held with the guess, for a clerk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casework.message import CaseId, ThreadId
from casework.references import find_references
from mail_gateway.letter import Letter
from mail_gateway.seals import OwnMessageId, ReplyToken, Seals, SealState
from mail_gateway.verdict import Reason

_MOST = 20
"""So many Message-IDs and numbers of one letter are looked at, the latest ones."""


class Evidence(StrEnum):
    """What points to a thread, strongest first."""

    REPLY_ADDRESS = "reply_address"
    OWN_MESSAGE_ID = "own_message_id"
    KNOWN_MESSAGE_ID = "known_message_id"
    """A Message-ID of a mail in the thread that does not carry our seal: the citizen's own earlier letter."""
    CASE_REFERENCE = "case_reference"


_STRENGTH = {evidence: place for place, evidence in enumerate(Evidence)}


@dataclass(frozen=True, slots=True)
class Clues:
    """What a letter itself holds, before anything is looked up."""

    tokens: tuple[ReplyToken, ...] = ()
    own_ids: tuple[OwnMessageId, ...] = ()
    other_ids: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    """Case references with a right check digit, in subject and text."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thread or case that a clue led to, and whether the sender belongs to it."""

    evidence: Evidence
    sender_belongs: bool
    thread_id: ThreadId | None = None
    """None when the case runs over another channel."""
    case_id: CaseId | None = None


class MatchDecision(StrEnum):
    """What follows for the letter."""

    JOIN = "join"
    HOLD = "hold"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class ThreadMatch:
    """Where a letter belongs, with the reasons."""

    decision: MatchDecision
    because: tuple[Reason, ...] = ()
    thread_id: ThreadId | None = None
    case_id: CaseId | None = None
    """For a held letter the guess."""


def find_clues(letter: Letter, seals: Seals, *, prefix: str, today: date) -> Clues:
    """Everything in `letter` that may point to a thread. Reply addresses count in the envelope only."""
    found = [letter.mailboxes.find(address) for address in letter.envelope.rcpt_tos]
    tokens = [seals.read_token(recipient.token, today) for recipient in found if recipient and recipient.token]
    ids = tuple(dict.fromkeys((*letter.mail.in_reply_to, *reversed(letter.mail.references))))[:_MOST]
    own = {message_id: seals.read_message_id(message_id) for message_id in ids}
    return Clues(
        tokens=tuple(tokens),
        own_ids=tuple(known for known in own.values() if known is not None),
        other_ids=tuple(message_id for message_id, known in own.items() if known is None),
        references=find_references(f"{letter.mail.subject}\n{letter.mail.text}", prefix)[:_MOST],
    )


def match_thread(clues: Clues, candidates: Sequence[Candidate]) -> ThreadMatch:
    """Where the letter belongs: joined on the strongest evidence whose thread its sender belongs to."""
    ordered = sorted(candidates, key=lambda candidate: _STRENGTH[candidate.evidence])
    because = tuple(_reason_of(candidate) for candidate in ordered) + tuple(
        Reason(f"match.reply_address_{token.state.value}")
        for token in clues.tokens
        if token.state is not SealState.VALID
    )
    own = next((candidate for candidate in ordered if candidate.sender_belongs), None)
    if own is not None:
        return ThreadMatch(MatchDecision.JOIN, because, own.thread_id, own.case_id or _case_named(ordered, own))
    if ordered:
        guess = next((candidate.case_id for candidate in ordered if candidate.case_id is not None), None)
        return ThreadMatch(MatchDecision.HOLD, because, ordered[0].thread_id, guess)
    return ThreadMatch(MatchDecision.NEW, because)


def _case_named(candidates: Sequence[Candidate], own: Candidate) -> CaseId | None:
    """A case that the letter names beside the thread it answers in, when it is the sender's."""
    return next(
        (
            candidate.case_id
            for candidate in candidates
            if candidate is not own and candidate.sender_belongs and candidate.case_id is not None
        ),
        None,
    )


def _reason_of(candidate: Candidate) -> Reason:
    who = "sender" if candidate.sender_belongs else "stranger"
    return Reason(f"match.{candidate.evidence.value}_of_{who}")
