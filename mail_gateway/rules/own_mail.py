"""Our own mail come back: from a forwarding, a mailing list or a wrong setting. Answering it would start a loop."""

from __future__ import annotations

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason

LOOP_HEADER = "X-Sunwindow"
"""Every mail of ours carries it with the bureau's domain."""


def check(letter: Letter) -> Reason | None:
    """Applies when the mail carries our mark, or claims to be written by one of our mailboxes."""
    if letter.mail.header(LOOP_HEADER.lower()) == letter.mailboxes.domain:
        return Reason("own_mail.mark")
    sender = letter.mail.sender
    # The mail server of our own house reports failures in the name of our postmaster.
    if sender is not None and not letter.failures and letter.mailboxes.is_ours(sender.address):
        return Reason("own_mail.author")
    return None
