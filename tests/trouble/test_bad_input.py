"""What people and programs send that nobody expects: each gets a clear answer, and what is taken is never lost."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select

from casework.store.tables import inbox
from mail_gateway.letter_id import letter_id
from tests.running.audit import audit, looking, wait_for_rest
from tests.running.citizens import MAILBOX, ChatCitizen, offer, post
from tests.running.front_desk import RunningDesk, running_desk
from tests.running.product import WEB
from tests.running.visits import QUESTION

BROKEN = {
    "no header at all": b"\r\n\xc4\xe3\xba\xc3\r\n",
    "a multipart without its boundary": (
        b"From: a@citizen.example\r\nSubject: =?gb2312?B?zOHOyg\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="none"\r\n\r\n\xff\xfe\x00 text\r\n'
    ),
    "an unknown charset and encoding": (
        b"From: b@citizen.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=klingon\r\n"
        b"Content-Transfer-Encoding: x-none\r\n\r\n\xe5\x99\xaa\xe9\x9f\xb3\r\n"
    ),
    "parts within parts": (
        b"From: c@citizen.example\r\nMIME-Version: 1.0\r\n"
        + b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (level, level) for level in range(120)
        )
        + b"\r\n\r\nhidden\r\n"
    ),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(tmp_path_factory.mktemp("input")) as running:
        yield running


def test_an_unknown_recipient_is_refused_for_good_and_the_bureaus_own_is_taken(desk: RunningDesk) -> None:
    raw = b"From: a@citizen.example\r\nSubject: x\r\n\r\nhello\r\n"
    assert offer(desk.product, raw, mail_from="a@citizen.example", rcpt_to="nobody@gaj.example") == 550
    assert offer(desk.product, raw, mail_from="a@citizen.example", rcpt_to="someone@elsewhere.example") == 550
    assert offer(desk.product, raw, mail_from="a@citizen.example", rcpt_to=MAILBOX) == 250


def test_an_oversize_letter_is_refused_before_it_is_sent(desk: RunningDesk) -> None:
    with smtplib.SMTP("127.0.0.1", desk.product.smtp_port, timeout=10) as smtp:
        smtp.ehlo()
        code, words = smtp.mail("a@citizen.example", ["SIZE=99000000"])
        assert code == 552
        assert words.startswith(b"5.3.4")


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_letter_is_taken_and_ends_before_a_person_or_the_desk(desk: RunningDesk, raw: bytes) -> None:
    post(desk.product, raw, mail_from="broken@citizen.example")
    wait_for_rest(desk.product.store_url)
    with looking(desk.product.store_url) as connection:
        state = connection.execute(select(inbox.c.state).where(inbox.c.external_id == letter_id(raw))).scalar_one()
    assert state in {"handled", "held"}


@pytest.mark.parametrize(
    "text",
    ["喜" * 20_000, "", "   \n ", "😀🎉", "\x00\ud800"],
    ids=["long", "empty", "blank", "emoji", "no characters"],
)
def test_every_chat_message_gets_an_answer_in_words(desk: RunningDesk, text: str) -> None:
    replies = ChatCitizen.begin(desk.product).say(text)
    assert all(reply["text"].strip() for reply in replies)
    assert replies


def test_a_wrong_and_a_foreign_token_meet_the_same_words(desk: RunningDesk) -> None:
    mine, other = ChatCitizen.begin(desk.product), ChatCitizen.begin(desk.product)
    path = desk.product.url(f"/chat/conversations/{mine.conversation}/messages")
    answers = [
        WEB.post(path, json={"text": QUESTION, "client_id": "x"}, headers={"authorization": f"Bearer {token}"})
        for token in ("x", "nonsense" * 20, other.token)
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert len({answer.text for answer in answers}) == 1


def test_a_replayed_update_is_answered_once(desk: RunningDesk) -> None:
    citizen = desk.telegram.citizen(9501)
    update = citizen.says(QUESTION)
    desk.telegram.wait_for_sent(1, 9501)
    citizen.repeats(update)
    desk.telegram.wait_until_confirmed()
    wait_for_rest(desk.product.store_url)
    assert len(desk.telegram.sent(9501)) == 1
    assert audit(desk.product.store_url, [], desk.smarthost, desk.telegram).violations == []


def test_wrong_query_codes_tell_nothing_and_are_slowed_down(desk: RunningDesk) -> None:
    with httpx.Client(trust_env=False) as browser:

        def ask(reference: str) -> httpx.Response:
            page = browser.get(desk.product.url("/status"))
            token = re.search(r'name="csrf" value="([^"]+)"', page.text)
            assert token is not None
            form = {"csrf": token[1], "reference": reference, "code": "AAAAA-AAAAA"}
            return browser.post(desk.product.url("/status"), data=form)

        # Five wrong codes for one case from one address are enough.
        codes = [ask("ZMD-2026-000777-0").status_code for _ in range(7)]
    assert codes == [404] * 5 + [429] * 2
