"""Readable defaults: the bureau with its mailboxes, a letter's bytes, a judged letter, an outbox entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

from casework.actions.office import Office
from casework.bureau import Bureau
from casework.message import MailFacts, Reply, ThreadId
from casework.outbox import OutboxEntry, OutboxId, OutboxKind
from casework.party import Address, ChannelName
from mail_gateway.composing import Letterhead
from mail_gateway.envelope import Envelope
from mail_gateway.letter import Letter
from mail_gateway.mailboxes import Mailboxes
from mail_gateway.parsing import parse
from mail_gateway.quoting import split_letter
from mail_gateway.seals import Seals
from mail_gateway.texts import mail_wording
from tests.casework.a_bureau import an_office

OURS = Mailboxes("zmd.example", ("xinxiang@zmd.example", "jubao@zmd.example"))
SEALS = Seals(OURS, b"a secret for tests")
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def mail_office() -> Office:
    """The test office, whose bureau has mailboxes."""
    office = an_office()
    return replace(office, bureau=mail_bureau(office.bureau))


def mail_bureau(bureau: Bureau) -> Bureau:
    """The bureau with its mailboxes."""
    return replace(bureau, mail_domain=OURS.domain, mailboxes=OURS.addresses)


def letterhead() -> Letterhead:
    """What every mail of the test bureau carries."""
    return Letterhead(mail_office().bureau, SEALS, mail_wording())


def a_mail(
    text: str = "请问办护照要多少钱？",
    *,
    sender: str = "李某 <li@mail.example>",
    subject: str = "咨询",
    message_id: str = "<1@mail.example>",
    **headers: str,
) -> bytes:
    """The bytes of a plain letter; `headers` names are written with underscores."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = OURS.main
    mail["Subject"] = subject
    mail["Message-ID"] = message_id
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def a_letter(raw: bytes, *, mail_from: str = "li@mail.example", rcpt_to: str = OURS.main) -> Letter:
    """A letter as the rules see it."""
    mail = parse(raw)
    return Letter(mail, Envelope(mail_from, (rcpt_to,), AT), split_letter(mail.own_text, mail.raw_html), OURS)


def an_entry(
    text: str = "您好，护照每本120元。",
    *,
    kind: OutboxKind = OutboxKind.REPLY,
    to: str = "li@mail.example",
    reply: Reply | None = None,
    subject: str = "咨询",
    thread_id: int | None = 7,
    in_reply_to: MailFacts | None = None,
    key: str = "reply-1",
) -> OutboxEntry:
    """An outbox entry to a citizen."""
    return OutboxEntry(
        id=OutboxId(1),
        kind=kind,
        to=Address(ChannelName.EMAIL, to),
        reply=reply or Reply(text),
        language="zh",
        key=key,
        created_at=AT,
        subject=subject,
        thread_id=ThreadId(thread_id) if thread_id else None,
        in_reply_to=in_reply_to,
    )
