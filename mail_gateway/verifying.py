"""SPF, DKIM and DMARC verified by ourselves, where no relay before us does it. Needs the extra `mailauth`.

Whatever goes wrong leaves the question open: a mail is never lost or kept waiting for it.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import structlog

from mail_gateway.authentication import Authentication
from mail_gateway.envelope import Envelope
from mail_gateway.errors import MailGatewayRejected

Ask = Callable[[str, str, float], Sequence[Any]]
"""Name, type and seconds → what DNS answers, as records of dnspython; empty when there is none.

Raises NotAnswered when nobody answered in time.
"""
WANTS_EXTRA = "verifying mail needs the extra: pip install sunwindow[mailauth]"

_MOST_LOOKUPS = 40
_MOST_SIGNATURES = 5
_MOST_RECORD = 4096
"""A key of 8,192 bits takes 1,400 characters; a far larger one would be slow to reckon with."""
_MOST_OCTETS = 12 * 1024 * 1024
"""Signatures of larger mails are left unread, and so are those of mails with a larger header:"""
_MOST_HEADER = 64 * 1024
_MOST_SIGNATURE = 8 * 1024
_BLANKS = re.compile(rb"[ \t]+")
_SLOW_SECONDS = 60.0
_MOST_SLOW = 3

log = structlog.get_logger()
_quiet = logging.getLogger("mail_gateway.verifying.dkim")
_quiet.disabled = True


class NotAnswered(Exception):
    """DNS gave no answer in time."""


@dataclass(slots=True)
class _Lookups:
    """What is asked about one mail: so many questions, and so much time for all of them."""

    ask: Ask
    until: float
    left: int = _MOST_LOOKUPS

    def records(self, name: str, kind: str) -> Sequence[Any]:
        seconds = self.seconds_left()
        self.left -= 1
        if self.left < 0:
            raise NotAnswered
        try:
            return self.ask(name.rstrip("."), kind, seconds)
        except NotAnswered:
            raise
        except Exception as error:
            # Trouble of ours while asking says nothing against the sender.
            raise NotAnswered from error

    def seconds_left(self) -> float:
        """What is left of the time for this mail; NotAnswered when it is over."""
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise NotAnswered
        return seconds

    def texts(self, name: str) -> list[bytes]:
        found = [b"".join(record.strings) for record in self.records(name, "TXT")]
        return [text for text in found if len(text) <= _MOST_RECORD]


@dataclass(slots=True)
class Verifier:
    """Verifies mails, one after another or at once. Domains that kept us waiting are left alone for a while."""

    ask: Ask
    seconds: float = 5.0
    """For everything that is asked about one mail."""
    server: str = ""
    """Who is said to have found it out: our own name."""
    _slow: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def verify(self, raw: bytes, envelope: Envelope, author: str) -> Authentication:
        """What DNS and signatures say of a mail whose From is `author`; `temperror` where nobody answered."""
        domain = _ascii(author)
        if not domain:
            return self._said({"dmarc": "none"})
        if self._is_slow(domain):
            return self._said({"dmarc": "temperror"})
        try:
            found = self._find_out(raw, envelope, domain)
        except Exception as error:  # noqa: BLE001 - whatever the libraries stumble over, the mail must go on
            log.warning("mail not verified", action="mail_not_verified", error=type(error).__name__)
            return self._said({"dmarc": "temperror"})
        if "temperror" in found.results.values():
            self._note_slow(domain)
        return found

    def _find_out(self, raw: bytes, envelope: Envelope, domain: str) -> Authentication:
        lookups = _Lookups(self.ask, time.monotonic() + self.seconds)
        spf = _verify_spf(envelope, lookups)
        dkim, signers = _verify_dkim(raw, lookups)
        mail_from = _ascii(envelope.mail_from)
        proven = {"spf": (mail_from,) if spf == "pass" else (), "dkim": signers if dkim == "pass" else ()}
        dmarc = _verify_dmarc(domain, proven, lookups)
        results = {"spf": spf, "dkim": dkim, "dmarc": dmarc}
        if dmarc == "fail" and "temperror" in results.values():
            # What was not answered might have proved it,
            results["dmarc"] = "temperror"
        elif dmarc == "fail" and spf == "none" and not (envelope.peer and envelope.mail_from):
            # and so might SPF, which nobody could check.
            results["dmarc"] = "none"
        return self._said(results, {"spf": (mail_from,), "dkim": signers, "dmarc": (domain,)})

    def _said(self, results: Mapping[str, str], domains: Mapping[str, tuple[str, ...]] | None = None) -> Authentication:
        return Authentication(self.server, results, domains or {}, is_own=True)

    def _is_slow(self, domain: str) -> bool:
        now = time.monotonic()
        with self._lock:
            self._slow = {name: until for name, until in self._slow.items() if until > now}
            return domain in self._slow or len(self._slow) >= _MOST_SLOW

    def _note_slow(self, domain: str) -> None:
        with self._lock:
            self._slow[domain] = time.monotonic() + _SLOW_SECONDS


def open_verifier(servers: Sequence[str] = (), *, seconds: float = 5.0, server: str = "") -> Verifier:
    """A verifier that asks these DNS servers, `192.0.2.53` or `192.0.2.53:5353`, or the system's.

    MailGatewayRejected names the extra when it is missing, and what is wrong with a server.
    """
    try:
        import authheaders  # noqa: F401, PLC0415 - an extra
        import dkim  # noqa: F401, PLC0415
        import spf  # noqa: F401, PLC0415
        from dns import resolver  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MailGatewayRejected(WANTS_EXTRA) from error
    try:
        asked = resolver.Resolver(configure=not servers)
        if servers:
            asked.nameservers = [_server(said) for said in servers]
    except (ValueError, resolver.NoResolverConfiguration) as error:
        raise MailGatewayRejected("the DNS servers cannot be used: write them like 192.0.2.53 or [::1]:5353") from error
    return Verifier(_asking(asked), seconds, server)


def _server(said: str) -> Any:
    from dns.nameserver import Do53Nameserver  # noqa: PLC0415 - an extra

    has_port = said.count(":") == 1 or "]:" in said
    host, _, port = said.rpartition(":") if has_port else (said, "", "53")
    if said.startswith("[") != ("]" in said) or not 0 < int(port) < 65536:
        raise ValueError(said)
    return Do53Nameserver(str(ipaddress.ip_address(host.strip("[]"))), int(port))


def _asking(resolver: Any) -> Ask:
    from dns import exception  # noqa: PLC0415 - an extra
    from dns import resolver as dns_resolver  # noqa: PLC0415

    def ask(name: str, kind: str, seconds: float) -> Sequence[Any]:
        try:
            return list(resolver.resolve(name, kind, lifetime=seconds, search=False))
        except (dns_resolver.NXDOMAIN, dns_resolver.NoAnswer):
            return ()
        except (exception.Timeout, dns_resolver.NoNameservers, OSError) as error:
            raise NotAnswered from error
        except exception.DNSException:
            # No name at all, such as one with a label that is too long.
            return ()

    return ask


def _verify_spf(envelope: Envelope, lookups: _Lookups) -> str:
    """SPF of the envelope sender (RFC 7208); the greeting is not kept, so that notices of servers have none."""
    import spf  # noqa: PLC0415 - an extra

    class Query(spf.query):  # type: ignore[misc]
        """The library's check over our own lookups."""

        def dns(self, name: str, qtype: str, cnames: object = None, ignore_void: bool = False) -> list[Any]:  # noqa: FBT001, FBT002 - the library calls it so
            """What DNS answers, in the library's forms."""
            try:
                found = [_as_spf(record, qtype) for record in lookups.records(str(name), qtype)]
            except NotAnswered:
                raise spf.TempError("DNS gave no answer in time") from None
            if not found and not ignore_void:
                self.void_lookups += 1
                if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                    raise spf.PermError("too many names without a record")
            return found

    if not envelope.mail_from or not envelope.peer:
        return "none"
    try:
        result, _, _ = Query(i=envelope.peer, s=envelope.mail_from, h="").check()
    except Exception:  # noqa: BLE001 - whatever the library stumbles over is the sender's record
        return "permerror"
    return str(result)


