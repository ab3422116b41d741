"""The door for mail: an SMTP or LMTP listener for the bureau's addresses only.

A letter is acknowledged with 250 only after `accept` returned, that is after it is committed; any trouble of ours is
451, so that the sender keeps it. Nothing is read here beyond what the letter's id needs.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import structlog

from mail_gateway.acceptance import Accept
from mail_gateway.connection import Connection, Handler, Limits, Reception
from mail_gateway.lmtp import LmtpConnection
from mail_gateway.mailboxes import Mailboxes
from mail_gateway.seals import Seals

__all__ = ["Limits", "MailServer", "Protocol"]

log = structlog.get_logger()
SOCKET_MODE = 0o660
"""A socket in a file is for us and for the group that the folder belongs to, the mail server's."""


class Protocol(StrEnum):
    """What the clients of a listener speak."""

    SMTP = "smtp"
    LMTP = "lmtp"
    """For a mail server beside us: one answer for each recipient (RFC 2033)."""


class MailServer:
    """The listener. Make and start it in a running event loop; a stop lets letters that are being saved finish."""

    def __init__(
        self,
        mailboxes: Mailboxes,
        accept: Accept,
        *,
        host: str = "127.0.0.1",
        port: int = 25,
        hostname: str = "",
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] | None = None,
        seals: Seals | None = None,
        protocol: Protocol = Protocol.SMTP,
        unix_socket: Path | None = None,
    ) -> None:
        """Listen on `host` and `port` (0 for a free one) once started, as `hostname` (the mail domain when empty).

        With `unix_socket` listen there instead. STARTTLS is offered over SMTP when `tls` is given. With `seals` notices
        to the return addresses of our mail are taken.
        """
        limits = limits or Limits()
        handler = Handler(mailboxes, accept, limits, clock or _now, seals)
        self._reception = Reception(handler, limits, hostname or mailboxes.domain, tls)
        self._host, self._port, self._unix_socket = host, port, unix_socket
        self._protocol = protocol
        self._listener: asyncio.Server | None = None

    @property
    def connections(self) -> int:
        """How many clients are here now."""
        return len(self._reception.connections)

    @property
    def port(self) -> int:
        """The port that is listened on; 0 for a socket in a file."""
        if self._unix_socket is not None:
            return 0
        sockets = tuple(self._listener.sockets) if self._listener else ()
        return int(sockets[0].getsockname()[1]) if sockets else self._port

    async def start(self) -> None:
        """Begin to listen; OSError when the port is taken or not allowed."""
        loop, path = asyncio.get_running_loop(), self._unix_socket
        kind = LmtpConnection if self._protocol is Protocol.LMTP else Connection
        if path is None:
            self._listener = await loop.create_server(
                lambda: kind(self._reception), self._host, self._port, backlog=512
            )
        else:
            self._listener = await loop.create_unix_server(lambda: kind(self._reception), path, backlog=512)
            path.chmod(SOCKET_MODE)
        log.info("mail listening", action=f"{self._protocol}_started", port=self.port)

    async def stop(self, grace_seconds: float = 10.0) -> None:
        """Take no new clients, let running commits finish, then say goodbye to who is left."""
        if self._listener is None:
            return
        self._listener.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._reception.handler.nothing_awaited.wait(), grace_seconds)
        for connection in tuple(self._reception.connections):
            connection.say_goodbye()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._listener.wait_closed(), grace_seconds)
        self._listener = None
        if self._unix_socket is not None:
            self._unix_socket.unlink(missing_ok=True)
        log.info("mail stopped", action=f"{self._protocol}_stopped")


def _now() -> datetime:
    return datetime.now(UTC)
