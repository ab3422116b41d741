"""Reply addresses and Message-IDs of ours are recognised, and nobody else's are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from casework.message import ThreadId
from mail_gateway.seals import VALID_FOR, SealState
from tests.mail_gateway.letters import AT, OURS, SEALS

TODAY = AT.date()


def token_of(thread: int) -> str:
    found = OURS.find(SEALS.reply_address(ThreadId(thread), TODAY))
    assert found is not None
    assert found.mailbox == OURS.main
    return found.token


@pytest.mark.parametrize("thread", [1, 255, 256, 7_000_000_000])
def test_a_reply_address_leads_back_to_its_thread(thread: int) -> None:
    read = SEALS.read_token(token_of(thread).upper(), TODAY)
    assert (read.state, read.thread_id) == (SealState.VALID, thread)


def test_a_reply_address_fits_into_a_local_part() -> None:
    local = SEALS.reply_address(ThreadId(2**40), TODAY).partition("@")[0]
    assert len(local) <= 64


def test_a_reply_address_expires() -> None:
    token = token_of(5)
    assert SEALS.read_token(token, TODAY + VALID_FOR).state is SealState.VALID
    assert SEALS.read_token(token, TODAY + VALID_FOR + timedelta(days=1)).state is SealState.EXPIRED


@pytest.mark.parametrize("token", ["", "a", "abc", "!!!!", "hello-world", "a" * 28, "汉字"])
def test_a_guessed_token_is_forged(token: str) -> None:
    assert SEALS.read_token(token, TODAY).state is SealState.FORGED


def test_changing_one_character_breaks_the_seal() -> None:
    token = token_of(5)
    for place in range(len(token) - 1):
        changed = token[:place] + ("b" if token[place] == "a" else "a") + token[place + 1 :]
        assert SEALS.read_token(changed, TODAY).state is SealState.FORGED


def test_another_bureaus_secret_does_not_fit() -> None:
    other = replace(SEALS, secret=b"another secret")
    assert other.read_token(token_of(5), TODAY).state is SealState.FORGED
    assert other.read_message_id(SEALS.message_id("reply-1", ThreadId(5))) is None


def test_a_message_id_is_the_same_for_every_try_and_leads_back() -> None:
    message_id = SEALS.message_id("reply-1", ThreadId(5))
    assert message_id == SEALS.message_id("reply-1", ThreadId(5))
    own = SEALS.read_message_id(message_id)
    assert own is not None
    assert (own.key, own.thread_id) == ("reply-1", 5)


@pytest.mark.parametrize("strange", ["<x@zmd.example>", "<a.5.ffff@zmd.example>", "<>", "", "a", "<.٣.x@zmd.example>"])
def test_other_message_ids_are_not_ours(strange: str) -> None:
    assert SEALS.read_message_id(strange) is None


def test_a_key_that_does_not_fit_into_a_message_id_is_hashed() -> None:
    message_id = SEALS.message_id("held 1/<x>", None)
    own = SEALS.read_message_id(message_id)
    assert own is not None
    assert own.thread_id is None
    assert " " not in message_id
