"""A mail whose structure could not be taken apart: a person must look at it."""

from __future__ import annotations

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason


def check(letter: Letter) -> Reason | None:
    """Applies when parsing fell back to plain bytes."""
    defect = next((defect for defect in letter.mail.defects if defect.startswith("not readable")), None)
    return Reason("unreadable", defect) if defect else None
