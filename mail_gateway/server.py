"""The door for mail: an SMTP listener for the bureau's addresses only.

A letter is acknowledged with 250 only after `accept` returned, that is after it is committed; any trouble of ours is
451, so that the sender keeps it. Nothing is read here beyond what the letter's id needs.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from mail_gateway.acceptance import Accept
from mail_gateway.connection import Connection, Handler, Limits, Reception
from mail_gateway.mailboxes import Mailboxes
from mail_gateway.seals import Seals

__all__ = ["Limits", "MailServer"]

log = structlog.get_logger()


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
    ) -> None:
        """Listen on `host` and `port` (0 for a free one) once started, as `hostname` (the mail domain when empty).

        STARTTLS is offered when `tls` is given. With `seals` notices to the return addresses of our mail are taken.
        """
        limits = limits or Limits()
        handler = Handler(mailboxes, accept, limits, clock or _now, seals)
        self._reception = Reception(handler, limits, hostname or mailboxes.domain, tls)
        self._host, self._port = host, port
        self._listener: asyncio.Server | None = None

    @property
    def connections(self) -> int:
        """How many clients are here now."""
        return len(self._reception.connections)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        sockets = tuple(self._listener.sockets) if self._listener else ()
        return int(sockets[0].getsockname()[1]) if sockets else self._port

    async def start(self) -> None:
        """Begin to listen; OSError when the port is taken or not allowed."""
        self._listener = await asyncio.get_running_loop().create_server(
            lambda: Connection(self._reception), self._host, self._port, backlog=512
        )
        log.info("smtp listening", action="smtp_started", port=self.port)

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
        log.info("smtp stopped", action="smtp_stopped")


def _now() -> datetime:
    return datetime.now(UTC)
