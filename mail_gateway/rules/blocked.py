"""The sender was blocked by a clerk."""

from __future__ import annotations

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason


def check(letter: Letter) -> Reason | None:
    """Applies when staff blocked the sender's address."""
    return Reason("blocked") if letter.is_blocked else None
