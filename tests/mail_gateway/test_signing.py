"""Our mail carries a signature that holds where it arrives, in whatever script its headers are."""

from __future__ import annotations

from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from casework.outbox import DeliveryOutcome, OutboxEntry, OutboxKind
from casework.store.blobs import DirectoryBlobs
from mail_gateway.errors import MailGatewayRejected
from mail_gateway.parsing import parse
from mail_gateway.sending import smarthost_channel
from mail_gateway.signing import Signer, open_signer
from mail_gateway.smarthost import Smarthost
from tests.mail_gateway.letters import AT, an_entry, letterhead
from tests.mail_gateway.signing_key import SigningKey, a_signing_key
from tests.mail_gateway.smarthost_peer import Peer, answering


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return a_signing_key(tmp_path_factory.mktemp("keys"))


def arrived(entry: OutboxEntry, signer: Signer, folder: Path) -> bytes:
    """A mail as the other server took it."""
    peer = Peer()
    with answering(peer) as port:
        smarthost = Smarthost("127.0.0.1", port, tls="none")
        channel = smarthost_channel(letterhead(), DirectoryBlobs(folder), lambda: AT, smarthost, signer)
        assert channel.deliver(entry).outcome is DeliveryOutcome.DELIVERED
    return peer.taken[0][2]


@pytest.mark.parametrize(
    ("to", "subject"),
    [("li@mail.example", "Re: enquiry"), ("li@mail.example", "关于窗口的投诉" * 20), ("李某@mail.example", "咨询")],
    ids=["ASCII", "a long subject in Chinese", "an address in UTF-8"],
)
def test_the_signature_holds_for_what_arrives(key: SigningKey, tmp_path: Path, to: str, subject: str) -> None:
    signer = open_signer(key.file, selector="s2026", domain="zmd.example")
    raw = arrived(an_entry(".lead\n路灯", kind=OutboxKind.STAFF, to=to, subject=subject), signer, tmp_path)
    asked: list[bytes] = []

    def ask(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return key.record.encode()

    assert dkim.verify(raw, dnsfunc=ask)
    assert asked == [b"s2026._domainkey.zmd.example."]
    assert parse(raw).subject == subject
    changed = raw.replace(b"\r\nDate: ", b"\r\nDate: x")
    assert not dkim.verify(changed, dnsfunc=ask)
    second_author = b"From: boss@zmd.example\r\n" + raw
    assert not dkim.verify(second_author, dnsfunc=ask)


def test_a_key_that_cannot_be_read_or_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MailGatewayRejected, match="cannot be read: No such file"):
        open_signer(tmp_path / "missing.pem", selector="s", domain="zmd.example")
    for name, content in (("empty", b""), ("words", b"not a key"), ("elliptic", _elliptic())):
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(MailGatewayRejected, match="no RSA key"):
            open_signer(file, selector="s", domain="zmd.example")


def _elliptic() -> bytes:

    return ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_key_in_either_form_of_openssl_is_taken(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for form in (serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL):
        file = tmp_path / str(form.value if hasattr(form, "value") else form)
        file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
        assert open_signer(file, selector="s", domain="zmd.example").domain == "zmd.example"


def test_the_key_is_in_no_log(key: SigningKey) -> None:
    assert "key" not in repr(open_signer(key.file, selector="s", domain="zmd.example"))
