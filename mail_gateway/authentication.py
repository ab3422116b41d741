"""What mail servers on the way say about who really sent a mail: Authentication-Results (RFC 8601) and its kin.

Anybody can write such a header line, so nothing is decided on it here: it is shown, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mail_gateway.parsed_mail import ParsedMail

_METHODS = ("spf", "dkim", "dmarc", "arc", "iprev", "auth")
_COMMENT = re.compile(r"\([^()]{0,500}\)")
_RESULT = re.compile(rf"^\s*({'|'.join(_METHODS)})\s*(?:/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_RECEIVED_SPF = re.compile(r"^\s*(pass|fail|softfail|neutral|none|temperror|permerror)\b", re.IGNORECASE)
_BETTER_FIRST = ("pass", "fail", "softfail", "neutral", "temperror", "permerror", "none")


@dataclass(frozen=True, slots=True)
class Authentication:
    """What one server found out about a mail's sender."""

    server: str = ""
    """Its authserv-id in small letters; empty when no line counts."""
    results: Mapping[str, str] = field(default_factory=dict)
    """`spf`, `dkim`, `dmarc` … with `pass`, `fail` and the other words of RFC 8601 §2.7."""


def read_authentication(mail: ParsedMail) -> Authentication:
    """What the topmost Authentication-Results line says, else Received-SPF. It proves nothing."""
    found = mail.header("authentication-results")
    if found:
        return parse_results(found)
    spf = _RECEIVED_SPF.match(mail.header("received-spf"))
    return Authentication("", {"spf": spf[1].lower()}) if spf else Authentication()


def parse_results(value: str) -> Authentication:
    """One Authentication-Results line, read leniently; a method named twice counts with its best result."""
    server, *clauses = _COMMENT.sub(" ", value[:5000]).split(";")
    results: dict[str, str] = {}
    for clause in clauses:
        found = _RESULT.match(clause)
        if found is None:
            continue
        method, result = found[1].lower(), found[2].lower()
        if result in _BETTER_FIRST:
            results[method] = min(result, results.get(method, "none"), key=_BETTER_FIRST.index)
    return Authentication(server.split()[0].lower() if server.split() else "", results)
