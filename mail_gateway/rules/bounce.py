"""Notices of other mail servers that a mail could not be delivered (RFC 3464, RFC 6522), and the free-text ones."""

from __future__ import annotations

import re

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason

_DAEMON = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|maildelivery)(?:[@+.-]|$)", re.IGNORECASE)
_SUBJECT = re.compile(
    r"退信|投递失败|未送达|无法投递|无法送达|發送失敗|undeliver|delivery (?:status|failure|notification)"
    r"|returned mail|mail delivery failed|failure notice",
    re.IGNORECASE,
)


def check(letter: Letter) -> Reason | None:
    """Applies to delivery reports, and to null-sender or daemon mail whose subject says that it is one."""
    mail = letter.mail
    if mail.failures:
        return Reason("bounce.report", ", ".join(sorted({failure.status or "-" for failure in mail.failures})))
    if mail.content_type == "multipart/report" and "delivery-status" in mail.header("content-type").lower():
        return Reason("bounce.report")
    from_daemon = mail.sender is not None and _DAEMON.match(mail.sender.address) is not None
    if (from_daemon or letter.envelope.has_null_sender) and _SUBJECT.search(mail.subject):
        return Reason("bounce.notice")
    return None
