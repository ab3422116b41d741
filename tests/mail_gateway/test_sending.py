"""Handing mail over: every fault of the other server leads to the right next try."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from casework.message import Attachment, Reply
from casework.outbox import DeliveryOutcome, OutboxEntry, OutboxId, OutboxKind
from casework.store.blobs import DirectoryBlobs
from mail_gateway.errors import MailGatewayNotFound
from mail_gateway.local_mailbox import LocalMailbox
from mail_gateway.parsing import parse
from mail_gateway.sending import MailChannel, local_channel, smarthost_channel
from mail_gateway.smarthost import Smarthost
from tests.mail_gateway.letters import AT, SEALS, an_entry, letterhead
from tests.mail_gateway.smarthost_peer import Peer, answering, scripted

HELLO = (b"220 peer\r\n", b"250-peer\r\n250 SIZE 0\r\n", b"250 ok\r\n", b"250 ok\r\n")


def channel_to(port: int, tmp_path: Path, *, answer_seconds: float = 5.0, total_seconds: float = 20.0) -> MailChannel:
    smarthost = Smarthost("127.0.0.1", port, tls="none", answer_seconds=answer_seconds, total_seconds=total_seconds)
    return smarthost_channel(letterhead(), DirectoryBlobs(tmp_path), lambda: AT, smarthost)


def test_a_mail_is_handed_over_with_its_envelope(tmp_path: Path) -> None:
    peer = Peer()
    with answering(peer) as port:
        result = channel_to(port, tmp_path).deliver(an_entry(".lead\r\n.dots", kind=OutboxKind.STAFF))
    assert result.outcome is DeliveryOutcome.DELIVERED
    ((sender, recipients, raw),) = peer.taken
    assert (sender, recipients) == (SEALS.return_address(OutboxId(1), AT.date()), ["li@mail.example"])
    assert parse(raw).message_id == result.external_id
    assert ".lead" in parse(raw).text


def test_automatic_mail_leaves_with_the_null_return_path(tmp_path: Path) -> None:
    peer = Peer()
    with answering(peer) as port:
        channel_to(port, tmp_path).deliver(an_entry())
    assert peer.taken[0][0] == "<>"


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_4xx_is_temporary(command: str, tmp_path: Path) -> None:
    with answering(Peer({command: "451 4.3.2 later"})) as port:
        result = channel_to(port, tmp_path).deliver(an_entry())
    assert (result.outcome, result.detail) == (DeliveryOutcome.TEMPORARY, "451 4.3.2 later")


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_5xx_is_permanent_with_the_servers_words(command: str, tmp_path: Path) -> None:
    with answering(Peer({command: "554 5.7.1 <li@mail.example>: refused by policy"})) as port:
        result = channel_to(port, tmp_path).deliver(an_entry())
    assert result.outcome is DeliveryOutcome.PERMANENT
    assert result.detail == "554 5.7.1 <(address)>: refused by policy"
    assert not result.address_is_dead


@pytest.mark.parametrize("words", ["5.1.1 user unknown", "Mailbox not found", "No such user here"])
def test_an_unknown_user_means_that_the_address_is_dead(words: str, tmp_path: Path) -> None:
    with answering(Peer({"RCPT": f"550 {words}"})) as port:
        assert channel_to(port, tmp_path).deliver(an_entry()).address_is_dead


def test_a_refusal_of_ourselves_is_temporary(tmp_path: Path) -> None:
    with answering(Peer({"MAIL": "530 5.7.0 sign in first"})) as port:
        assert channel_to(port, tmp_path).deliver(an_entry()).outcome is DeliveryOutcome.TEMPORARY
    with scripted(b"554 5.7.1 you are blocked\r\n") as port:
        assert channel_to(port, tmp_path).deliver(an_entry()).outcome is DeliveryOutcome.TEMPORARY


def test_nobody_listening_is_temporary(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    result = channel_to(port, tmp_path).deliver(an_entry())
    assert (result.outcome, result.detail) == (DeliveryOutcome.TEMPORARY, "not handed over: ConnectionRefusedError")


@pytest.mark.parametrize("steps", range(len(HELLO) + 1))
def test_a_server_that_hangs_before_the_end_of_data_is_temporary(steps: int, tmp_path: Path) -> None:
    with scripted(*HELLO[:steps], then_hang=True) as port:
        result = channel_to(port, tmp_path, answer_seconds=0.2).deliver(an_entry())
    assert result.outcome is DeliveryOutcome.TEMPORARY


@pytest.mark.parametrize("steps", range(1, len(HELLO) + 1))
def test_a_connection_lost_before_the_end_of_data_is_temporary(steps: int, tmp_path: Path) -> None:
    with scripted(*HELLO[:steps]) as port:
        assert channel_to(port, tmp_path).deliver(an_entry()).outcome is DeliveryOutcome.TEMPORARY


def test_a_connection_lost_after_data_is_unknown_and_repeats_the_message_id(tmp_path: Path) -> None:
    with scripted(*HELLO, b"354 go\r\n") as port:
        lost = channel_to(port, tmp_path).deliver(an_entry())
    assert lost.outcome is DeliveryOutcome.UNKNOWN
    peer = Peer()
    with answering(peer) as port:
        channel_to(port, tmp_path).deliver(an_entry())
    assert parse(peer.taken[0][2]).message_id == lost.external_id


def test_no_answer_after_data_is_unknown_too(tmp_path: Path) -> None:
    with scripted(*HELLO, b"354 go\r\n", then_hang=True) as port:
        result = channel_to(port, tmp_path, answer_seconds=0.2).deliver(an_entry())
    assert result.outcome is DeliveryOutcome.UNKNOWN


@pytest.mark.parametrize(
    ("steps", "outcome"), [(HELLO[:2], DeliveryOutcome.TEMPORARY), ((*HELLO, b"354 go\r\n"), DeliveryOutcome.UNKNOWN)]
)
def test_a_server_that_drips_is_cut_off(steps: tuple[bytes, ...], outcome: DeliveryOutcome, tmp_path: Path) -> None:
    started = time.monotonic()
    with scripted(*steps, drip=True) as port:
        result = channel_to(port, tmp_path, answer_seconds=5, total_seconds=0.5).deliver(an_entry())
    assert result.outcome is outcome
    assert time.monotonic() - started < 4


def test_starttls_is_never_silently_left_out(tmp_path: Path) -> None:
    peer = Peer()
    with answering(peer) as port:
        channel = smarthost_channel(
            letterhead(), DirectoryBlobs(tmp_path), lambda: AT, Smarthost("127.0.0.1", port, tls="starttls")
        )
        assert channel.deliver(an_entry()).outcome is DeliveryOutcome.TEMPORARY
    assert peer.taken == []


def test_an_address_in_utf8_needs_a_server_that_takes_it(tmp_path: Path) -> None:
    peer = Peer()
    with answering(peer) as port:
        assert channel_to(port, tmp_path).deliver(an_entry(to="李某@mail.example")).outcome is DeliveryOutcome.DELIVERED
    assert peer.taken[0][1] == ["李某@mail.example"]
    with answering(Peer(), utf8=False) as port:
        result = channel_to(port, tmp_path).deliver(an_entry(to="李某@mail.example"))
    assert (result.outcome, result.address_is_dead) == (DeliveryOutcome.PERMANENT, False)


@pytest.mark.parametrize(
    ("to", "heard"), [("li@mail.example", "li@mail.example"), ("li@路灯.example", "li@xn--znx524d.example")]
)
def test_what_can_be_said_in_ascii_asks_nothing_of_the_server(tmp_path: Path, to: str, heard: str) -> None:
    peer = Peer()
    with answering(peer, utf8=False) as port:
        result = channel_to(port, tmp_path).deliver(an_entry(to=to, subject="关于路灯的投诉" * 10))
    assert result.outcome is DeliveryOutcome.DELIVERED
    ((_, recipients, raw),) = peer.taken
    assert recipients == [heard]
    assert raw.isascii()
    assert parse(raw).subject == "关于路灯的投诉" * 10


def test_headers_and_addresses_in_utf8_arrive_as_they_were_written(tmp_path: Path) -> None:
    peer = Peer()
    with answering(peer) as port:
        channel_to(port, tmp_path).deliver(an_entry(to="李某@路灯.example", subject="关于路灯的投诉"))
    mail = parse(peer.taken[0][2])
    assert (mail.subject, mail.to[0].address) == ("关于路灯的投诉", "李某@xn--znx524d.example")
    assert "关于路灯的投诉".encode() in peer.taken[0][2]


def test_what_is_no_address_fails_for_good(tmp_path: Path) -> None:
    result = channel_to(1, tmp_path).deliver(an_entry(to="nobody"))
    assert (result.outcome, result.address_is_dead) == (DeliveryOutcome.PERMANENT, True)


def test_an_attachment_that_cannot_be_read_is_temporary(tmp_path: Path) -> None:
    lost = Reply("见附件", attachments=(Attachment("a.pdf", "application/pdf", 1, "0" * 64),))
    assert channel_to(1, tmp_path).deliver(an_entry(reply=lost)).outcome is DeliveryOutcome.TEMPORARY


def local(tmp_path: Path) -> tuple[LocalMailbox, MailChannel]:
    mailbox = LocalMailbox(tmp_path / "mailbox")
    return mailbox, local_channel(letterhead(), DirectoryBlobs(tmp_path / "blobs"), lambda: AT, mailbox)


def entry_number(number: int) -> OutboxEntry:
    return an_entry(f"第{number}封", key=f"reply-{number}")


def test_the_local_mailbox_lists_what_was_sent_latest_first(tmp_path: Path) -> None:
    mailbox, channel = local(tmp_path)
    for number in range(3):
        assert channel.deliver(entry_number(number)).outcome is DeliveryOutcome.DELIVERED
    assert ["第2封" in kept.mail.text for kept in mailbox.latest()] == [True, False, False]
    assert mailbox.get(mailbox.names()[0]).mail.to[0].address == "li@mail.example"


def test_the_local_mailbox_keeps_a_repeat_once(tmp_path: Path) -> None:
    mailbox, channel = local(tmp_path)
    for _ in range(2):
        channel.deliver(entry_number(1))
    assert len(mailbox.names()) == 1


@pytest.mark.parametrize("name", ["../secret", "x", "0000000009-0123456789abcdef", ""])
def test_the_local_mailbox_gives_out_its_own_mails_only(name: str, tmp_path: Path) -> None:
    mailbox, _ = local(tmp_path)
    with pytest.raises(MailGatewayNotFound):
        mailbox.get(name)


def test_a_mailbox_that_cannot_be_written_is_temporary(tmp_path: Path) -> None:
    mailbox, channel = local(tmp_path)
    (tmp_path / "mailbox").rmdir()
    assert channel.deliver(entry_number(1)).outcome is DeliveryOutcome.TEMPORARY
    assert mailbox.names() == []
