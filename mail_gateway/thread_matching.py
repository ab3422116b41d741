"""Which correspondence a letter belongs to: decided on weighed evidence, and always together with who wrote it.

Pure. The weights are a table (`WEIGHTS`, `STANDING_WEIGHTS`) and are kept with what they added up to. A letter joins a
thread or case only when its sender belongs there; a stranger who quotes a number, or to whom our mail was passed on,
never joins: the letter is held with the guess, for a clerk. So is one whose Reply-To names the citizen and whose author
is somebody else, unless it brings what we sealed: numbers run in sequence and can be guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casework.message import CaseId, ThreadId
from casework.references import find_references
from mail_gateway.authentication import Standing
from mail_gateway.letter import Letter
from mail_gateway.seals import OwnMessageId, ReplyToken, Seals, SealState
from mail_gateway.subjects import is_answer, subject_key
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
    ANSWERED_SUBJECT = "answered_subject"
    """`Re:` and the subject of a correspondence of the sender's own, lately."""
    SAME_SUBJECT = "same_subject"
    """The subject of a matter of the sender's own that is still open, lately, in a letter that is no answer."""


WEIGHTS: Mapping[Evidence, int] = {
    Evidence.REPLY_ADDRESS: 100,
    Evidence.OWN_MESSAGE_ID: 90,
    Evidence.KNOWN_MESSAGE_ID: 80,
    Evidence.CASE_REFERENCE: 70,
    Evidence.ANSWERED_SUBJECT: 60,
    Evidence.SAME_SUBJECT: 40,
}
"""How sure it is that a letter with this evidence, from somebody who belongs there, belongs there."""
STANDING_WEIGHTS: Mapping[Standing, int] = {Standing.PASS: 20, Standing.NEUTRAL: 0, Standing.FAIL: -80}
"""What is added when the sender was proven, or is probably forged. Most mail is neither."""
SURE = 50
"""From this sum on a letter joins; below it waits for a clerk."""


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
    subject: str = ""
    """What subjects are compared by; empty when it says too little to tell one matter from another."""
    is_answer: bool = False
    """Whether the subject begins with `Re:` or one of its kin."""
    standing: Standing = Standing.NEUTRAL
    """What authentication says of the author."""


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
class Score:
    """How sure a match is: rows of a table, each with its weight."""

    rows: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """The sum of the weights."""
        return sum(weight for _, weight in self.rows)

    def as_facts(self) -> dict[str, object]:
        """What is kept with the message."""
        return {"rows": [list(row) for row in self.rows], "total": self.total, "sure_from": SURE}


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of evidence, and why it counts for nothing, if so."""

    candidate: Candidate
    left_out: str = ""
    """`stranger`, `answered_elsewhere`, or `weaker` where another one was taken; empty for the one that counts."""

    def as_facts(self) -> dict[str, object]:
        """What is kept with the message."""
        kind = self.candidate.evidence
        facts: dict[str, object] = {"kind": kind.value, "weight": WEIGHTS[kind], "case": self.candidate.case_id}
        return {**facts, "left_out": self.left_out} if self.left_out else facts


@dataclass(frozen=True, slots=True)
class ThreadMatch:
    """Where a letter belongs, with the reasons."""

    decision: MatchDecision
    because: tuple[Reason, ...] = ()
    thread_id: ThreadId | None = None
    case_id: CaseId | None = None
    """For a held letter the guess."""
    score: Score | None = None
    """None when the sender belongs nowhere that the evidence points to."""
    found: tuple[Found, ...] = ()
    """Everything that points somewhere, strongest first."""

    def as_facts(self) -> dict[str, object]:
        """What is kept with the message; nothing when nothing pointed anywhere."""
        if not self.found:
            return {}
        score = self.score.as_facts() if self.score is not None else {}
        found = [one.as_facts() for one in self.found[:_MOST]]
        return {**score, "decision": self.decision.value, "found": found}


def find_clues(
    letter: Letter, seals: Seals, *, prefix: str, today: date, standing: Standing = Standing.NEUTRAL
) -> Clues:
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
        subject=subject_key(letter.mail.subject),
        is_answer=is_answer(letter.mail.subject),
        standing=standing,
    )


def match_thread(clues: Clues, candidates: Sequence[Candidate]) -> ThreadMatch:
    """Where the letter belongs: on the strongest evidence whose thread its sender belongs to, joined when sure."""
    ordered = sorted(candidates, key=lambda candidate: -WEIGHTS[candidate.evidence])
    open_to = [candidate for candidate in ordered if _may_join(candidate, clues)]
    because = _reasons(ordered, open_to, clues)
    found = tuple(Found(candidate, _left_out(candidate, open_to)) for candidate in ordered)
    if open_to:
        own = open_to[0]
        score = _weigh(own, clues.standing)
        case_id = own.case_id or _case_named(open_to)
        if score.total < SURE:
            because = (Reason("match.not_sure", f"{score.total} < {SURE}"), *because)
            return ThreadMatch(MatchDecision.HOLD, because, own.thread_id, case_id, score, found)
        return ThreadMatch(MatchDecision.JOIN, because, own.thread_id, case_id, score, found)
    if ordered:
        guess = next((candidate.case_id for candidate in ordered if candidate.case_id is not None), None)
        return ThreadMatch(MatchDecision.HOLD, because, ordered[0].thread_id, guess, found=found)
    return ThreadMatch(MatchDecision.NEW, because)


def _may_join(candidate: Candidate, clues: Clues) -> bool:
    return candidate.sender_belongs and (candidate.is_sealed or not clues.is_answered_elsewhere)


def _left_out(candidate: Candidate, open_to: Sequence[Candidate]) -> str:
    if candidate in open_to:
        return "" if candidate is open_to[0] else "weaker"
    return "answered_elsewhere" if candidate.sender_belongs else "stranger"


def _weigh(candidate: Candidate, standing: Standing) -> Score:
    rows = [(candidate.evidence.value, WEIGHTS[candidate.evidence])]
    if standing is not Standing.NEUTRAL:
        rows.append((f"authentication_{standing.value}", STANDING_WEIGHTS[standing]))
    return Score(tuple(rows))


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
