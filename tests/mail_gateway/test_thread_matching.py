"""A letter joins only where its sender belongs; otherwise it is held with the guess, or is new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casework.message import CaseId, ThreadId
from casework.references import make_reference
from mail_gateway.authentication import Standing
from mail_gateway.seals import ReplyToken, SealState
from mail_gateway.thread_matching import (
    SURE,
    WEIGHTS,
    Candidate,
    Clues,
    Evidence,
    MatchDecision,
    find_clues,
    match_thread,
)
from tests.mail_gateway.letters import AT, SEALS, a_letter, a_mail

REFERENCE = make_reference("ZMD", 2026, 123)
TODAY = AT.date()


def candidate(evidence: Evidence, thread: int, case: int | None = None, *, belongs: bool = True) -> Candidate:
    return Candidate(evidence, belongs, ThreadId(thread), CaseId(case) if case else None)


def test_clues_are_found_in_envelope_headers_and_text() -> None:
    raw = a_mail(
        f"见 {REFERENCE}",
        subject="补充 zmd 2026 OOO123",
        In_Reply_To=SEALS.message_id("reply-1", ThreadId(7)),
        References="<first@mail.example>",
    )
    clues = find_clues(a_letter(raw, rcpt_to=SEALS.reply_address(ThreadId(9), TODAY)), SEALS, prefix="ZMD", today=TODAY)
    assert [token.thread_id for token in clues.tokens] == [9]
    assert [own.thread_id for own in clues.own_ids] == [7]
    assert clues.other_ids == ("<first@mail.example>",)
    assert clues.references == (REFERENCE,)


def test_a_reply_address_in_a_header_counts_for_nothing() -> None:
    raw = a_mail(Cc=SEALS.reply_address(ThreadId(9), TODAY))
    assert find_clues(a_letter(raw), SEALS, prefix="ZMD", today=TODAY).tokens == ()


ENOUGH = [evidence for evidence in Evidence if WEIGHTS[evidence] >= SURE]


@pytest.mark.parametrize("evidence", ENOUGH)
def test_evidence_together_with_its_sender_joins(evidence: Evidence) -> None:
    match = match_thread(Clues(), [candidate(evidence, 7, 3)])
    assert (match.decision, match.thread_id, match.case_id) == (MatchDecision.JOIN, 7, 3)
    assert match.because[0].key == f"match.{evidence.value}_of_sender"


@pytest.mark.parametrize("evidence", list(Evidence))
def test_the_same_evidence_from_a_stranger_is_held_with_the_guess(evidence: Evidence) -> None:
    match = match_thread(Clues(), [candidate(evidence, 7, 3, belongs=False)])
    assert (match.decision, match.case_id) == (MatchDecision.HOLD, 3)
    assert match.because[0].key == f"match.{evidence.value}_of_stranger"


ELSEWHERE = Clues(is_answered_elsewhere=True)


@pytest.mark.parametrize("evidence", ENOUGH)
def test_who_is_known_from_reply_to_alone_joins_by_nothing_but_a_seal(evidence: Evidence) -> None:
    guessed = match_thread(ELSEWHERE, [candidate(evidence, 7, 3)])
    assert (guessed.decision, guessed.case_id) == (MatchDecision.HOLD, 3)
    assert [reason.key for reason in guessed.because] == [
        "match.answered_elsewhere",
        f"match.{evidence.value}_of_stranger",
    ]
    sealed = match_thread(ELSEWHERE, [replace(candidate(evidence, 7, 3), is_sealed=True)])
    assert (sealed.decision, sealed.thread_id, sealed.case_id) == (MatchDecision.JOIN, 7, 3)


def test_a_seal_opens_its_own_thread_and_no_case_that_is_only_named_beside_it() -> None:
    seal = replace(candidate(Evidence.REPLY_ADDRESS, 7), is_sealed=True)
    match = match_thread(ELSEWHERE, [seal, candidate(Evidence.CASE_REFERENCE, 8, 4)])
    assert (match.decision, match.thread_id, match.case_id) == (MatchDecision.JOIN, 7, None)


@pytest.mark.parametrize(
    ("author", "reply_to", "is_elsewhere"),
    [
        ("Li <LI@Mail.Example>", "li@mail.example", False),
        ("zhang@elsewhere.example", "li@mail.example", True),
        ("li@mail.example", "xinxiang@zmd.example", False),
        ("zhang@elsewhere.example", "li@mail.example, wu@mail.example", False),
    ],
)
def test_a_letter_is_answered_elsewhere_when_reply_to_is_not_its_author(
    author: str, reply_to: str, is_elsewhere: bool
) -> None:
    letter = a_letter(a_mail(sender=author, Reply_To=reply_to))
    assert find_clues(letter, SEALS, prefix="ZMD", today=TODAY).is_answered_elsewhere is is_elsewhere


def test_the_strongest_evidence_decides_between_the_senders_threads() -> None:
    found = [candidate(Evidence.CASE_REFERENCE, 8, 4), candidate(Evidence.REPLY_ADDRESS, 7)]
    match = match_thread(Clues(), found)
    assert (match.thread_id, match.case_id) == (7, 4)
    assert len(match.because) == 2


def test_the_senders_own_thread_goes_before_a_stronger_mark_of_somebody_elses() -> None:
    found = [candidate(Evidence.REPLY_ADDRESS, 7, 3, belongs=False), candidate(Evidence.CASE_REFERENCE, 8, 4)]
    match = match_thread(Clues(), found)
    assert (match.decision, match.thread_id, match.case_id) == (MatchDecision.JOIN, 8, 4)


def test_without_any_evidence_a_letter_is_new() -> None:
    assert match_thread(Clues(), []).decision is MatchDecision.NEW


def test_a_forged_reply_address_is_said_and_leads_nowhere() -> None:
    match = match_thread(Clues(tokens=(ReplyToken(SealState.FORGED),)), [])
    assert match.decision is MatchDecision.NEW
    assert [reason.key for reason in match.because] == ["match.reply_address_forged"]


@pytest.mark.parametrize("evidence", list(Evidence))
def test_no_evidence_joins_in_the_name_of_somebody_who_failed_authentication(evidence: Evidence) -> None:
    match = match_thread(Clues(standing=Standing.FAIL), [replace(candidate(evidence, 7, 3), is_sealed=True)])
    assert (match.decision, match.thread_id, match.case_id) == (MatchDecision.HOLD, 7, 3)
    assert [reason.key for reason in match.because] == ["match.not_sure", f"match.{evidence.value}_of_sender"]


@pytest.mark.parametrize("standing", list(Standing))
@pytest.mark.parametrize("evidence", list(Evidence))
def test_no_authentication_makes_a_stranger_belong(evidence: Evidence, standing: Standing) -> None:
    match = match_thread(Clues(standing=standing), [candidate(evidence, 7, 3, belongs=False)])
    assert (match.decision, match.case_id, match.score) == (MatchDecision.HOLD, 3, None)


@pytest.mark.parametrize(
    ("evidence", "standing", "decision"),
    [
        (Evidence.SAME_SUBJECT, Standing.NEUTRAL, MatchDecision.HOLD),
        (Evidence.SAME_SUBJECT, Standing.PASS, MatchDecision.JOIN),
        (Evidence.ANSWERED_SUBJECT, Standing.NEUTRAL, MatchDecision.JOIN),
        (Evidence.ANSWERED_SUBJECT, Standing.FAIL, MatchDecision.HOLD),
    ],
)
def test_a_subject_is_weighed_with_what_is_known_of_the_sender(
    evidence: Evidence, standing: Standing, decision: MatchDecision
) -> None:
    match = match_thread(Clues(standing=standing), [candidate(evidence, 7, 3)])
    assert (match.decision, match.case_id) == (decision, 3)


def test_the_score_is_a_table_that_adds_up() -> None:
    match = match_thread(Clues(standing=Standing.PASS), [candidate(Evidence.SAME_SUBJECT, 7, 3)])
    assert match.score is not None
    assert match.score.as_facts() == {
        "rows": [["same_subject", 40], ["authentication_pass", 20]],
        "total": 60,
        "sure_from": 50,
    }


def test_everything_that_was_found_is_kept_with_why_it_does_not_count() -> None:
    found = [candidate(Evidence.CASE_REFERENCE, 7, 3), candidate(Evidence.OWN_MESSAGE_ID, 7, 3)]
    stranger = replace(candidate(Evidence.REPLY_ADDRESS, 8, 4), sender_belongs=False)
    match = match_thread(Clues(), [*found, stranger])
    assert match.as_facts()["found"] == [
        {"kind": "reply_address", "weight": 100, "case": 4, "left_out": "stranger"},
        {"kind": "own_message_id", "weight": 90, "case": 3},
        {"kind": "case_reference", "weight": 70, "case": 3, "left_out": "weaker"},
    ]
    assert match.as_facts()["decision"] == "join"
    assert match_thread(Clues(), []).as_facts() == {}
