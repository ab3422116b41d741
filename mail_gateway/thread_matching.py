"""Which correspondence a letter belongs to: decided on evidence, and always together with who wrote it.

Pure. A letter joins a thread or case only when its sender belongs there; a stranger who quotes a number, or to whom
our mail was passed on, never joins: the letter is held with the guess, for a clerk. So is one whose Reply-To names the
citizen and whose author is somebody else, unless it brings what we sealed: numbers run in sequence and can be guessed.
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
    is_answered_elsewhere: bool = False
    """Whether the sender is known from Reply-To alone, and the author is another address."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thread or case that a clue led to, and whether the sender belongs to it."""

    evidence: Evidence
    sender_belongs: bool
    thread_id: ThreadId | None = None
    """None when the case runs over another channel."""
    case_id: CaseId | None = None
    is_sealed: bool = False
    """Whether the clue is a seal of ours that holds: only who received our mail in this thread can show it."""


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
        is_answered_elsewhere=letter.is_answered_elsewhere,
    )


def match_thread(clues: Clues, candidates: Sequence[Candidate]) -> ThreadMatch:
    """Where the letter belongs: joined on the strongest evidence whose thread its sender belongs to."""
    ordered = sorted(candidates, key=lambda candidate: _STRENGTH[candidate.evidence])
    open_to = [candidate for candidate in ordered if _may_join(candidate, clues)]
    because = _reasons(ordered, open_to, clues)
    if open_to:
        own = open_to[0]
        return ThreadMatch(MatchDecision.JOIN, because, own.thread_id, own.case_id or _case_named(open_to))
    if ordered:
        guess = next((candidate.case_id for candidate in ordered if candidate.case_id is not None), None)
        return ThreadMatch(MatchDecision.HOLD, because, ordered[0].thread_id, guess)
    return ThreadMatch(MatchDecision.NEW, because)


def _may_join(candidate: Candidate, clues: Clues) -> bool:
    return candidate.sender_belongs and (candidate.is_sealed or not clues.is_answered_elsewhere)


def _case_named(open_to: Sequence[Candidate]) -> CaseId | None:
    """A case that the letter names beside the thread it answers in, when it is the sender's."""
    return next((candidate.case_id for candidate in open_to if candidate.case_id is not None), None)


def _reasons(ordered: Sequence[Candidate], open_to: Sequence[Candidate], clues: Clues) -> tuple[Reason, ...]:
    reasons = [
        Reason(f"match.{candidate.evidence.value}_of_{'sender' if candidate in open_to else 'stranger'}")
        for candidate in ordered
    ]
    if any(candidate.sender_belongs and candidate not in open_to for candidate in ordered):
        reasons.insert(0, Reason("match.answered_elsewhere"))
    not_valid = [token.state for token in clues.tokens if token.state is not SealState.VALID]
    return (*reasons, *(Reason(f"match.reply_address_{state.value}") for state in not_valid))
