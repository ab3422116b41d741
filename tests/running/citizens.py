"""Citizens and their programs as they really behave: what was not acknowledged is sent again."""

from __future__ import annotations

import contextlib
import json
import smtplib
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import httpx

from tests.running.product import WEB, Product

MAILBOX = "xinxiang@gaj.example"
Json = dict[str, Any]


def new_message_id() -> str:
    """A Message-ID that nobody used."""
    return f"<{uuid.uuid4().hex}@citizen.example>"


def a_letter(text: str, *, sender: str, subject: str, to: str = MAILBOX, **headers: str) -> bytes:
    """The bytes of a letter in UTF-8 with an id of its own; names of `headers` are written with underscores."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = headers.pop("message_id", "") or new_message_id()
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def a_gb_letter(text: str, *, sender: str, subject: str) -> bytes:
    """A letter as old Chinese programs write it: the body is GB18030 and says that it is gb2312, subject alike."""
    encoded = EmailMessage(policy=SMTP)
    encoded["Subject"] = subject
    head = (
        f"From: {sender}\r\nTo: {MAILBOX}\r\nMessage-ID: {new_message_id()}\r\n"
        f"{encoded.as_bytes().decode('ascii').strip()}\r\n"
        "Date: Mon, 23 Nov 2026 10:00:00 +0800\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=gb2312\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode("ascii") + text.encode("gb18030") + b"\r\n"


def offer(product: Product, raw: bytes, *, mail_from: str, rcpt_to: str = MAILBOX, timeout: float = 30) -> int:
    """One try to hand a letter over: the code that ended it, or 0 when the connection was lost."""
    try:
        with smtplib.SMTP("127.0.0.1", product.smtp_port, timeout=timeout) as smtp:
            smtp.sendmail(mail_from, [rcpt_to], raw, ["BODY=8BITMIME"] if not raw.isascii() else [])
    except smtplib.SMTPRecipientsRefused as refused:
        return max(code for code, _ in refused.recipients.values())
    except smtplib.SMTPResponseException as refused:
        return max(0, refused.smtp_code)
    except (OSError, smtplib.SMTPException):
        return 0
    return 250


def post(product: Product, raw: bytes, *, mail_from: str, rcpt_to: str = MAILBOX, seconds: float = 60) -> int:
    """Offer a letter until it is taken, as a mail server does; how many tries it took."""
    deadline = time.monotonic() + seconds
    tries = 1
    while (code := offer(product, raw, mail_from=mail_from, rcpt_to=rcpt_to)) != 250:
        assert code < 500, f"the letter was refused for good: {code}"
        assert time.monotonic() < deadline, f"the letter was not taken within {seconds} s; last answer {code}"
        time.sleep(0.1)
        tries += 1
    return tries


class Lost(Exception):
    """The request got no answer: nobody can say whether it was carried out."""


@dataclass
class ChatCitizen:
    """One web conversation from the citizen's side."""

    product: Product
    conversation: str
    token: str
    heard: list[Json] = field(default_factory=list)
    """Every reply that was answered to this client."""

    @classmethod
    def begin(cls, product: Product) -> ChatCitizen:
        """A new conversation."""
        answer = WEB.post(product.url("/chat/conversations"), json={})
        assert answer.status_code == 201, answer.text
        return cls(product, answer.json()["conversation"], answer.json()["token"])

    @property
    def headers(self) -> dict[str, str]:
        """What admits this client."""
        return {"authorization": f"Bearer {self.token}"}

    def _path(self, tail: str) -> str:
        return self.product.url(f"/chat/conversations/{self.conversation}/{tail}")

    def send(self, text: str, client_id: str, *, choice: str | None = None, timeout: float = 30) -> httpx.Response:
        """One request with a message; Lost when there is no answer."""
        # Escaped as ASCII, since JSON may hold halves of characters that UTF-8 cannot.
        body = json.dumps({"text": text, "client_id": client_id, "choice": choice})
        headers = {**self.headers, "content-type": "application/json"}
        try:
            return WEB.post(self._path("messages"), content=body, headers=headers, timeout=timeout)
        except httpx.HTTPError as error:
            raise Lost from error

    def say(self, text: str, *, client_id: str = "", choice: str | None = None, seconds: float = 60) -> list[Json]:
        """Say something, repeating the same client_id until it is answered; the replies."""
        client_id = client_id or uuid.uuid4().hex
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(Lost):
                answer = self.send(text, client_id, choice=choice)
                if answer.status_code == 200:
                    replies: list[Json] = answer.json()["replies"]
                    self.heard += replies
                    return replies
                assert answer.status_code in {429, 503}, answer.text
            assert time.monotonic() < deadline, f"no answer within {seconds} s"
            time.sleep(0.1)

    def history(self) -> list[Json]:
        """Every message of the conversation, as the page shows it."""
        answer = WEB.get(self._path("messages"), headers=self.headers)
        assert answer.status_code == 200, answer.text
        messages: list[Json] = answer.json()["messages"]
        return messages

    @contextmanager
    def listening(self, after: int = 0) -> Iterator[list[Json]]:
        """The events of the stream, growing while the block runs."""
        events: list[Json] = []
        over = threading.Event()

        def listen() -> None:
            headers = {**self.headers, "last-event-id": str(after)}
            with (
                contextlib.suppress(httpx.HTTPError),
                WEB.stream("GET", self._path("events"), headers=headers, timeout=0.5) as stream,
            ):
                for line in stream.iter_lines():
                    if line.startswith("data:"):
                        events.append(json.loads(line.removeprefix("data:")))
                    if over.is_set():
                        return

        def keep_listening() -> None:
            nonlocal after
            while not over.is_set():
                listen()
                after = max([after, *(int(event["number"]) for event in events)])

        thread = threading.Thread(target=keep_listening)
        thread.start()
        try:
            yield events
        finally:
            over.set()
            thread.join(10)
