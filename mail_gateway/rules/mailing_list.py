"""Mail distributed to many: lists and newsletters (RFC 2919, RFC 2369)."""

from __future__ import annotations

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason

_PRECEDENCE = {"list", "bulk", "junk", "mass"}


def check(letter: Letter) -> Reason | None:
    """Applies when the mail names its list, or says that it is bulk mail."""
    mail = letter.mail
    for mark in ("list-id", "list-post", "list-unsubscribe", "feedback-id", "mailing-list"):
        if mail.has_header(mark):
            return Reason("mailing_list.header", mark)
    precedence = mail.header("precedence").strip().lower()
    return Reason("mailing_list.precedence", precedence) if precedence in _PRECEDENCE else None
