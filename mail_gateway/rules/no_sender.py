"""A letter that names nobody whom we could answer."""

from __future__ import annotations

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason


def check(letter: Letter) -> Reason | None:
    """Applies when neither header nor envelope holds an address."""
    return None if "@" in letter.correspondent else Reason("no_sender")
