"""A mail larger than the mailbox takes; SMTP refuses it, an imported archive may still hold one."""

from __future__ import annotations

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason

MAX_BYTES = 50 * 1024 * 1024


def check(letter: Letter) -> Reason | None:
    """Applies above fifty megabytes."""
    return Reason("oversize", f"{letter.mail.size} bytes") if letter.mail.size > MAX_BYTES else None
