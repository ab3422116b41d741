"""Signing in to a mailbox over TLS: from the first byte and with STARTTLS, never with a certificate nobody trusts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from casework.store import SqlStore
from mail_gateway.fetching import Fetched
from mail_gateway.imap_session import MailboxRefused
from mail_gateway.understanding import MailRoom
from tests.mail_gateway.fetched_bureau import Bureau, mail
from tests.running.certificates import own_certificate, tls_line
from tests.running.imap_server import ImapServer, imap_server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return own_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, certificate: tuple[Path, Path]) -> Iterator[ImapServer]:
    with imap_server(tmp_path_factory.mktemp("imap"), certificate=certificate) as started:
        yield started


@pytest.fixture(params=["tls", "starttls"])
def bureau(
    request: pytest.FixtureRequest,
    store: SqlStore,
    room: MailRoom,
    server: ImapServer,
    certificate: tuple[Path, Path],
) -> Iterator[Bureau]:
    """With one mail, reached over TLS in one of the two ways; nobody is trusted yet."""
    server.open_mailbox()
    bureau = Bureau(store, room, server)
    server.put(mail(1))
    with tls_line(server.port, *certificate) as safe:
        port = safe if request.param == "tls" else server.port
        bureau.access = replace(bureau.access, tls=request.param, port=port)
        bureau.restart()
        yield bureau


def test_a_certificate_made_in_the_house_is_trusted_when_it_is_named(
    bureau: Bureau, certificate: tuple[Path, Path]
) -> None:
    bureau.access = replace(bureau.access, ca_file=certificate[0])
    bureau.restart()
    assert bureau.fetch() == Fetched(new=1)
    assert bureau.subjects() == ["s1"]


def test_a_certificate_that_nobody_trusts_is_refused_with_what_to_do(bureau: Bureau) -> None:
    with pytest.raises(MailboxRefused, match="self-signed certificate") as caught:
        bureau.fetch()
    assert caught.value.setting == "imap.tls"
    assert "imap.ca_file" in str(caught.value)


def test_a_trusted_certificate_of_another_name_is_refused(bureau: Bureau, certificate: tuple[Path, Path]) -> None:
    bureau.access = replace(bureau.access, host="localhost", ca_file=certificate[0])
    bureau.restart()
    with pytest.raises(MailboxRefused, match=r"localhost.*imap\.host"):
        bureau.fetch()


def test_a_file_without_certificates_is_named(bureau: Bureau, tmp_path: Path) -> None:
    for content in (None, b"no certificate"):
        path = tmp_path / f"ca-{content is None}.pem"
        if content is not None:
            path.write_bytes(content)
        bureau.access = replace(bureau.access, ca_file=path)
        bureau.restart()
        with pytest.raises(MailboxRefused, match="PEM") as caught:
            bureau.fetch()
        assert caught.value.setting == "imap.ca_file"
