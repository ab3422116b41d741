"""Unwanted mail, by the verdict of a filter on the way. Filters err: a clerk decides, and nothing is dropped.

Anybody can write such a header line, and so hold their own letter; the bureau says which ones its own filters write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason

LEAST_LEVEL = 5
"""From here on a level of confidence means spam: so many stars of SpamAssassin, or so much of Exchange's SCL."""
_YES = re.compile(r"^(?:yes|true|spam|fail|reject|1)\b", re.IGNORECASE)
_SCORED: Mapping[str, re.Pattern[str]] = {
    "x-ms-exchange-organization-scl": re.compile(r"^(\d{1,2})\b"),
    "x-forefront-antispam-report": re.compile(r"(?:^|[;\s])SCL:(\d{1,2})\b", re.IGNORECASE),
    "x-microsoft-antispam": re.compile(r"(?:^|[;\s])SCL:(\d{1,2})\b", re.IGNORECASE),
}


def check(letter: Letter) -> Reason | None:
    """Applies when a header that the bureau believes calls the mail spam."""
    for name in letter.spam_headers:
        value = letter.mail.header(name.lower()).strip()
        if value and _means_spam(name.lower(), value):
            return Reason("spam", name.lower())
    return None


def _means_spam(name: str, value: str) -> bool:
    if name in _SCORED:
        level = _SCORED[name].search(value)
        return level is not None and int(level[1]) >= LEAST_LEVEL
    if not value.strip("*+sx"):
        return len(value) >= LEAST_LEVEL
    return _YES.match(value) is not None
