"""A mail with more header lines, parts or nesting than is read: what was not read might change what it says."""

from __future__ import annotations

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason

_MARK = "beyond the limit"


def check(letter: Letter) -> Reason | None:
    """Applies when reading stopped at a limit; the raw mail is whole."""
    defect = next((defect for defect in letter.mail.defects if _MARK in defect), None)
    return Reason("past_limit", defect) if defect else None
