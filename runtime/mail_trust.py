"""What signs our mail and makes sure of others', as the settings want it."""

from __future__ import annotations

import ipaddress

from mail_gateway.authentication import Relays
from mail_gateway.errors import MailGatewayRejected
from mail_gateway.signing import Signer, open_signer
from mail_gateway.understanding import Trust
from mail_gateway.verifying import open_verifier
from runtime.settings import Settings, variable_of


def signer_of(settings: Settings) -> Signer | None:
    """The signer of outgoing mail, if one is set; MailGatewayRejected when the key is no good."""
    given = settings.dkim
    return open_signer(given.key_file, selector=given.selector, domain=given.domain) if given else None


def trust_of(settings: Settings, domain: str) -> Trust:
    """By whose word senders are known; our own is given in the name of `domain`. MailGatewayRejected, ValueError."""
    given = settings.mail_auth
    names = frozenset(name.lower().rstrip(".") for name in given.relays)
    networks = tuple(ipaddress.ip_network(said, strict=False) for said in given.relay_addresses)
    if not given.verify:
        return Trust(Relays(names, networks))
    verifier = open_verifier(given.dns_servers, seconds=given.dns_seconds, server=domain)
    return Trust(Relays(names, networks), verifier)


def mail_trust_faults(settings: Settings) -> tuple[str, ...]:
    """What in these settings cannot be used, each with its setting."""
    faults = []
    try:
        signer_of(settings)
    except MailGatewayRejected as error:
        faults.append(f"dkim.key_file: {error} ({variable_of('dkim.key_file')})")
    try:
        trust_of(settings, "")
    except MailGatewayRejected as error:
        name = "mail_auth.dns_servers" if "DNS servers" in str(error) else "mail_auth.verify"
        faults.append(f"{name}: {error} ({variable_of(name)})")
    except ValueError as error:
        name = "mail_auth.relay_addresses"
        faults.append(f"{name}: {error} ({variable_of(name)})")
    return tuple(faults)
