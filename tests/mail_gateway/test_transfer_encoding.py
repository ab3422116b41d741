"""Transfer encodings as programs write them, right and wrong."""

from __future__ import annotations

import binascii
import time

import pytest

from mail_gateway.transfer_encoding import decode_transfer, take_out_uuencoded, uudecode

SECONDS = 5.0
"""Far more than it takes; one that looks at every line in two ways takes for ever."""
UU = "begin 644 plan.txt\n" + binascii.b2a_uu("第一条".encode()).decode() + "`\nend\n"


@pytest.mark.parametrize(
    ("written", "encoding", "content"),
    [
        (b"aGVsbG8=", "base64", b"hello"),
        (b"aGVs\r\n*bG8=\r\n", "BASE64; x=y", b"hello"),
        (b"aGVsbG8=aGVsbG8=", "base64", b"hellohello"),
        (b"aGVsbG8", "base64", b"hello"),
        (b"h=C3=A9 =\r\nthere", "quoted-printable", "hé there".encode()),
        (b"as it is", "7-bit", b"as it is"),
    ],
)
def test_content_is_decoded_as_far_as_it_can_be(written: bytes, encoding: str, content: bytes) -> None:
    assert decode_transfer(written, encoding) == (content, "")


def test_what_is_wrong_is_named_and_nothing_raises() -> None:
    assert decode_transfer(b"aGVsbG8aa", "base64") == (b"hello\x1a", "base64 cut short")
    assert decode_transfer(b"?", "x-strange") == (b"?", "unknown transfer encoding")
    assert decode_transfer(b"no block", "x-uuencode") == (b"no block", "no uuencoded block found")


def test_a_file_written_into_the_text_is_taken_out_of_it() -> None:
    text, files = take_out_uuencoded(f"请看附件。\n\n{UU}谢谢\n")
    assert files == [("plan.txt", "第一条".encode())]
    assert "begin" not in text
    assert "请看附件" in text
    assert "谢谢" in text


def test_words_that_only_look_like_such_a_file_stay_words() -> None:
    text = "We begin 644 days from now.\nThat is the\nend\n"
    assert take_out_uuencoded(text) == (text, [])


def test_blocks_that_are_never_ended_are_left_soon() -> None:
    block = "begin 644 a\n" + "M" + "A" * 60 + "\n"
    text = block * 2_000 + ("M" + "A" * 60 + "\n") * 20_000
    started = time.process_time()
    assert take_out_uuencoded(text) == (text, [])
    assert time.process_time() - started < SECONDS


def test_a_broken_line_of_such_a_file_is_left_out() -> None:
    good = binascii.b2a_uu(b"good").decode()
    assert uudecode(good + "\x7f\x7f\n" + good) == b"goodgood"
