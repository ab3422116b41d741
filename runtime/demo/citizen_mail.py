"""Mail of an invented citizen, as a mail program writes it, so that the demo needs no mail program. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mail_gateway.composing import ComposedMail
from mail_gateway.parsed_mail import ParsedMail

DOMAIN = "citizen.example"
"""Citizens of the demo live here; `.example` can never exist (RFC 2606 §2)."""
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,60}[a-z0-9])?")


class NoSuchCitizen(ValueError):
    """The name before the @ is letters, digits, dots, dashes and underscores."""


@dataclass(frozen=True, slots=True)
class CitizenFile:
    """A file that the citizen attaches."""

    name: str
    content_type: str
    data: bytes

    def __repr__(self) -> str:
        """Keep the file name out of logs."""
        return f"CitizenFile({len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class Writing:
    """What the citizen puts into one mail."""

    text: str
    files: Sequence[CitizenFile] = ()

    def __repr__(self) -> str:
        """Keep the words out of logs."""
        return f"Writing({len(self.text)} characters)"


def citizen_address(name: str) -> str:
    """The address of the citizen `name`; NoSuchCitizen when it cannot be one."""
    folded = name.strip().lower().removesuffix(f"@{DOMAIN}")
    if not _NAME.fullmatch(folded) or ".." in folded:
        raise NoSuchCitizen
    return f"{folded}@{DOMAIN}"


def write_letter(
    writing: Writing, *, sender: str, sender_name: str, to: str, subject: str, letter_id: str, now: datetime
) -> ComposedMail:
    """A new letter to a mailbox of the bureau; `letter_id` makes its Message-ID."""
    mail = _begin(sender, sender_name, to, subject, letter_id, now)
    return _finish(mail, writing, sender, to)


def write_answer(
    writing: Writing, to_mail: ParsedMail, *, attribution: str, letter_id: str, now: datetime
) -> ComposedMail:
    """The answer to a mail of ours by whoever got it: to its Reply-To, with the thread's headers, the mail quoted.

    `attribution` is the line above the quote. NoSuchCitizen when the mail names no recipient or no sender.
    """
    back = (*to_mail.reply_to, *to_mail.from_)
    if not to_mail.to or not back:
        raise NoSuchCitizen
    citizen, to = to_mail.to[0], back[0].address
    mail = _begin(citizen.address, citizen.name, to, _answered(to_mail.subject), letter_id, now)
    if to_mail.message_id:
        mail["In-Reply-To"] = to_mail.message_id
        mail["References"] = " ".join(dict.fromkeys((*to_mail.references, to_mail.message_id)))
    quoted = "\n".join(f"> {line}".rstrip() for line in to_mail.text.splitlines())
    whole = Writing(f"{writing.text.rstrip()}\n\n{attribution}\n{quoted}\n", writing.files)
    return _finish(mail, whole, citizen.address, to)


def _begin(sender: str, sender_name: str, to: str, subject: str, letter_id: str, now: datetime) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(_line(sender_name), *_halves(sender))
    mail["To"] = Address("", *_halves(to))
    mail["Subject"] = _line(subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{letter_id}@{DOMAIN}>"
    return mail


def _finish(mail: EmailMessage, writing: Writing, sender: str, to: str) -> ComposedMail:
    mail.set_content(writing.text.replace("\r\n", "\n"), cte="base64")
    for file in writing.files:
        main, _, sub = file.content_type.partition("/")
        if not sub or main in {"message", "multipart"}:
            main, sub = "application", "octet-stream"
        mail.add_attachment(file.data, maintype=main, subtype=sub, filename=_line(file.name) or "file")
    return ComposedMail(sender, to, str(mail["Message-ID"]), mail.as_bytes())


def _answered(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _halves(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    return local, domain


def _line(text: str) -> str:
    """One line without control characters, which could start a header of their own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
