"""Which ways in for mail the settings open."""

from __future__ import annotations

import asyncio
import smtplib
import threading
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from casework.store import open_store
from casework.store.blobs import DirectoryBlobs
from mail_gateway.server import MailServer
from mail_gateway.understanding import MailRoom, open_mail_room
from runtime.mail_ways import open_fetcher, open_mail_servers
from runtime.settings import ImapSettings, LmtpSettings, Settings, SmtpSettings
from tests.mail_gateway.letters import mail_office
from tests.mail_gateway.running_server import Collected, loop_in_thread, stop_server

SMTP = SmtpSettings(port=0)


def opened(settings: Settings, folder: Path) -> list[MailServer]:
    room = open_mail_room(mail_office(), DirectoryBlobs(folder))
    return open_mail_servers(settings, room, Collected(), lambda: datetime.now(UTC))


def test_smtp_alone_is_opened_unless_more_is_set(tmp_path: Path) -> None:
    with loop_in_thread() as loop:
        assert asyncio.run_coroutine_threadsafe(_count(Settings(smtp=SMTP), tmp_path), loop).result(10) == 1


async def _count(settings: Settings, folder: Path) -> int:
    return len(opened(settings, folder))


def test_lmtp_is_served_beside_smtp_when_its_port_is_set(tmp_path: Path) -> None:
    with loop_in_thread() as loop:

        async def start() -> list[MailServer]:
            servers = opened(Settings(smtp=SMTP, lmtp=LmtpSettings(port=0)), tmp_path)
            for server in servers:
                await server.start()
            return servers

        smtp, lmtp = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        try:
            with smtplib.SMTP("127.0.0.1", smtp.port, timeout=10) as client:
                assert client.ehlo()[0] == 250
            with smtplib.LMTP("127.0.0.1", lmtp.port, timeout=10) as neighbour:
                assert neighbour.ehlo()[0] == 250
                assert int(neighbour.esmtp_features["size"]) == SMTP.max_size
        finally:
            stop_server(lmtp, loop)
            stop_server(smtp, loop)


def test_no_mailbox_is_fetched_unless_one_is_set(tmp_path: Path, sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    try:
        room: MailRoom = open_mail_room(mail_office(), DirectoryBlobs(tmp_path / "blobs"))
        assert open_fetcher(Settings(), room, store, threading.Event()) is None
        imap = ImapSettings(host="imap.example", user="duty", password=SecretStr("only-in-tests"))
        fetcher = open_fetcher(Settings(imap=imap), room, store, threading.Event())
        assert fetcher is not None
        assert (fetcher.access.port, fetcher.access.tls, fetcher.access.marks_seen) == (993, "tls", False)
        assert fetcher.rules.max_bytes == SMTP.max_size
        assert "only-in-tests" not in repr(fetcher)
    finally:
        store.close()
