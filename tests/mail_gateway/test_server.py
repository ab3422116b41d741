"""The door for mail, over real sockets."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
import time

import pytest

from mail_gateway import smtp_replies as replies
from mail_gateway.envelope import Envelope
from mail_gateway.server import Limits, MailServer
from tests.mail_gateway.running_server import Collected, failing, mail_server

LETTER = b"Subject: hi\r\n\r\n.leading dot\r\nbare\nnewline \xff\r\n"


def client(server: MailServer) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", server.port, timeout=10)


def send(server: MailServer, *recipients: str, sender: str = "li@mail.example", letter: bytes = LETTER) -> None:
    with client(server) as smtp:
        smtp.sendmail(sender, recipients or ["xinxiang@zmd.example"], letter)


def raw_dialogue(server: MailServer, sent: bytes, wait_for: bytes) -> bytes:
    """What the server says to exactly these bytes, until `wait_for` is in it or it hangs up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as peer:
        peer.sendall(sent)
        heard = b""
        while wait_for not in heard:
            piece = peer.recv(4096)
            if not piece:
                break
            heard += piece
        return heard


def test_a_letter_is_saved_as_it_came_over_the_wire() -> None:
    kept = Collected()
    wire = b"Subject: hi\r\n\r\n..leading dot\r\nbare\nnewline \xff\r\n"
    start = b"EHLO x\r\nMAIL FROM:<li@mail.example>\r\nRCPT TO:<xinxiang@zmd.example>\r\nDATA\r\n"
    with mail_server(kept) as server:
        heard = raw_dialogue(server, start + wire + b".\r\n", replies.MAIL_SAVED.line.encode())
    assert replies.MAIL_SAVED.line.encode() in heard
    raw, envelope = kept.letters[0]
    assert raw == LETTER
    assert (envelope.mail_from, envelope.rcpt_tos) == ("li@mail.example", ("xinxiang@zmd.example",))
    assert envelope.peer == "127.0.0.1"


def test_a_bare_newline_dot_does_not_end_the_letter() -> None:
    kept = Collected()
    with mail_server(kept) as server, client(server) as smtp:
        smtp.ehlo()
        smtp.mail("li@mail.example")
        smtp.rcpt("xinxiang@zmd.example")
        smtp.docmd("DATA")
        smtp.send(b"Subject: a\r\n\r\nfirst\n.\nMAIL FROM:<evil@mail.example>\r\n.\r\n")
        assert smtp.getreply()[0] == 250
    assert len(kept.letters) == 1
    assert b"evil" in kept.letters[0][0]


@pytest.mark.parametrize(
    "address",
    [
        "xinxiang@zmd.example",
        "XinXiang@ZMD.example",
        "xinxiang+token42@zmd.example",
        "postmaster",
        "Postmaster@zmd.example",
    ],
)
def test_the_bureaus_addresses_are_accepted(address: str) -> None:
    kept = Collected()
    with mail_server(kept) as server:
        send(server, address)
    assert kept.letters[0][1].rcpt_tos == (address,)


@pytest.mark.parametrize("address", ["someone@zmd.example", "xinxiang@other.example", "xinxiangx@zmd.example", "root"])
def test_other_addresses_are_refused_for_good(address: str) -> None:
    with mail_server(Collected()) as server, client(server) as smtp:
        smtp.ehlo()
        smtp.mail("li@mail.example")
        code, text = smtp.rcpt(address)
    assert f"{code} {text.decode()}" == replies.UNKNOWN_RECIPIENT.line


def test_the_null_sender_is_accepted_and_kept_as_empty() -> None:
    kept = Collected()
    with mail_server(kept) as server:
        send(server, sender="")
    assert kept.letters[0][1].has_null_sender


def test_addresses_in_utf8_are_accepted() -> None:
    kept = Collected()
    with mail_server(kept) as server, client(server) as smtp:
        smtp.ehlo()
        assert smtp.has_extn("smtputf8")
        smtp.sendmail("李某@mail.example", ["xinxiang@zmd.example"], LETTER, mail_options=["SMTPUTF8"])
    assert kept.letters[0][1].mail_from == "李某@mail.example"


def test_an_announced_oversize_is_refused_before_it_is_sent() -> None:
    with mail_server(Collected(), Limits(max_bytes=1000)) as server, client(server) as smtp:
        smtp.ehlo()
        assert smtp.esmtp_features["size"] == "1000"
        code, text = smtp.mail("li@mail.example", ["SIZE=1001"])
    assert f"{code} {text.decode()}" == replies.TOO_LARGE.line


def test_an_oversize_found_while_reading_is_refused() -> None:
    kept = Collected()
    with mail_server(kept, Limits(max_bytes=1000)) as server, client(server) as smtp:
        smtp.helo()
        smtp.mail("li@mail.example")
        smtp.rcpt("xinxiang@zmd.example")
        code, text = smtp.data(b"x" * 70 + b"\r\n" + b"y" * 2000)
        assert f"{code} {text.decode()}" == replies.TOO_LARGE.line
        smtp.sendmail("li@mail.example", ["xinxiang@zmd.example"], LETTER)
    assert len(kept.letters) == 1


