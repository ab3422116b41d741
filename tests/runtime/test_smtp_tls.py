from __future__ import annotations

import asyncio
import smtplib
import ssl
from pathlib import Path

import pytest

from runtime.house import House, build_house
from runtime.settings import Environment, Settings, SmtpSettings
from runtime.settings_source import SettingsRefused, load_settings
from tests.running.certificates import own_certificate


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, and its key."""
    return own_certificate(tmp_path_factory.mktemp("certificate"))


def test_a_certificate_lets_other_mail_servers_speak_in_secret(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    chain, key = certificate
    smtp = SmtpSettings(port=0, tls_certificate=chain, tls_key=key)
    house = build_house(Settings(environment=Environment.DEMO, data_dir=tmp_path, smtp=smtp), works=False)
    try:
        cipher, answer = asyncio.run(_greet(house, ssl.create_default_context(cafile=str(chain))))
    finally:
        house.close()

    assert cipher.startswith("TLSv1.")
    assert answer == 250


async def _greet(house: House, trusting: ssl.SSLContext) -> tuple[str, int]:
    server = house.mail_servers()[0]
    await server.start()

    def talk() -> tuple[str, int]:
        with smtplib.SMTP("127.0.0.1", server.port, timeout=10) as client:
            client.starttls(context=trusting)
            sock = client.sock
            assert isinstance(sock, ssl.SSLSocket)
            return sock.version() or "", client.ehlo()[0]

    try:
        return await asyncio.to_thread(talk)
    finally:
        await server.stop(5)


def test_a_certificate_without_its_key_is_refused(certificate: tuple[Path, Path]) -> None:
    with pytest.raises(SettingsRefused, match=r"smtp\.tls_certificate: .* one of the two files is not set"):
        load_settings(options={"smtp": {"tls_certificate": certificate[0]}})


def test_a_certificate_that_is_not_there_is_refused(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    with pytest.raises(SettingsRefused, match="No such file"):
        load_settings(options={"smtp": {"tls_certificate": tmp_path / "none.pem", "tls_key": certificate[1]}})


def test_a_file_that_is_no_certificate_is_refused(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate", encoding="ascii")

    with pytest.raises(SettingsRefused, match=r"smtp\.tls_certificate: cannot be used"):
        load_settings(options={"smtp": {"tls_certificate": wrong, "tls_key": certificate[1]}})
