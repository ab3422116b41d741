"""What was understood of one mail: frozen values, each with what was wrong in it and what was mended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from casework.message import Attachment
from mail_gateway.header_values import Mailbox
from mail_gateway.html_text import sanitise


@dataclass(frozen=True, slots=True)
class MailAttachment:
    """A file that came with a mail."""

    name: str
    """Without folders and control characters; empty when the mail gave none."""
    content_type: str
    """Found in the bytes, never the sender's claim."""
    declared_type: str
    size: int
    sha256: str
    content: bytes = field(repr=False)
    inline: bool = False
    """Part of the HTML letter, e.g. a picture in it."""
    content_id: str = ""

    def __repr__(self) -> str:
        """Keep the file name out of logs."""
        return f"MailAttachment({self.content_type}, {self.size} bytes)"

    def as_attachment(self) -> Attachment:
        """What casework keeps of it; the bytes go to the blob store."""
        return Attachment(self.shown_name, self.content_type, self.size, self.sha256, self.inline)

    @property
    def shown_name(self) -> str:
        """Its name, or what it is where the mail gave none."""
        return self.name or ("mail.eml" if self.content_type == "message/rfc822" else "attachment")


@dataclass(frozen=True, slots=True)
class DeliveryFailure:
    """One recipient in a delivery report (RFC 3464 §2.3)."""

    recipient: str
    """The address that was written to, as far as the report tells."""
    action: str
    """`failed`, `delayed`, `delivered`, `relayed` or `expanded`."""
    status: str
    """Enhanced status code, e.g. `5.1.1`; empty when none was given."""
    diagnostic: str = ""
    original_message_id: str | None = None
    """Message-ID of the mail that could not be delivered."""
    final_recipient: str = ""
    """What a server made of the address, e.g. where it is forwarded to; empty when it is the same or unknown."""

    @property
    def is_temporary(self) -> bool:
        """Whether the other side is still trying."""
        return self.action == "delayed"

    @property
    def is_permanent(self) -> bool:
        """Whether the other side gave up for good."""
        return self.action == "failed" and not self.status.startswith("4")

    def __repr__(self) -> str:
        """Keep the address out of logs."""
        return f"DeliveryFailure({self.action}, {self.status})"


@dataclass(frozen=True, slots=True)
class MailPart:
    """One leaf of the MIME tree."""

    path: str
    """Its place, e.g. `1.2`."""
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class MachineReport:
    """A part of a report that holds fields for machines, or the header of the mail that the report is about."""

    content_type: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """One mail as it was understood. Headers are claims of whoever wrote it; the envelope is kept apart."""

    size: int
    content_type: str = "text/plain"
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: datetime | None = None
    from_: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    subject: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    """Every header line in order, decoded, names in small letters."""
    text: str = ""
    """The body as text; from the HTML when that is all there is."""
    raw_html: str = ""
    """The body as HTML, as it came, never to be shown; empty when there was none."""
    is_html_alone: bool = False
    """Whether the text was made from the HTML, there being no other."""
    attachments: tuple[MailAttachment, ...] = ()
    nested: tuple[ParsedMail, ...] = ()
    """Mails within this mail; each is also among the attachments."""
    parts: tuple[MailPart, ...] = ()
    failures: tuple[DeliveryFailure, ...] = ()
    """What parts for machines say of recipients; what the words of a notice say is not among it."""
    reports: tuple[MachineReport, ...] = ()
    repairs: tuple[str, ...] = ()
    """What was mended in reading."""
    defects: tuple[str, ...] = ()
    """What is wrong with the mail."""

    @property
    def html(self) -> str:
        """The body as harmless HTML; empty when there was none."""
        return sanitise(self.raw_html) if self.raw_html else ""

    @property
    def own_text(self) -> str:
        """The text as it was written; empty when the letter is HTML alone."""
        return "" if self.is_html_alone else self.text

    @property
    def sender(self) -> Mailbox | None:
        """The first author that the mail claims."""
        return self.from_[0] if self.from_ else None

    def header(self, name: str) -> str:
        """The first header line of this name (small letters), or an empty text."""
        return next((value for found, value in self.headers if found == name), "")

    def has_header(self, name: str) -> bool:
        """Whether there is a header line of this name (small letters)."""
        return any(found == name for found, _ in self.headers)

    def __repr__(self) -> str:
        """Keep names and words out of logs."""
        return f"ParsedMail({self.size} bytes, {self.content_type}, {len(self.attachments)} attachments)"
