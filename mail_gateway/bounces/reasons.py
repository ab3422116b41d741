"""Why a mail did not arrive, as an enhanced status code (RFC 3463): from codes in a reason, else from its words."""

from __future__ import annotations

import re

from mail_gateway.phrases import any_of

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
_REPLY = re.compile(r"(?<![\d.:])([45]\d\d)(?=[\s\-:;,)<]|$)(?!-\d{3}-)")
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(any_of("reasons", name), re.IGNORECASE))
    for code, name in (
        (".2.2", "mailbox_full"),
        (".1.1", "unknown_user"),
        (".2.1", "closed"),
        (".1.2", "unknown_host"),
        (".3.4", "too_large"),
        (".4.7", "expired"),
        (".4.1", "no_connection"),
        (".7.1", "refused"),
    )
)
"""Subject and detail of the code that each kind of reason has; the first that applies counts."""
_LONGEST = 4_000


def status_in(reason: str, *, is_delayed: bool) -> str:
    """The status that a reason tells, or the general one of its class: some detail is better than none."""
    reason = reason[:_LONGEST]
    detailed = detailed_status(reason)
    if detailed:
        return detailed
    codes = [code for code in _ENHANCED.findall(reason) if code[0] != "2"]
    reply = _REPLY.search(reason)
    family = codes[0][0] if codes else reply[1][0] if reply else "4" if is_delayed else "5"
    return family + next((code for code, words in _WORDS if words.search(reason)), ".0.0")


def detailed_status(reason: str) -> str:
    """The first enhanced code that says more than that something failed, or an empty text."""
    codes: list[str] = _ENHANCED.findall(reason[:_LONGEST])
    return next((code for code in codes if code[0] != "2" and not code.endswith(".0.0")), "")


def has_code(words: str) -> bool:
    """Whether the words hold the reply code of a mail server."""
    return _REPLY.search(words) is not None or any(code[0] != "2" for code in _ENHANCED.findall(words))
