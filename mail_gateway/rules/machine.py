"""Probably a program, but not surely: a clerk looks, and nobody is answered automatically."""

from __future__ import annotations

import re

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason

_NO_REPLY = re.compile(
    r"^(?:no-?_?reply|do-?not-?reply|noreply|mailer-daemon|bounce[sd]?|notification[s]?)(?:[@+.-])", re.IGNORECASE
)


def check(letter: Letter) -> Reason | None:
    """Applies to null-sender mail that is no report, and to addresses that take no answer."""
    if letter.envelope.has_null_sender:
        return Reason("machine.null_sender")
    if _NO_REPLY.match(letter.correspondent):
        return Reason("machine.no_reply_address")
    return None