def _as_spf(record: Any, kind: str) -> object:
    if kind in {"A", "AAAA"}:
        return record.address
    if kind == "MX":
        return record.preference, str(record.exchange).rstrip(".")
    return record.target.to_text(omit_final_dot=True) if kind == "PTR" else record.strings


def _verify_dkim(raw: bytes, lookups: _Lookups) -> tuple[str, tuple[str, ...]]:
    """The best result of the signatures, and the domains of those that have it."""
    import dkim  # noqa: PLC0415 - an extra

    if not raw or len(raw) > _MOST_OCTETS or _header_size(raw) > _MOST_HEADER:
        return "none", ()
    try:
        signed = dkim.DKIM(raw, logger=_quiet)
    except dkim.DKIMException:
        return "none", ()
    body = signed.body
    if len(body) - len(body.rstrip(b"\r\n")) > _MOST_HEADER:
        return "none", ()
    found: dict[str, list[str]] = {}
    signatures = [value for name, value in signed.headers if name.lower() == b"dkim-signature"]
    for index, signature in enumerate(signatures[:_MOST_SIGNATURES]):
        signed.signature_fields, signed.body = {}, body
        result = _verify_signature(signed, index, signature, lookups)
        domain = signed.signature_fields.get(b"d", b"").decode("ascii", "replace").lower()
        found.setdefault(result, []).append(domain)
    best = next((result for result in ("pass", "temperror", "fail") if result in found), "none")
    return best, tuple(domain for domain in found.get(best, ()) if domain)


