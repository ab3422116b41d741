"""What mail servers on the way say about who really sent a mail: Authentication-Results (RFC 8601) and its kin.

Anybody can write such a header line. It counts only when the server that handed the mail to us is a relay of the
bureau's, and then only the line that this relay wrote itself; what else is read is shown, and no more.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mail_gateway.parsed_mail import ParsedMail
from mail_gateway.verdict import Reason

_METHODS = ("spf", "dkim", "dmarc", "arc", "iprev", "auth")
_COMMENT = re.compile(r"\([^()]{0,2000}\)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_MOST_NESTED = 5
_MOST_LINES = 40
"""So many lines of both kinds are looked at, from the top; a relay's own are among the first."""
_OPEN = re.compile(r"[()\"]")
"""What must not be left of comments and quoted words."""
_RESULT = re.compile(rf"^\s*({'|'.join(_METHODS)})\s*(?:/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_SUBJECTS = {"spf": "smtp.mailfrom", "dkim": "header.d", "dmarc": "header.from"}
"""The property that names the domain which a result is about (RFC 8601 §2.7)."""
_PROPERTY = re.compile(r"\b((?:smtp|header)\.[a-z]+)\s*=\s*\"?([^\s\";]{1,300})", re.IGNORECASE)
_RECEIVED_SPF = re.compile(r"^\s*(pass|fail|softfail|neutral|none|temperror|permerror)\b", re.IGNORECASE)
_BY = re.compile(r"\bby\s+([A-Za-z0-9.-]+)")
_BETTER_FIRST = ("pass", "fail", "softfail", "neutral", "temperror", "permerror", "none")


@dataclass(frozen=True, slots=True)
class Authentication:
    """What one server found out about a mail's sender."""

    server: str = ""
    """Its authserv-id in small letters; empty when no line counts."""
    results: Mapping[str, str] = field(default_factory=dict)
    """`spf`, `dkim`, `dmarc` … with `pass`, `fail` and the other words of RFC 8601 §2.7."""
    domains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For `spf`, `dkim` and `dmarc` the domains that the result is about, in small letters, as far as they are told."""
    is_own: bool = False
    """Whether we verified it ourselves, rather than a relay."""

    def as_facts(self, standing: Standing) -> dict[str, object]:
        """What is kept with the message: who said what of which domain, and what it says of the author."""
        domains = {method: list(found) for method, found in self.domains.items()}
        return {
            "by": self.server,
            "is_own": self.is_own,
            "results": dict(self.results),
            "domains": domains,
            "standing": standing.value,
        }


class Standing(StrEnum):
    """What all of it says of the author that a mail names."""

    PASS = "pass"  # noqa: S105 - a word of RFC 8601
    NEUTRAL = "neutral"
    """Nothing was found out, or nothing that concerns the author: so it is with most mail."""
    FAIL = "fail"


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Relays:
    """The mail servers before us whose word on the sender is believed."""

    names: frozenset[str] = frozenset()
    """Authserv-ids, also found after `by` in Received, in small letters."""
    networks: tuple[Network, ...] = ()
    """Whence they hand mail to us. Whoever else reaches our listener may write any header line."""

    def handed_over(self, peer: str) -> bool:
        """Whether a mail from `peer` came through them; one without a peer was fetched where they had delivered it."""
        if not peer:
            return True
        try:
            address = ipaddress.ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self.networks)


def read_authentication(mail: ParsedMail) -> Authentication:
    """What the topmost Authentication-Results line says, else Received-SPF. It proves nothing."""
    found = mail.header("authentication-results")
    if found:
        return parse_results(found)
    spf = _RECEIVED_SPF.match(mail.header("received-spf"))
    return Authentication("", {"spf": spf[1].lower()}) if spf else Authentication()


def believed_authentication(mail: ParsedMail, relays: Relays, peer: str) -> Authentication | None:
    """What a relay of ours found out about the sender; None when none of its lines is there, or none counts."""
    if not relays.names or not relays.handed_over(peer):
        return None
    found = [parse_results(value) for value in _own_lines(mail.headers, relays.names)]
    if not found:
        return None
    results: dict[str, str] = {}
    domains: dict[str, tuple[str, ...]] = {}
    for line in found:
        for method, result in line.results.items():
            # The topmost line goes before those below it, whatever they say.
            if method not in results:
                results[method] = result
                domains[method] = line.domains.get(method, ())
    return Authentication(found[0].server, results, {method: about for method, about in domains.items() if about})


def standing_of(found: Authentication | None, author: str) -> Standing:
    """What `found` says of the author `author`: DMARC when there is any, else SPF and DKIM of the author's domain."""
    if found is None:
        return Standing.NEUTRAL
    domain = author.rpartition("@")[2].lower()
    dmarc = found.results.get("dmarc", "none")
    if dmarc == "fail":
        return Standing.FAIL
    if dmarc == "pass":
        about = found.domains.get("dmarc", ())
        return Standing.PASS if not about or domain in about else Standing.NEUTRAL
    passed = [method for method in ("spf", "dkim") if found.results.get(method) == "pass"]
    if any(_speaks_for(about, domain) for method in passed for about in found.domains.get(method, ())):
        return Standing.PASS
    has_failed = dmarc == "none" and found.results.get("spf") == found.results.get("dkim") == "fail"
    return Standing.FAIL if has_failed else Standing.NEUTRAL


def reasons_of(found: Authentication | None, standing: Standing) -> tuple[Reason, ...]:
    """What a clerk is told of it; nothing when nobody looked."""
    if found is None:
        return ()
    said = ", ".join(f"{method}={found.results[method]}" for method in sorted(found.results))
    return (Reason(f"authentication.{standing.value}", f"{said} ({found.server})"),)


def parse_results(value: str) -> Authentication:
    """One Authentication-Results line, read leniently; a method named twice counts with its best result.

    DMARC is about one author and has one result: named twice, somebody put one there, and a failure stays one.
    """
    server, *clauses = _bare(value).split(";")
    results: dict[str, str] = {}
    domains: dict[str, tuple[str, ...]] = {}
    for clause in clauses:
        found = _RESULT.match(clause)
        if found is None or found[2].lower() not in _BETTER_FIRST:
            continue
        method, result = found[1].lower(), found[2].lower()
        before = results.get(method, "none")
        results[method] = min(result, before, key=_BETTER_FIRST.index)
        if method == "dmarc" and "fail" in {result, before}:
            results[method] = "fail"
        if results[method] != before:
            domains.pop(method, None)
        if results[method] == result:
            domains[method] = (*domains.get(method, ()), *_about(method, clause))
    named = {method: about for method, about in domains.items() if about}
    return Authentication(server.split()[0].lower() if server.split() else "", results, named)


def _bare(value: str) -> str:
    """A line without comments, and with quoted words made harmless: a sender may write anything into a local part."""
    bare = _QUOTED.sub(lambda found: re.sub(r"[^A-Za-z0-9.@+-]", "", found[0]), value[:5000])
    for _ in range(_MOST_NESTED):
        bare, count = _COMMENT.subn(" ", bare)
        if not count:
            break
    return bare


def _about(method: str, clause: str) -> Iterable[str]:
    for found in _PROPERTY.finditer(clause):
        if found[1].lower() == _SUBJECTS.get(method):
            yield found[2].rpartition("@")[2].lower().rstrip(".")


def _own_lines(headers: Sequence[tuple[str, str]], names: frozenset[str]) -> list[str]:
    """The Authentication-Results lines that a relay named in `names` wrote, topmost first.

    Header lines are put on top, so what lies below the first Received of a stranger was there before. All lines above
    a relay's own Received are its own. Where it writes below it, as milters do, the sender's lines follow at once:
    there the topmost alone counts.
    """
    found: list[str] = []
    is_below_received = False
    trace = [line for line in headers if line[0] in {"received", "authentication-results"}]
    for name, value in trace[:_MOST_LINES]:
        if name == "received":
            by = _BY.search(_bare(value))
            is_own = by is not None and by[1].lower().rstrip(".") in names
            if found:
                return found if is_own and not is_below_received else found[:1]
            if not is_own:
                return []
            is_below_received = True
        elif name == "authentication-results" and parse_results(value).server in names:
            # A line of which it cannot be told what a sender put into it, by a quoted local part, says nothing.
            found.append(value if _OPEN.search(_bare(value)) is None else value.partition(";")[0])
    return found[:1]


def _speaks_for(domain: str, author: str) -> bool:
    """Whether a proof for `domain` is one for the author's: the same, or one above it that is no lone label."""
    return domain == author or ("." in domain and author.endswith(f".{domain}"))
