"""Every reply line that we give on the wire, named, each with its reason. Nothing else answers a mail server.

Codes: RFC 5321 §4.2, enhanced status codes: RFC 3463 and its registry. Only what the sender must change is
permanent (5xx); our own trouble is always temporary (4xx), so that the sender keeps the letter and tries again.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """One reply line, ASCII, without its line end."""

    line: str
    reason: str
    """When and why we give it."""

    def __str__(self) -> str:
        """The line as it goes over the wire."""
        return self.line

    @property
    def is_temporary(self) -> bool:
        """Whether the sender will keep the mail and try again."""
        return self.line.startswith("4")


SENDER_OK = SmtpReply("250 2.1.0 Sender ok", "The reverse path is noted; whom to believe is decided after reading.")
RECIPIENT_OK = SmtpReply(
    "250 2.1.5 Recipient ok",
    "The address, its token apart, is one of the bureau's, or the return address of a mail of ours.",
)
MAIL_SAVED = SmtpReply("250 2.0.0 Saved", "The raw bytes are committed: from here on the letter is ours to keep.")
UNKNOWN_RECIPIENT = SmtpReply(
    "550 5.1.1 No such mailbox here", "We accept mail for the bureau's addresses only and relay for nobody."
)
TOO_MANY_RECIPIENTS = SmtpReply(
    "452 4.5.3 Too many recipients, send the rest in another transaction", "RFC 5321 §4.5.3.1.8 allows a limit of 100."
)
TOO_LARGE = SmtpReply(
    "552 5.3.4 Message too big for this mailbox", "Announced by SIZE (RFC 1870) or found while reading DATA."
)
OUR_TROUBLE = SmtpReply(
    "451 4.3.0 Our trouble, please try again later",
    "The database, the disk or our own code failed: whatever it is, the sender must keep the letter.",
)
BUSY = SmtpReply(
    "421 4.7.0 Too many connections, please try again later", "The limit of simultaneous connections is reached."
)
CLOSING = SmtpReply(
    "421 4.3.2 Closing the connection, please try again later",
    "A clean stop, or a client silent for minutes (RFC 5321 §3.8).",
)
TOO_MANY_ERRORS = SmtpReply(
    "421 4.7.0 Too many unrecognised commands", "The client does not speak SMTP; the connection is closed."
)

ALL: tuple[SmtpReply, ...] = (
    SENDER_OK,
    RECIPIENT_OK,
    MAIL_SAVED,
    UNKNOWN_RECIPIENT,
    TOO_MANY_RECIPIENTS,
    TOO_LARGE,
    OUR_TROUBLE,
    BUSY,
    CLOSING,
    TOO_MANY_ERRORS,
)

INSTEAD_OF: dict[str | bytes, SmtpReply] = {
    "552 Error: message size exceeds fixed maximum message size": TOO_LARGE,
    "502 5.5.1 Too many unrecognized commands, goodbye.": TOO_MANY_ERRORS,
}
"""Lines of the SMTP library that we say in our own words, with an enhanced status code."""
