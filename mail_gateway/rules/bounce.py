"""Notices of other mail servers that a mail did not arrive, or not yet: in the standard's form, or in words alone."""

from __future__ import annotations

from mail_gateway.bounces.failures import transport_of
from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason


def check(letter: Letter) -> Reason | None:
    """Applies when the mail names recipients that it did not reach, or comes as such notices do and is called one."""
    mail = letter.mail
    if letter.failures:
        key = "bounce.report" if mail.failures else "bounce.notice"
        return Reason(key, ", ".join(sorted({failure.status or "-" for failure in letter.failures})))
    transport = transport_of(mail, envelope_is_null=letter.envelope.has_null_sender)
    if transport.is_report and not mail.failures:
        return Reason("bounce.report")
    if (transport.is_daemon or transport.is_null) and transport.has_subject:
        return Reason("bounce.notice")
    return None
