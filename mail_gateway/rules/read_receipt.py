"""Notices that a mail arrived or was opened: receipts for readers (RFC 8098) and reports of success (RFC 3464)."""

from __future__ import annotations

import re

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason

_TYPE = "message/disposition-notification"
_REPORT_TYPE = re.compile(r"report-type\s*=\s*\"?disposition-notification", re.IGNORECASE)


def check(letter: Letter) -> Reason | None:
    """Applies to receipts, and to delivery reports in which no recipient failed."""
    mail = letter.mail
    if _REPORT_TYPE.search(mail.header("content-type")) or any(part.content_type == _TYPE for part in mail.parts):
        return Reason("read_receipt.read")
    return Reason("read_receipt.delivered") if mail.failures and not letter.failures else None
