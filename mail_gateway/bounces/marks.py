"""What shows that something failed, which address it names, and that a mail server wrote it. The words are data."""

from __future__ import annotations

import re

from mail_gateway.phrases import any_of

_OPENING = r"[<\[(（\"'“‘「【]{0,3}"


def _frame(name: str, before: str = "", after: str = "") -> re.Pattern[str]:
    return re.compile(f"{before}{any_of('notices', name)}{after}", re.IGNORECASE)


FAILED = _frame("failed")
"""Something did not work. Alone it proves nothing: people write such words too."""
DELAYED = _frame("delayed")
GIVEN_UP = _frame("given_up")
"""Said by a server that stopped trying, whatever it says of delays."""
LIST_INTRO = _frame("list_intro")
"""A sentence after which the failed addresses stand, one a line."""
RCPT = _frame("rcpt", after=rf"\s*[:：=]?\s*{_OPENING}$")
NAMED_FAILED = _frame(
    "named_failed", after=rf"[\"'\s]{{0,4}}[:：;=]?\s{{0,20}}(?:(?:smtp|rfc822)\s*[:;=]\s*)?{_OPENING}\s*$"
)
"""A label straight before an address that says that this one failed."""
SENDER = _frame("sender", after=r"\b\s*[:：=]?\s*[^@\n]{0,30}$")
REFUSED_SENDER = _frame("refused_sender")
CONTACT = _frame("contact")
ALIAS = _frame("alias", after=rf"\s*[:：]?\s*{_OPENING}$")
"""The address that was written to, before a server made another of it."""
WRITTEN_TO = re.compile(r"^[\s>|]*(?:to|an|à|para|a|aan|кому)\s*[:：]\s*[<\"']{0,2}$", re.IGNORECASE)
DAEMON = re.compile(
    r"^(?:mailer[-_.]?daemon|postmaster|mail[-_.]?daemon|mdaemon|mail[-_.]?delivery|mail[-_.]?system|daemon|bounces?|ndr"
    r"|mailmaster|mailer)(?:[@+.-]|$)|daemon@|^delivery[-_.]?(?:system|agent|status)|^microsoftexchange|smtp[-_]?mail|_for_smtp",
    re.IGNORECASE,
)
"""Addresses that programs send notices from."""
DAEMON_NAME = _frame("daemon_name")
NOTICE_SUBJECT = _frame("notice_subject", before=r"^\W{0,6}(?:\[?postmaster\]?\W{1,3})?")
AUTOMATIC = _frame("automatic")
ASKS = re.compile(any_of("answers", "asks"), re.IGNORECASE)
"""What only a person writes."""
