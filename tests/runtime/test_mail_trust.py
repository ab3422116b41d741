"""The settings about trust in mail reach the rooms that keep to them."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import dkim

from casework.outbox import DeliveryOutcome, OutboxKind
from casework.party import ChannelName
from casework.store.blobs import DirectoryBlobs
from mail_gateway.texts import mail_wording
from mail_gateway.understanding import open_mail_room
from runtime.channels import open_channels
from runtime.mail_trust import trust_of
from runtime.settings import Settings
from tests.mail_gateway.letters import AT, OURS, an_entry, mail_office
from tests.mail_gateway.signing_key import a_signing_key
from tests.mail_gateway.smarthost_peer import Peer, answering


def sent_with(folder: Path, **settings: object) -> tuple[str, bytes]:
    """Envelope sender and bytes of a letter of staff, as the smarthost took it."""
    peer = Peer()
    with answering(peer) as port:
        smarthost = {"host": "127.0.0.1", "port": port, "tls": "none", **settings.pop("smarthost", {})}  # type: ignore[dict-item]
        chosen = Settings.model_validate({"data_dir": folder, "smarthost": smarthost, **settings})
        blobs = DirectoryBlobs(folder / "blobs")
        room = open_mail_room(mail_office(), blobs)
        channels = open_channels(chosen, room, mail_wording(), blobs, None, None, lambda: AT)
        result = channels[ChannelName.EMAIL].deliver(an_entry(kind=OutboxKind.STAFF))
    assert result.outcome is DeliveryOutcome.DELIVERED
    ((sender, _, raw),) = peer.taken
    return sender, raw


def test_with_a_key_outgoing_mail_is_signed(tmp_path: Path) -> None:
    key = a_signing_key(tmp_path)
    given = {"key_file": key.file, "selector": "s1", "domain": "zmd.example"}
    _, raw = sent_with(tmp_path, dkim=given)
    assert dkim.verify(raw, dnsfunc=lambda *_, **__: key.record.encode())


def test_without_a_key_it_is_not(tmp_path: Path) -> None:
    _, raw = sent_with(tmp_path)
    assert b"DKIM-Signature" not in raw


def test_the_envelope_sender_is_a_return_address_unless_the_smarthost_allows_the_mailbox_alone(tmp_path: Path) -> None:
    own, _ = sent_with(tmp_path)
    plain, _ = sent_with(tmp_path, smarthost={"return_addresses": False})
    assert own.startswith("bounces+")
    assert plain == OURS.main


def test_relays_are_believed_by_name_and_address(tmp_path: Path) -> None:
    given = {"relays": "MX.Zmd.Example., store.zmd.example", "relay_addresses": "192.0.2.0/24,::1"}
    trust = trust_of(Settings.model_validate({"mail_auth": given}), "zmd.example")
    assert trust.relays.names == {"mx.zmd.example", "store.zmd.example"}
    assert trust.relays.networks == (ipaddress.ip_network("192.0.2.0/24"), ipaddress.ip_network("::1"))
    assert trust.verifier is None


def test_senders_are_verified_only_when_that_is_wanted() -> None:
    given = {"verify": True, "dns_servers": ["192.0.2.53"], "dns_seconds": 2}
    trust = trust_of(Settings.model_validate({"mail_auth": given}), "zmd.example")
    assert trust.verifier is not None
    assert (trust.verifier.seconds, trust.verifier.server) == (2, "zmd.example")