def _verify_signature(signed: Any, index: int, signature: bytes, lookups: _Lookups) -> str:
    from dkim.util import parse_tag_value  # noqa: PLC0415 - an extra

    def key(name: bytes, timeout: float = 5) -> bytes:  # noqa: ARG001 - the library says how long
        return next(iter(lookups.texts(name.decode("ascii"))), b"")

    if len(signature) > _MOST_SIGNATURE:
        return "fail"
    try:
        lookups.seconds_left()
        if parse_tag_value(signature).get(b"c", b"").endswith(b"/relaxed"):
            # It does not tell one blank from many, and the library takes very long for very many.
            signed.body = _BLANKS.sub(b" ", signed.body)
        holds = signed.verify(idx=index, dnsfunc=key)
    except NotAnswered:
        return "temperror"
    except Exception:  # noqa: BLE001 - whatever the library stumbles over is the sender's signature
        return "fail"
    # With a length anything may be written below what was signed (RFC 6376 §8.2).
    return "pass" if holds and b"l" not in signed.signature_fields else "fail"


def _header_size(raw: bytes) -> int:
    ends = [end for mark in (b"\r\n\r\n", b"\n\n") if (end := raw.find(mark)) >= 0]
    return min(ends, default=len(raw))


def _verify_dmarc(domain: str, proven: Mapping[str, Sequence[str]], lookups: _Lookups) -> str:
    """Whether one of the domains that were proven speaks for the author's, as that one's owner wants it (RFC 7489)."""
    from authheaders.dmarc_lookup import DMARCException, answer_to_dict  # noqa: PLC0415 - an extra

    try:
        records = _policies(domain, lookups) or _policies(_organisation(domain), lookups)
        policy = answer_to_dict(records[0]) if len(records) == 1 else {}
    except NotAnswered:
        return "temperror"
    except DMARCException:
        return "permerror"
    if not policy.get("p"):
        return "none"
    is_aligned = any(
        name == domain if policy.get(tag) == "s" else _organisation(name) == _organisation(domain)
        for tag, method in (("adkim", "dkim"), ("aspf", "spf"))
        for name in proven[method]
    )
    return "pass" if is_aligned else "fail"


def _policies(domain: str, lookups: _Lookups) -> list[str]:
    texts = [text.decode("ascii", "replace") for text in lookups.texts(f"_dmarc.{domain}")]
    return [text for text in texts if text.startswith("v=DMARC1")]


@lru_cache(maxsize=2048)
def _organisation(domain: str) -> str:
    """The registered domain that `domain` lies in: one label below a public suffix."""
    found = str(_public_suffixes().get_sld(domain))
    # Below a top-level domain that the list does not have, the library would take all for one organisation.
    return found if "." in found else ".".join(domain.split(".")[-2:])


@lru_cache(maxsize=1)
def _public_suffixes() -> Any:
    """The list of public suffixes that comes with the extra; reading it takes a tenth of a second."""
    from publicsuffix2 import PublicSuffixList  # noqa: PLC0415 - an extra

    lines = (files("authheaders") / "public_suffix_list.txt").read_text(encoding="utf-8")
    return PublicSuffixList(lines.splitlines())


def _ascii(address: str) -> str:
    """The domain of an address as DNS knows it; empty when it has none."""
    domain = address.rpartition("@")[2].strip().rstrip(".").lower()
    try:
        return domain.encode("idna").decode("ascii") if domain else ""
    except UnicodeError:
        return ""
