"""Mails as no program sends them: whole ones cut, doubled, shuffled and spoilt, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

Mutation = Callable[[bytes, random.Random], bytes]

NASTY = (
    b"\x00", b"\r", b"\n", b"\r\n\r\n", b"=", b"=?utf-8?B?", b"?=", b"=?gb2312?Q?=D5?=", b"--b\r\n", b"\xff\xfe",
    b"\xd6\xd0\xce\xc4", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n", b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"begin 644 a\r\n#%0\r\nend\r\n", b"\x1b$B", b"+AGE-", b'"', b"\\", b"<",
    b">", b"(", b"filename*0*=utf-8''%E4", b"\x78\x9f\x3e\x22", b"<div style=", b"> ", b"From ", b"; charset=", b"\xa0",
)  # fmt: skip
"""What has broken mail programs before."""


def mutants(seeds: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """`count` mails, each a few mutations away from one of `seeds`."""
    chance = random.Random(seed)
    for _ in range(count):
        mail = chance.choice(seeds)
        for _ in range(chance.randint(1, 6)):
            mail = chance.choice(MUTATIONS)(mail, chance)
        yield mail[:400_000]


def _place(mail: bytes, chance: random.Random) -> int:
    return chance.randint(0, len(mail))


def _cut(mail: bytes, chance: random.Random) -> bytes:
    return mail[: _place(mail, chance)]


def _remove(mail: bytes, chance: random.Random) -> bytes:
    start = _place(mail, chance)
    return mail[:start] + mail[start + chance.randint(1, 80) :]


def _insert(mail: bytes, chance: random.Random) -> bytes:
    place = _place(mail, chance)
    return mail[:place] + chance.choice(NASTY) * chance.choice((1, 1, 1, 3, 50)) + mail[place:]


def _spoil(mail: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(mail)
    for _ in range(chance.randint(1, 20)):
        if spoilt:
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def _shuffle_lines(mail: bytes, chance: random.Random) -> bytes:
    lines = mail.split(b"\n")
    start = chance.randint(0, len(lines))
    some = lines[start : start + 12]
    chance.shuffle(some)
    return b"\n".join([*lines[:start], *some, *lines[start + 12 :]])


def _double(mail: bytes, chance: random.Random) -> bytes:
    start = _place(mail, chance)
    piece = mail[start : start + chance.randint(1, 2000)]
    return mail[:start] + piece * chance.choice((2, 3, 40)) + mail[start:]


def _other_line_ends(mail: bytes, chance: random.Random) -> bytes:
    return mail.replace(b"\r\n", b"\n").replace(b"\n", chance.choice((b"\n", b"\r", b"\r\n", b"\n\r")))


def _within_another(mail: bytes, chance: random.Random) -> bytes:
    kind = chance.choice((b"message/rfc822", b"multipart/mixed; boundary=b", b"message/delivery-status", b"text/html"))
    return b"Subject: outer\r\nContent-Type: " + kind + b"\r\n\r\n" + mail


MUTATIONS: tuple[Mutation, ...] = (
    _cut,
    _remove,
    _insert,
    _insert,
    _spoil,
    _shuffle_lines,
    _double,
    _other_line_ends,
    _within_another,
)
