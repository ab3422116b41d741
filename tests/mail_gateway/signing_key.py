"""A key to sign mail with, and the DNS record of its public half."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True)
class SigningKey:
    """Where the private key lies, and what is published of it."""

    file: Path
    record: str


def a_signing_key(folder: Path) -> SigningKey:
    """A new RSA key in a file of `folder`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = folder / "dkim.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return SigningKey(file, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")
