"""The bureau's own addresses, with the `+token` forms that signed reply addresses use (RFC 5233 calls it a detail)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from casework.bureau import Bureau

_ADDRESS = re.compile(r"[^\s<>@:;,()]+@[\w.-]+")
POSTMASTER = "postmaster"
"""Always accepted, with or without a domain (RFC 5321 §4.5.1)."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address of ours taken apart."""

    mailbox: str
    """The bureau's address without its token, folded; what is written on the letterhead."""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """Which addresses are ours. The first is the mass mailbox, which replies come from."""

    domain: str
    addresses: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a mailbox without a domain or without an address."""
        if not self.domain or not self.addresses:
            raise ValueError("a mail gateway needs a domain and at least one address of it")

    @property
    def main(self) -> str:
        """The mass mailbox."""
        return fold_address(self.addresses[0])

    def find(self, address: str) -> Recipient | None:
        """The mailbox that `address` means, token apart; None when it is not one of ours."""
        local, _, domain = fold_address(address).rpartition("@")
        if not local:
            local, domain = domain, self.domain.lower() if domain == POSTMASTER else ""
        name, _, token = local.partition("+")
        mailbox = f"{name}@{domain}"
        ours = {fold_address(own) for own in self.addresses} | {f"{POSTMASTER}@{self.domain.lower()}"}
        return Recipient(mailbox, token) if mailbox in ours else None

    def is_ours(self, address: str) -> bool:
        """Whether mail from or to `address` is mail of ours."""
        return self.find(address) is not None


def mailboxes_of(bureau: Bureau) -> Mailboxes:
    """The mailboxes that a bureau's bundle lists."""
    return Mailboxes(bureau.mail_domain, bureau.mailboxes)


def fold_address(address: str) -> str:
    """One spelling for comparing addresses: no brackets, no blanks, small letters, no dot at the end."""
    return address.strip().strip("<>").strip().rstrip(".").lower()


def without_addresses(words: str) -> str:
    """What another server said, with the addresses in it taken out, so that it may be kept beside a case."""
    return _ADDRESS.sub("(address)", words)
