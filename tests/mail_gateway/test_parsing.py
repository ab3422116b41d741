"""Whatever bytes come, one value goes out: no exception, nothing that a database could not hold, and quickly."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail_gateway.parsing import parse
from mail_gateway.quoting import split_words

SAMPLES = sorted((Path(__file__).parents[1] / "mail").glob("*.eml"))
SECONDS = 1.0
MARKS = [b"\r\n", b"\r\n\r\n", b"\x00", b"=?", b"?=", b"--", b'"', b"(", b"<"]


def texts_of(value: object) -> Iterator[str]:
    """Every text within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_of(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts_of(getattr(value, field.name))


def read_within_a_second(raw: bytes) -> None:
    started = time.process_time()
    mail = parse(raw)
    split_words(mail.text)
    assert time.process_time() - started < SECONDS
    for text in texts_of(mail):
        assert "\x00" not in text
        text.encode("utf-8")


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """`raw` with a few bytes changed, cut out, doubled or moved."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(data) + 1)
        piece = data[place : place + chance.randint(1, 60)]
        match chance.randrange(5):
            case 0:
                data[place : place + 1] = chance.randbytes(1)
            case 1:
                del data[place : place + len(piece)]
            case 2:
                data[place:place] = piece
            case 3:
                data[place:place] = chance.choice(
                    [b"\r\n", b"\r\n\r\n", b"\x00", b"=?", b"?=", b"--", b'"', b"(", b"<"]
                )
            case _:
                data[chance.randrange(len(data) + 1) :] = piece
    return bytes(data)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_mutated_samples_are_read(sample: Path) -> None:
    """About 2,000 mutations over all samples, the same ones in every run."""
    raw = sample.read_bytes()
    chance = random.Random(sample.stem)
    for _ in range(120):
        read_within_a_second(mutated(raw, chance))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_are_read(raw: bytes) -> None:
    read_within_a_second(raw)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"From: a@b\r\n" + b"X: y\r\n" * 20_000 + b"\r\nbody", id="20,000 header lines"),
        pytest.param(b"To: " + b"a@mail.example, " * 10_000 + b"\r\n\r\nbody", id="10,000 recipients"),
        pytest.param(b"Subject: " + b"=?utf-8?B?5YWz?= " * 5_000 + b"\r\n\r\nbody", id="5,000 encoded words"),
        pytest.param(b"Content-Type: text/html\r\n\r\n" + b"<div>" * 20_000 + b"deep", id="html nested 20,000 deep"),
        pytest.param(b"Content-Type: text/html\r\n\r\n" + b"<blockquote>" * 400 + b"deep", id="html nested 400 deep"),
        pytest.param(b"From: " + b"(" * 50_000 + b"\r\n\r\nbody", id="comment nested deep"),
        pytest.param(b"From: " + b'"' + b"\\" * 50_000 + b"\r\n\r\nbody", id="unclosed quoting"),
        pytest.param(b"\r\n\r\n" + b"> " * 50_000, id="one long quoted line"),
        pytest.param(b"\r\n\r\n" + "在2026-11-20 10:05 ".encode() * 5_000, id="one long line like an attribution"),
        pytest.param(b"\r\n\r\n" + b"On Fri, Nov 20, 2026 a@b\r\n" * 5_000, id="many lines like an attribution"),
        pytest.param(b"\r\n\r\n" + "发件人：\r\n".encode() * 10_000, id="many lines like a header block"),
        pytest.param(b"Content-Type: message/rfc822\r\n\r\n" * 300 + b"Subject: inner\r\n\r\nx", id="300 nested mails"),
    ],
)
def test_mail_made_to_be_slow_is_read_within_a_second(raw: bytes) -> None:
    read_within_a_second(raw)


def test_deeply_nested_parts_are_kept_and_named_as_a_defect() -> None:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (depth, depth) for depth in range(1000)
    )
    mail = parse(b"From: a@mail.example\r\nSubject: deep\r\n" + head + b"\r\nhello")
    assert mail.defects
    assert (mail.subject, mail.from_[0].address) == ("deep", "a@mail.example")


def test_deep_html_is_not_silently_empty() -> None:
    html = b"<div>" * 400 + "路灯坏了".encode() + b"</div>" * 400
    assert "路灯坏了" in parse(b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html).text


def test_an_attachment_keeps_its_bytes_and_gets_its_true_type() -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
    raw = (
        b'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\n'
        b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: binary\r\n\r\n'
        + png
        + b"\r\n--m--\r\n"
    )
    (attachment,) = parse(raw).attachments
    assert (attachment.content_type, attachment.declared_type) == ("image/png", "application/pdf")
    assert attachment.content == png


def test_nothing_that_a_browser_would_fetch_survives_in_the_html() -> None:
    html = (
        '<a href="javascript:x()">a</a><img src="http://t.example/x"><link href="http://t.example/c">'
        '<form action="http://t.example"><input></form><div style="background:url(http://t.example/b)">b</div>'
        '<iframe src="http://t.example"></iframe><a href="https://ok.example/">ok</a><p onclick="x()">c</p>'
    )
    shown = parse(b"Content-Type: text/html\r\n\r\n" + html.encode()).html
    assert "t.example" not in shown
    assert "javascript" not in shown
    assert "onclick" not in shown
    assert 'href="https://ok.example/"' in shown
