"""An outbox entry as a mail: headers that keep the thread together, text and HTML, attachments. Pure.

Automatic mail says so (RFC 3834 §3.1.7) and leaves with the null return path, so that no machine answers it. A person's
mail leaves under a return address of its own, so that a failure comes home and is known for what it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from casework.bureau import Bureau
from casework.message import Attachment, MailFacts
from casework.outbox import OutboxEntry, OutboxKind
from casework.wording import Wording
from mail_gateway.envelope import NULL_SENDER
from mail_gateway.errors import MailGatewayRejected
from mail_gateway.header_writing import WrittenHeaders
from mail_gateway.rules.own_mail import LOOP_HEADER
from mail_gateway.seals import Seals
from mail_gateway.subjects import reply_subject

_ID = re.compile(r"<[!-;=?-~]{3,250}>")
_NO_ADDRESS = re.compile(r"[\s<>,;\x00-\x1f]")
_ASCII_HEADERS = WrittenHeaders(linesep="\r\n", cte_type="7bit")
_UTF8_HEADERS = SMTP.clone(utf8=True, cte_type="7bit")
_MOST_REFERENCES = 20
"""The first and the latest ones are kept, as RFC 5322 §3.6.4 expects of long threads."""
_LINK = re.compile(r"https?://[\w./?&;=%#~:+-]*[\w/=#]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every mail of a bureau carries."""

    bureau: Bureau
    seals: Seals
    wording: Wording
    has_return_addresses: bool = True
    """Whether each mail has an envelope sender of its own; else it is the mass mailbox, for servers that insist."""


@dataclass(frozen=True, slots=True)
class ComposedMail:
    """A mail ready to be sent."""

    mail_from: str
    """Return path of the envelope; empty for automatic mail."""
    rcpt_to: str
    message_id: str
    data: bytes
    """With CRLF line ends."""

    @property
    def needs_utf8(self) -> bool:
        """Whether an address is not ASCII, so that the next server must speak SMTPUTF8 (RFC 6531)."""
        return not (self.mail_from.isascii() and self.rcpt_to.isascii())

    def __repr__(self) -> str:
        """Keep the address out of logs."""
        return f"ComposedMail({self.message_id}, {len(self.data)} bytes)"


def compose(
    entry: OutboxEntry, letterhead: Letterhead, *, now: datetime, read_blob: Callable[[str], bytes]
) -> ComposedMail:
    """The mail that carries `entry`; the same Message-ID for every try. MailGatewayRejected when it cannot be one."""
    try:
        return _compose(entry, letterhead, now, read_blob)
    except (ValueError, IndexError, TypeError, UnicodeError) as error:
        # stdlib's ways of saying that an address or a header line cannot be written down.
        raise MailGatewayRejected(
            f"outbox entry {entry.id} cannot be put into a mail: {type(error).__name__}"
        ) from error


def _compose(
    entry: OutboxEntry, letterhead: Letterhead, now: datetime, read_blob: Callable[[str], bytes]
) -> ComposedMail:
    seals = letterhead.seals
    recipient = entry.to.value
    message_id = seals.message_id(entry.key, entry.thread_id)
    utf8 = not _ascii_domain(recipient).isascii()
    mail = EmailMessage(policy=_UTF8_HEADERS if utf8 else _ASCII_HEADERS)
    mail["From"] = _address(letterhead.bureau.name.in_(entry.language), seals.mailboxes.main)
    mail["To"] = _address("", recipient)
    mail["Subject"] = _subject(entry, letterhead)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id
    _set_thread(mail, entry.in_reply_to)
    if entry.thread_id is not None:
        mail["Reply-To"] = seals.reply_address(entry.thread_id, now.date())
    mail[LOOP_HEADER] = seals.mailboxes.domain
    if entry.is_automatic:
        mail["Auto-Submitted"] = "auto-replied" if entry.in_reply_to else "auto-generated"
        # Exchange answers automatic mail unless it is told not to.
        mail["X-Auto-Response-Suppress"] = "All"
    text = compose_text(entry, letterhead)
    mail.set_content(text, cte="base64")
    mail.add_alternative(_as_html(text, entry.language), subtype="html", cte="base64")
    for attachment in entry.reply.attachments:
        _attach(mail, attachment, read_blob(attachment.sha256))
    return ComposedMail(_return_path(entry, letterhead, now), _ascii_domain(recipient), message_id, mail.as_bytes())


