"""Complaints of readers that their provider passes on in a form for machines (RFC 5965), or with the mail alone."""

from __future__ import annotations

import re

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason

_TYPE = "message/feedback-report"
_REPORT_TYPE = re.compile(r"report-type\s*=\s*\"?feedback-report", re.IGNORECASE)
_SUBJECT = re.compile(r"^complaint about message from \d", re.IGNORECASE)
"""What one provider writes, which attaches the mail and no report."""


def check(letter: Letter) -> Reason | None:
    """Applies when the mail says that it is such a report, or holds the part that makes it one."""
    mail = letter.mail
    if _REPORT_TYPE.search(mail.header("content-type")) or any(part.content_type == _TYPE for part in mail.parts):
        return Reason("feedback_report")
    return Reason("feedback_report") if mail.nested and _SUBJECT.match(mail.subject) else None
