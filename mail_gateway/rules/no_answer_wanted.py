"""The mail asks that no program answer it. Exchange writes so on people's mail too: a clerk looks."""

from __future__ import annotations

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason

HEADER = "x-auto-response-suppress"


def check(letter: Letter) -> Reason | None:
    """Applies when a header forbids automatic answers."""
    asked = letter.mail.header(HEADER).strip()
    return Reason("no_answer_wanted", asked[:40]) if asked and asked.lower() != "none" else None
