"""The facts of one SMTP transaction (RFC 5321 §3.3), never to be mixed with addresses found in headers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.inbox import RawMail

NULL_SENDER = ""
"""The empty reverse path `<>` of notifications that must not be answered (RFC 5321 §4.5.5)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who handed a mail over, from whom, for whom and when."""

    mail_from: str
    """The reverse path, without angle brackets; empty for `<>`."""
    rcpt_tos: tuple[str, ...]
    """The recipients that we accepted, as the client spelled them."""
    received_at: datetime
    peer: str = ""
    """Network address of the client that handed the mail over."""

    def __post_init__(self) -> None:
        """Refuse a naive time."""
        if self.received_at.tzinfo is None:
            raise ValueError("received_at must be an aware datetime")

    @property
    def has_null_sender(self) -> bool:
        """Whether the mail came with `<>`, so that no automatic answer may be made to it (RFC 3834 §2)."""
        return self.mail_from == NULL_SENDER

    def __repr__(self) -> str:
        """Keep addresses out of logs and tracebacks."""
        return f"Envelope({len(self.rcpt_tos)} recipients, received_at={self.received_at.isoformat()})"


def envelope_of(raw: RawMail, received_at: datetime) -> Envelope:
    """The envelope that was saved with a mail."""
    return Envelope(raw.mail_from, raw.rcpt_tos, received_at, raw.peer)
