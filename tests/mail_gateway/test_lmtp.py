"""The door for a mail server beside us (RFC 2033), over real sockets: an answer for each recipient."""

from __future__ import annotations

import smtplib
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from casework.inbox import InboxState
from casework.store import SqlStore
from mail_gateway import smtp_replies as replies
from mail_gateway.acceptance import Accept, accept_into
from mail_gateway.server import Limits, MailServer, Protocol
from tests.mail_gateway.running_server import Collected, failing, mail_server

LETTER = b"Message-ID: <1@mail.example>\r\nSubject: hi\r\n\r\nbody\r\n"
SENDER, DUTY, REPORTS = "li@mail.example", "xinxiang@zmd.example", "jubao@zmd.example"


@contextmanager
def lmtp(accept: Accept, limits: Limits | None = None) -> Iterator[tuple[MailServer, smtplib.LMTP]]:
    """A listener, and a neighbour that has greeted it."""
    with (
        mail_server(accept, limits, protocol=Protocol.LMTP) as server,
        smtplib.LMTP("127.0.0.1", server.port, timeout=10) as neighbour,
    ):
        neighbour.ehlo()
        yield server, neighbour


def hand_over(neighbour: smtplib.LMTP, *recipients: str, letter: bytes = LETTER) -> list[str]:
    """What is answered to a letter for these recipients, which are all accepted."""
    neighbour.mail(SENDER)
    for recipient in recipients:
        assert neighbour.rcpt(recipient)[0] == 250
    first = neighbour.data(letter)
    answers = [first, *(neighbour.getreply() for _ in recipients[1:])]
    return [f"{code} {text.decode()}" for code, text in answers]


def test_a_letter_is_answered_once_for_each_recipient_in_order() -> None:
    kept = Collected()
    with lmtp(kept) as (_, neighbour):
        assert hand_over(neighbour, DUTY, REPORTS) == [replies.MAIL_SAVED.line] * 2
        # Nothing is left over: the next command gets its own answer.
        assert neighbour.noop()[0] == 250
        assert hand_over(neighbour, DUTY) == [replies.MAIL_SAVED.line]
    raw, envelope = kept.letters[0]
    assert raw == LETTER
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, (DUTY, REPORTS))


def test_an_unknown_recipient_is_refused_and_the_others_are_answered() -> None:
    kept = Collected()
    with lmtp(kept) as (_, neighbour):
        refused = neighbour.sendmail(SENDER, [DUTY, "nobody@zmd.example"], LETTER)
    assert {who: f"{code} {text.decode()}" for who, (code, text) in refused.items()} == {
        "nobody@zmd.example": replies.UNKNOWN_RECIPIENT.line
    }
    assert kept.letters[0][1].rcpt_tos == (DUTY,)


def test_without_an_accepted_recipient_no_letter_is_taken() -> None:
    with lmtp(Collected()) as (_, neighbour):
        neighbour.mail(SENDER)
        neighbour.rcpt("nobody@zmd.example")
        assert neighbour.docmd("DATA")[0] == 503


def test_our_trouble_is_temporary_for_every_recipient() -> None:
    with lmtp(failing(OSError)) as (_, neighbour):
        assert hand_over(neighbour, DUTY, REPORTS) == [replies.OUR_TROUBLE.line] * 2


def test_a_letter_that_is_too_large_is_refused_for_every_recipient() -> None:
    kept = Collected()
    with lmtp(kept, Limits(max_bytes=1000)) as (_, neighbour):
        assert (
            hand_over(neighbour, DUTY, REPORTS, letter=b"x" * 70 + b"\r\n" + b"y" * 2000)
            == [replies.TOO_LARGE.line] * 2
        )
        assert hand_over(neighbour, DUTY) == [replies.MAIL_SAVED.line]
    assert len(kept.letters) == 1


@pytest.mark.parametrize("greeting", ["HELO x", "EHLO x", "STARTTLS"])
def test_a_client_of_smtp_is_told_that_it_is_at_the_wrong_door(greeting: str) -> None:
    with (
        mail_server(Collected(), protocol=Protocol.LMTP) as server,
        smtplib.LMTP("127.0.0.1", server.port, timeout=10) as neighbour,
    ):
        assert neighbour.docmd(greeting)[0] == 500
        assert neighbour.docmd("MAIL", f"FROM:<{SENDER}>") == (503, b"Error: send LHLO first")


def test_the_greeting_is_not_known_over_smtp() -> None:
    with mail_server(Collected()) as server, smtplib.SMTP("127.0.0.1", server.port, timeout=10) as client:
        assert client.docmd("LHLO x")[0] == 500


def test_a_letter_comes_through_a_socket_in_a_file_that_is_gone_afterwards() -> None:
    kept = Collected()
    # A folder of its own: pytest's have names longer than a socket may have.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lmtp"
        with mail_server(kept, protocol=Protocol.LMTP, unix_socket=path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o660
            with smtplib.LMTP(str(path), timeout=10) as neighbour:
                neighbour.ehlo()
                assert hand_over(neighbour, DUTY) == [replies.MAIL_SAVED.line]
        assert not path.exists()
    assert kept.letters[0][1].peer == ""


def test_the_same_mail_handed_over_twice_is_one_letter(store: SqlStore) -> None:
    with lmtp(accept_into(store)) as (_, neighbour):
        assert hand_over(neighbour, DUTY, REPORTS) == [replies.MAIL_SAVED.line] * 2
        assert hand_over(neighbour, REPORTS) == [replies.MAIL_SAVED.line]
    with store.read() as uow:
        assert uow.inbox.count(InboxState.RECEIVED) == 1


def test_while_the_database_is_away_the_neighbour_keeps_the_letter_and_then_brings_it_in_once(store: SqlStore) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE raw_mails RENAME TO away")
    with lmtp(accept_into(store)) as (_, neighbour):
        assert hand_over(neighbour, DUTY, REPORTS) == [replies.OUR_TROUBLE.line] * 2
        with store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO raw_mails")
        assert hand_over(neighbour, DUTY, REPORTS) == [replies.MAIL_SAVED.line] * 2
    with store.read() as uow:
        assert uow.inbox.count(InboxState.RECEIVED) == 1