def _return_path(entry: OutboxEntry, letterhead: Letterhead, now: datetime) -> str:
    """Where failures go: nowhere for automatic mail, so that no notice is ever answered by one (RFC 3834 §3.3)."""
    if entry.is_automatic:
        return NULL_SENDER
    seals = letterhead.seals
    return seals.return_address(entry.id, now.date()) if letterhead.has_return_addresses else seals.mailboxes.main


def compose_text(entry: OutboxEntry, letterhead: Letterhead) -> str:
    """The words of the mail: the reply, its choices and sources, and how to write back."""
    say, language, reply = letterhead.wording.say, entry.language, entry.reply
    blocks = [reply.text.strip()]
    if entry.kind is OutboxKind.STAFF:
        # The desk's own letters come with greeting and closing; a person at the console writes the matter alone.
        blocks = [say("letter.greeting", language), *blocks, _name(entry, letterhead)]
    if reply.choices:
        rows = [say("letter.choice", language, number=n, label=c.label) for n, c in enumerate(reply.choices, start=1)]
        blocks.append("\n".join([say("letter.choices", language), *rows]))
    unnamed = [source for source in reply.sources if not all(basis in reply.text for basis in source.basis)]
    if unnamed:
        rows = [
            say("letter.source", language, title=s.title, version=s.version, basis="; ".join(s.basis)) for s in unnamed
        ]
        blocks.append("\n".join([say("letter.sources", language), *rows]))
    if entry.thread_id is not None:
        key = "letter.footer_case" if reply.case else "letter.footer"
        blocks.append("-- \n" + say(key, language, **({"reference": reply.case} if reply.case else {})))
    return "\n\n".join(blocks) + "\n"


def _subject(entry: OutboxEntry, letterhead: Letterhead) -> str:
    given = entry.subject or (entry.in_reply_to.subject if entry.in_reply_to else "")
    subject = reply_subject(given) if entry.in_reply_to and given else given
    if not subject.strip() or subject == "Re:":
        subject = letterhead.wording.say("letter.subject", entry.language, bureau=_name(entry, letterhead))
    if entry.reply.case and entry.reply.case not in subject:
        subject = f"{subject} [{entry.reply.case}]"
    return " ".join(_printable(subject).split())[:300]


def _name(entry: OutboxEntry, letterhead: Letterhead) -> str:
    return letterhead.bureau.name.in_(entry.language)


def _set_thread(mail: EmailMessage, answered: MailFacts | None) -> None:
    """In-Reply-To and References (RFC 5322 §3.6.4); ids that could break the header are left out."""
    if answered is None or not _ID.fullmatch(answered.message_id):
        return
    chain = _valid_ids((*answered.references, answered.message_id))
    if len(chain) > _MOST_REFERENCES:
        chain = [chain[0], *chain[1 - _MOST_REFERENCES :]]
    mail["In-Reply-To"] = answered.message_id
    mail["References"] = " ".join(chain)


def _valid_ids(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(message_id for message_id in ids if _ID.fullmatch(message_id)))


def _attach(mail: EmailMessage, attachment: Attachment, data: bytes) -> None:
    main, _, sub = attachment.content_type.partition("/")
    if main in {"message", "multipart"} or not sub:
        main, sub = "application", "octet-stream"
    mail.add_attachment(data, maintype=main, subtype=sub, filename=_printable(attachment.name) or "file")


def _address(name: str, address: str) -> HeaderAddress:
    local, at, domain = _ascii_domain(address).rpartition("@")
    if not at or not local or not domain or _NO_ADDRESS.search(address):
        raise ValueError("an address needs a local part and a domain, and no blanks")
    return HeaderAddress(_printable(name), local, domain)


def _ascii_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}{at}{domain.encode('idna').decode('ascii')}"


def _printable(text: str) -> str:
    """Without line ends and control characters, which could start a header line of their own."""
    return "".join(character if character.isprintable() else " " for character in text)


def _as_html(text: str, language: str) -> str:
    paragraphs = []
    for block in text.strip().split("\n\n"):
        lines = html.escape(block, quote=False).replace("\n", "<br>\n")
        paragraphs.append(f"<p>{_LINK.sub(_as_link, lines)}</p>")
    return f'<!DOCTYPE html>\n<html lang="{language}"><body>\n' + "\n".join(paragraphs) + "\n</body></html>\n"


def _as_link(found: re.Match[str]) -> str:
    return f'<a href="{found[0]}">{found[0]}</a>'