def test_a_paragraph_on_one_line_is_no_reason_to_lose_a_letter() -> None:
    kept = Collected()
    with mail_server(kept) as server:
        send(server, letter=b"Subject: a\r\n\r\n" + b"z" * 100_000 + b"\r\n")
    assert len(kept.letters[0][0]) > 100_000


@pytest.mark.parametrize("error", [RuntimeError, OSError, TimeoutError, ValueError, ConnectionResetError])
def test_our_own_trouble_is_always_temporary(error: type[Exception]) -> None:
    with mail_server(failing(error)) as server, pytest.raises(smtplib.SMTPDataError) as caught:
        send(server)
    words = caught.value.smtp_error
    said = words.decode() if isinstance(words, bytes) else words
    assert f"{caught.value.smtp_code} {said}" == replies.OUR_TROUBLE.line


def test_a_commit_that_hangs_is_given_up_as_temporary() -> None:
    async def accept(_raw: bytes, _envelope: Envelope) -> None:
        await asyncio.sleep(60)

    with mail_server(accept, Limits(accept_seconds=0.1)) as server, pytest.raises(smtplib.SMTPDataError) as caught:
        send(server)
    assert caught.value.smtp_code == 451


def test_acknowledgement_waits_for_the_commit() -> None:
    committed = threading.Event()

    async def accept(_raw: bytes, _envelope: Envelope) -> None:
        await asyncio.to_thread(committed.wait, 10)

    with mail_server(accept) as server, client(server) as smtp:
        smtp.ehlo()
        smtp.mail("li@mail.example")
        smtp.rcpt("xinxiang@zmd.example")
        smtp.docmd("DATA")
        smtp.send(b"Subject: a\r\n\r\nb\r\n.\r\n")
        assert smtp.sock is not None
        smtp.sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            smtp.sock.recv(1)
        committed.set()
        smtp.sock.settimeout(10)
        assert smtp.sock.recv(100).startswith(b"250 ")


def test_too_many_connections_are_asked_to_come_back() -> None:
    with mail_server(Collected(), Limits(max_connections=1)) as server, client(server):
        assert raw_dialogue(server, b"", b"\n") == f"{replies.BUSY}\r\n".encode()


def test_a_place_is_free_again_when_a_client_has_left() -> None:
    kept = Collected()
    with mail_server(kept, Limits(max_connections=1)) as server:
        for _ in range(3):
            wait_until(lambda: not server.connections)
            send(server)
    assert len(kept.letters) == 3


def test_a_silent_client_is_closed() -> None:
    with mail_server(Collected(), Limits(idle_seconds=0.2)) as server:
        heard = raw_dialogue(server, b"EHLO x\r\n", b"never said")
    assert heard.endswith(f"{replies.CLOSING}\r\n".encode())


def test_too_many_recipients_are_put_off() -> None:
    with mail_server(Collected(), Limits(max_recipients=2)) as server, client(server) as smtp:
        smtp.ehlo()
        smtp.mail("li@mail.example")
        answers = [smtp.rcpt(f"xinxiang+{number}@zmd.example")[0] for number in range(3)]
    assert answers == [250, 250, 452]


def test_a_stop_lets_a_running_commit_finish_and_acknowledges_it() -> None:
    started, answered = threading.Event(), []

    async def accept(_raw: bytes, _envelope: Envelope) -> None:
        started.set()
        await asyncio.sleep(0.3)

    def deliver(server: MailServer) -> None:
        smtp = client(server)
        smtp.sendmail("li@mail.example", ["xinxiang@zmd.example"], LETTER)
        answered.append(True)
        smtp.close()

    with mail_server(accept) as server:
        thread = threading.Thread(target=deliver, args=(server,))
        thread.start()
        assert started.wait(10)
    thread.join(10)
    assert answered == [True]


def test_idle_clients_are_told_of_a_stop() -> None:
    with mail_server(Collected()) as server:
        smtp = client(server)
        smtp.ehlo()
    assert smtp.getreply()[0] == 421
    smtp.close()


def test_nobody_can_sign_in_or_relay() -> None:
    with mail_server(Collected()) as server, client(server) as smtp:
        smtp.ehlo()
        assert not smtp.has_extn("auth")
        assert smtp.docmd("AUTH", "PLAIN AAAA")[0] == 500


def test_many_clients_at_once_are_all_served() -> None:
    kept = Collected()
    with mail_server(kept) as server:
        threads = [threading.Thread(target=send, args=(server,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert len(kept.letters) == 20


def wait_until(condition: object) -> None:
    """Poll for at most ten seconds."""
    assert callable(condition)
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
