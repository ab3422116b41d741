"""What a production installation refuses to start with: a table of rules, each with its reason and the way out."""

from __future__ import annotations

import ipaddress
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from pydantic import AnyHttpUrl

from runtime.settings import DEVELOPMENT_KEY, Environment, Settings, variable_of

SHORTEST_KEY = 32
"""Characters: 32 of base64 carry 192 bits."""
DEMO_FOLDER = Path(__file__).parent / "demo"

_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def unsafe(settings: Settings) -> tuple[str, ...]:
    """Every reason not to start; empty when the values are safe, or when this is no production installation."""
    if settings.environment is not Environment.PRODUCTION:
        return ()
    return tuple(
        f"{name}: {reason} ({variable_of(name)})" for name, rule in RULES if (reason := rule(settings)) is not None
    )


def _secret_key(settings: Settings) -> str | None:
    key = settings.secret_key.get_secret_value()
    if key == DEVELOPMENT_KEY:
        return 'is not set, so anyone could make query codes; put the output of "openssl rand -base64 33" there'
    if len(key) < SHORTEST_KEY or len(set(key)) < 8:
        return f'can be guessed; it needs {SHORTEST_KEY} random characters, e.g. from "openssl rand -base64 33"'
    return None


def _public_url(settings: Settings) -> str | None:
    if settings.public_url.scheme != "https":
        return "is not https, so sign-ins and citizens' words would cross the network readable; use an https address"
    if is_loopback(settings.public_url.host or ""):
        return "names this machine only; use the address that citizens type"
    return None


def _trusted_proxies(settings: Settings) -> str | None:
    proxies = settings.http.trusted_proxies
    if proxies is None and not is_loopback(settings.http.host):
        return (
            "is not said while http.host is open to the network, so limits would count the proxy instead of its "
            "callers; list the proxy's addresses, or set an empty list when there is none"
        )
    if proxies and "*" in proxies:
        return "believes everyone, so any caller could claim any address; list the proxy's own addresses"
    return None


def _relay_addresses(settings: Settings) -> str | None:
    given = settings.mail_auth
    if given.relays and any(ipaddress.ip_network(said, strict=False).prefixlen == 0 for said in given.relay_addresses):
        return "believes everyone, so any caller could call any sender genuine; list the relays' own addresses"
    return None


def _smarthost(settings: Settings) -> str | None:
    if settings.smarthost is None:
        return "is missing, so no letter could be answered; set smarthost.host and how to sign in"
    return None


def _smarthost_tls(settings: Settings) -> str | None:
    smarthost = settings.smarthost
    if smarthost and smarthost.tls == "none" and not is_loopback(smarthost.host):
        return "is none, so letters and the password would cross the network readable; use starttls or tls"
    return None


def _imap_tls(settings: Settings) -> str | None:
    imap = settings.imap
    if imap and imap.tls == "none" and not is_loopback(imap.host):
        return "is none, so letters and the password would cross the network readable; use tls or starttls"
    return None


def _bundle(settings: Settings) -> str | None:
    if settings.bundle is None:
        return "is not set, and the demo bureau's invented addresses must not reach citizens; name the bureau's folder"
    if settings.bundle.resolve().is_relative_to(DEMO_FOLDER.resolve()):
        return "is the demo bureau, whose addresses are invented; copy it, fill it in and name the copy"
    return None


def _max_size(settings: Settings) -> str | None:
    if settings.smtp.max_size == 0 and not is_loopback(settings.smtp.host):
        return "is without limit on an open address, so one letter could fill the disk; set it in bytes, e.g. 36700160"
    return None


def _hostname(settings: Settings) -> str | None:
    if is_loopback(settings.smtp.hostname):
        return "names this machine only, and other mail servers refuse such a greeting; use the name of the MX record"
    return None


def _telegram_base(settings: Settings) -> str | None:
    if settings.telegram.token is not None and not _is_private(settings.telegram.base_url):
        return "is not https, so the bot's token would cross the network readable; use an https address"
    return None


def _webhook_secret(settings: Settings) -> str | None:
    telegram = settings.telegram
    if telegram.token is None or telegram.mode != "webhook":
        return None
    secret = telegram.webhook_secret.get_secret_value() if telegram.webhook_secret else ""
    if not secret:
        return "is missing, so anyone could post messages in a citizen's name; set 32 random letters and digits"
    if not _WEBHOOK_SECRET.fullmatch(secret) or len(secret) < 16:
        return "must be 16 to 256 of A-Z a-z 0-9 _ -, as the Bot API allows; set 32 random letters and digits"
    return None


def _database(settings: Settings) -> str | None:
    if settings.hosts > 1 and settings.is_sqlite:
        return "is SQLite, which one host alone can write, but `hosts` says more; use postgresql+psycopg://…"
    return None


def _blobs(settings: Settings) -> str | None:
    if settings.hosts > 1 and settings.blobs.s3 is None:
        return "is missing: with several hosts a directory of one hides its attachments from the others; set blobs.s3"
    return None


def _s3_endpoint(settings: Settings) -> str | None:
    if settings.blobs.s3 is not None and not _is_private(settings.blobs.s3.endpoint_url):
        return "is not https, so attachments would cross the network readable; use an https address"
    return None


def _data_dir(settings: Settings) -> str | None:
    if not settings.data_dir.is_absolute():
        return "is relative, so another working directory would start an empty bureau; write it from the root"
    if settings.data_dir.resolve().is_relative_to(Path(tempfile.gettempdir()).resolve()):
        return "lies among temporary files, which the system deletes; choose a lasting place"
    return None


Rule = Callable[[Settings], str | None]

RULES: tuple[tuple[str, Rule], ...] = (
    ("secret_key", _secret_key),
    ("public_url", _public_url),
    ("bundle", _bundle),
    ("data_dir", _data_dir),
    ("database_url", _database),
    ("blobs.s3", _blobs),
    ("blobs.s3.endpoint_url", _s3_endpoint),
    ("http.trusted_proxies", _trusted_proxies),
    ("smtp.max_size", _max_size),
    ("smtp.hostname", _hostname),
    ("mail_auth.relay_addresses", _relay_addresses),
    ("imap.tls", _imap_tls),
    ("smarthost", _smarthost),
    ("smarthost.tls", _smarthost_tls),
    ("telegram.base_url", _telegram_base),
    ("telegram.webhook_secret", _webhook_secret),
)
"""Setting and the rule that judges it."""


def is_loopback(host: str) -> bool:
    """Whether a host can be reached from this machine only."""
    name = host.strip("[]").lower()
    if name in {"", "localhost"} or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_private(url: AnyHttpUrl) -> bool:
    return url.scheme == "https" or is_loopback(url.host or "")
