"""One SMTP transaction with the organisation's mail server, and what its outcome means for the next try.

Before the end of DATA nothing was handed over, so every loss of connection is temporary. Between the final dot and the
answer nobody knows: the mail is sent again under the same Message-ID (RFC 1047), and the repeat is counted.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from casework.outbox import DeliveryOutcome, DeliveryResult
from mail_gateway.composing import ComposedMail
from mail_gateway.mailboxes import without_addresses

_NO_SUCH_ADDRESS = re.compile(
    r"^5\.1\.(?:1|2|3|6|10)\b"
    r"|(?:user|mailbox|recipient|account|address)\b.{0,40}(?:not found|unknown|not exist|no such)"
    r"|(?:no such|unknown) (?:user|mailbox|recipient|account|address)",
    re.IGNORECASE,
)
"""Enhanced codes of RFC 3463 for a dead address, and the words of servers without them (QQ, 163)."""


@dataclass(frozen=True, slots=True)
class Smarthost:
    """Where outgoing mail is handed over, and how long we wait there."""

    host: str
    port: int = 587
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    answer_seconds: float = 30.0
    """For each answer."""
    total_seconds: float = 100.0
    """For the whole transaction, however the other side drips; below the outbox lease."""
    our_name: str = "localhost"
    """What we say in EHLO (RFC 5321 §4.1.4)."""
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    """Certificates to believe; the system's when None."""


class Refusal(Exception):
    """The other server answered a command with a failure."""

    def __init__(self, code: int, words: bytes, *, is_ours: bool) -> None:
        """Keep the answer; `is_ours` when it is about us and not about the letter."""
        super().__init__(code)
        self.code = code
        self.words = words.decode("utf-8", "replace").replace("\r", "").replace("\n", " ")
        self.is_ours = is_ours


def submit(mail: ComposedMail, smarthost: Smarthost) -> DeliveryResult:
    """Hand `mail` over once, within bounded time; never raises for the other side's trouble."""
    handed = threading.Event()
    try:
        with _connected(smarthost) as smtp:
            _hand_over(smtp, mail, handed)
    except Refusal as refusal:
        return _result_of(refusal)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        if handed.is_set():
            return DeliveryResult(DeliveryOutcome.UNKNOWN, f"answer lost: {type(error).__name__}", mail.message_id)
        return DeliveryResult(DeliveryOutcome.TEMPORARY, f"not handed over: {type(error).__name__}")
    return DeliveryResult(DeliveryOutcome.DELIVERED, "handed over", mail.message_id)


@contextlib.contextmanager
def _connected(smarthost: Smarthost) -> Iterator[smtplib.SMTP]:
    """A greeted and signed-in connection. A watchdog cuts it after `total_seconds`, whatever the other side does."""
    trust = smarthost.trust or (ssl.create_default_context() if smarthost.tls != "none" else None)
    smtp = _client(smarthost, trust)
    watchdog = threading.Timer(smarthost.total_seconds, _cut, [smtp])
    watchdog.daemon = True
    watchdog.start()
    try:
        _expect(smtp.connect(smarthost.host, smarthost.port), 220, is_ours=True)
        _greet(smtp, smarthost, trust)
        yield smtp
    finally:
        watchdog.cancel()
        smtp.close()


def _client(smarthost: Smarthost, trust: ssl.SSLContext | None) -> smtplib.SMTP:
    """A client that is not connected yet, so that the watchdog runs first."""
    name, seconds = smarthost.our_name, smarthost.answer_seconds
    if smarthost.tls == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=name, timeout=seconds, context=trust)
    else:
        smtp = smtplib.SMTP(local_hostname=name, timeout=seconds)
    # smtplib checks certificates against the name given when it connects at once, which it was not.
    smtp._host = smarthost.host  # type: ignore[attr-defined]  # noqa: SLF001
    return smtp


def _greet(smtp: smtplib.SMTP, smarthost: Smarthost, trust: ssl.SSLContext | None) -> None:
    if not 200 <= smtp.ehlo()[0] <= 299:
        _expect(smtp.helo(), 250, is_ours=True)
    if smarthost.tls == "starttls":
        _expect(smtp.starttls(context=trust), 220, is_ours=True)
        smtp.ehlo()
    if smarthost.user:
        smtp.login(smarthost.user, smarthost.password)


def _hand_over(smtp: smtplib.SMTP, mail: ComposedMail, handed: threading.Event) -> None:
    options = [f"SIZE={len(mail.data)}"] if smtp.has_extn("size") else []
    if mail.needs_utf8:
        if not smtp.has_extn("smtputf8"):
            raise Refusal(550, b"5.6.7 the mail server takes no addresses in UTF-8 (RFC 6531)", is_ours=False)
        options += ["SMTPUTF8", "BODY=8BITMIME"]
        smtp.command_encoding = "utf-8"
    _expect(smtp.mail(mail.mail_from, options), 250)
    _expect(smtp.rcpt(mail.rcpt_to), 250, 251)
    _expect(smtp.docmd("DATA"), 354)
    smtp.send(_stuffed(mail.data))
    # From the last octet on the other side may have taken the letter.
    handed.set()
    _expect(smtp.getreply(), 250)
    with contextlib.suppress(OSError, smtplib.SMTPException):
        smtp.putcmd("QUIT")


def _stuffed(data: bytes) -> bytes:
    """`data` as it goes after DATA: dots doubled at line beginnings, ended by a lone dot (RFC 5321 §4.5.2)."""
    body = data.replace(b"\r\n.", b"\r\n..")
    if body.startswith(b"."):
        body = b"." + body
    return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")


def _expect(answer: tuple[int, bytes], *codes: int, is_ours: bool = False) -> None:
    code, words = answer
    if code in codes:
        return
    if not 400 <= code <= 599:
        # No answer to the question, or a line that was cut off in the middle.
        raise smtplib.SMTPServerDisconnected
    raise Refusal(code, words, is_ours=is_ours)


def _result_of(refusal: Refusal) -> DeliveryResult:
    """Permanent only when the letter or its address is refused; what is about us is for the operator to mend."""
    detail = without_addresses(f"{refusal.code} {refusal.words}")[:500]
    # 530, 534, 535, 538: sign in, or differently (RFC 4954 §6); every 4xx: later.
    if refusal.is_ours or refusal.code < 500 or refusal.code in {530, 534, 535, 538}:
        return DeliveryResult(DeliveryOutcome.TEMPORARY, detail)
    is_dead = refusal.code in {550, 551, 553} and _NO_SUCH_ADDRESS.search(refusal.words) is not None
    return DeliveryResult(DeliveryOutcome.PERMANENT, detail, address_is_dead=is_dead)


def _cut(smtp: smtplib.SMTP) -> None:
    connection = smtp.sock
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
