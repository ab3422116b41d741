"""The same letter has one id; different letters never share one."""

from __future__ import annotations

from mail_gateway.letter_id import letter_id
from tests.mail_gateway.letters import a_mail


def test_the_same_letter_with_other_trace_headers_is_the_same() -> None:
    raw = a_mail()
    assert letter_id(b"Received: from b\r\nDelivered-To: jubao@zmd.example\r\n" + raw) == letter_id(raw)
    assert letter_id(raw).startswith("<1@mail.example> ")


def test_two_letters_under_one_message_id_are_two() -> None:
    assert letter_id(a_mail("甲")) != letter_id(a_mail("乙"))


def test_letters_without_message_id_are_told_apart_by_their_bytes() -> None:
    one, two = (f"Subject: {n}\r\n\r\nx".encode() for n in (1, 2))
    assert letter_id(one) == letter_id(one) != letter_id(two)
    assert letter_id(one).startswith("sha256:")


def test_a_message_id_in_the_body_is_no_header() -> None:
    raw = b"Subject: a\r\n\r\nMessage-ID: <x@y>\r\n"
    assert letter_id(raw).startswith("sha256:")


def test_folded_strange_and_missing_headers_do_no_harm() -> None:
    assert letter_id(b"Message-ID:\r\n <folded@x>\r\n\r\nb").startswith("<folded@x> ")
    assert letter_id(b"message-id: <low@x>\n\nb").startswith("<low@x> ")
    assert letter_id(b"Message-ID: <a\x00b@x>\r\n\r\nb").startswith("sha256:")
    assert letter_id(b"").startswith("sha256:")
    assert letter_id(b"Message-ID: <only@x>").startswith("<only@x> ")
