"""Our own mail signed, so that others can tell it from forgeries (DKIM, RFC 6376). Needs the extra `mailauth`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from mail_gateway.composing import ComposedMail
from mail_gateway.errors import MailGatewayRejected

WANTS_EXTRA = "needs the extra: pip install sunwindow[mailauth]"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one domain with one key."""

    domain: str
    selector: str
    key: bytes = field(repr=False)

    def sign(self, mail: ComposedMail) -> ComposedMail:
        """`mail` with a signature over its body and all header lines that RFC 6376 §5.4 names."""
        import dkim  # noqa: PLC0415 - an extra

        # What relays do to blanks on the way must not break the signature; From is signed once more than it is there,
        # so that no second one can be added.
        line = dkim.sign(
            mail.data,
            self.selector.encode("ascii"),
            self.domain.encode("ascii"),
            self.key,
            canonicalize=(b"relaxed", b"relaxed"),
        )
        return replace(mail, data=line + mail.data)


def open_signer(key_file: Path, *, selector: str, domain: str) -> Signer:
    """A signer with the RSA key (PEM) in `key_file`; MailGatewayRejected says what is wrong with it."""
    try:
        from dkim.crypto import UnparsableKeyError, parse_pem_private_key  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise MailGatewayRejected(f"signing mail {WANTS_EXTRA}") from error
    try:
        key = key_file.read_bytes()
    except OSError as error:
        raise MailGatewayRejected(f"the key cannot be read: {error.strerror}") from error
    try:
        parse_pem_private_key(key)
    except (UnparsableKeyError, ValueError, IndexError, TypeError) as error:
        raise MailGatewayRejected('it is no RSA key in PEM; make one with "openssl genrsa 2048"') from error
    return Signer(domain, selector, key)
