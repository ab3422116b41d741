"""Invitations, answers to them and cancellations (RFC 5546), which calendar programs send for people."""

from __future__ import annotations

import re

from mail_gateway.letter import Letter
from mail_gateway.parsed_mail import ParsedMail
from mail_gateway.verdict import Reason

_TYPE = "text/calendar"
_METHOD = re.compile(
    rb"^METHOD:(REQUEST|REPLY|CANCEL|COUNTER|DECLINECOUNTER|REFRESH|ADD)\b", re.IGNORECASE | re.MULTILINE
)
_READ_SO_FAR = 50_000


def check(letter: Letter) -> Reason | None:
    """Applies when a calendar part is the letter, or stands beside its text as another form of it."""
    if not _is_main(letter.mail):
        return None
    for attachment in letter.mail.attachments:
        method = _METHOD.search(attachment.content[:_READ_SO_FAR]) if attachment.declared_type == _TYPE else None
        if method is not None:
            return Reason("calendar", method[1].decode("ascii").upper())
    return None


def _is_main(mail: ParsedMail) -> bool:
    """An appointment that somebody attaches to a letter lies in the outer `multipart/mixed`, beside files."""
    if mail.content_type == _TYPE:
        return True
    calendars = {_parent(part.path) for part in mail.parts if part.content_type == _TYPE}
    texts = {_parent(part.path) for part in mail.parts if part.content_type in {"text/plain", "text/html"}}
    together = calendars & texts
    return bool(together) and (mail.content_type == "multipart/alternative" or together != {"1"})


def _parent(path: str) -> str:
    return path.rpartition(".")[0]
