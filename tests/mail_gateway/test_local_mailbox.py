"""The local mailbox: numbers are given once and in order, whoever puts mails at the same instant."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from casework.outbox import DeliveryOutcome
from mail_gateway.composing import ComposedMail
from mail_gateway.local_mailbox import LocalMailbox


def a_mail(number: int) -> ComposedMail:
    return ComposedMail("", "li@mail.example", f"<{number}@gaj.example>", b"Subject: x\r\n\r\n%d\r\n" % number)


def test_mails_put_at_the_same_instant_get_numbers_of_their_own(tmp_path: Path) -> None:
    boxes = [LocalMailbox(tmp_path / "mailbox") for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda number: boxes[number % 2].put(a_mail(number)), range(60)))
    assert {result.outcome for result in results} == {DeliveryOutcome.DELIVERED}
    numbers = [int(name.partition("-")[0]) for name in boxes[0].names()]
    assert numbers == list(range(60, 0, -1))


def test_a_mail_put_many_times_at_the_same_instant_is_there_once(tmp_path: Path) -> None:
    mailbox = LocalMailbox(tmp_path / "mailbox")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(mailbox.put, [a_mail(1)] * 16))
    digest = hashlib.sha256(b"<1@gaj.example>").hexdigest()[:16]
    assert mailbox.names() == [f"0000000001-{digest}"]
