"""The mail asks that no program answer it. Exchange may write so on people's mail too: a clerk looks.

What forbids receipts of delivery and of reading, or notices of absence alone, says nothing of an answer like ours.
"""

from __future__ import annotations

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason

HEADER = "x-auto-response-suppress"
_FORBIDS_ANSWERS = frozenset({"all", "autoreply"})
"""Of the values that [MS-OXCMAIL] 2.1.3.2.20 lists; the others are `None`, `DR`, `NDR`, `RN`, `NRN` and `OOF`."""


def check(letter: Letter) -> Reason | None:
    """Applies when a header forbids automatic answers."""
    asked = letter.mail.header(HEADER).strip()
    values = {value.strip().lower() for value in asked.split(",")}
    return Reason("no_answer_wanted", asked[:40]) if values & _FORBIDS_ANSWERS else None
