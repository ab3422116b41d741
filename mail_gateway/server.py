"""The door for mail: an SMTP listener for the bureau's addresses only, on aiosmtpd.

A letter is acknowledged with 250 only after `accept` returned, that is after it is committed; any trouble of ours is
451, so that the sender keeps it. Nothing is read here beyond what the letter's id needs.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import AnyStr, ClassVar

import structlog
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Transaction

from mail_gateway import smtp_replies as replies
from mail_gateway.acceptance import Accept
from mail_gateway.envelope import Envelope
from mail_gateway.mailboxes import Mailboxes

log = structlog.get_logger()

# The library logs addresses and whole commands; ours are counted, not written down.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may ask of us."""

    max_bytes: int = 35 * 1024 * 1024
    """Announced by SIZE; 25 MB of files become about 35 MB in base64."""
    max_recipients: int = 100
    max_connections: int = 200
    idle_seconds: float = 180.0
    """A client that is silent for so long is closed (RFC 5321 §4.5.3.2 asks for minutes)."""
    connection_seconds: float = 3600.0
    """No connection lasts longer, whatever it sends."""
    accept_seconds: float = 30.0
    """A commit that takes longer is given up with 451; the sender's repeat then finds it saved, or saves it."""


class Handler:
    """What aiosmtpd calls for each command of a transaction; returns our reply lines."""

    def __init__(self, mailboxes: Mailboxes, accept: Accept, limits: Limits, clock: Callable[[], datetime]) -> None:
        """Serve `mailboxes`, handing each mail to `accept`."""
        self.mailboxes = mailboxes
        self.accept = accept
        self.limits = limits
        self.clock = clock
        self.accepting = 0
        """Mails whose commit is awaited now."""
        self.nothing_awaited = asyncio.Event()
        self.nothing_awaited.set()

    def __dir__(self) -> list[str]:
        """Name the hooks alone: aiosmtpd looks through this for every connection."""
        return ["handle_DATA", "handle_EHLO", "handle_MAIL", "handle_RCPT", "handle_exception"]

    async def handle_EHLO(  # noqa: N802 - the library names its hooks so
        self, _server: SMTP, session: Session, _envelope: Transaction, hostname: str, lines: list[str]
    ) -> list[str]:
        """Offer what we have; nobody signs in here, since we relay for nobody."""
        session.host_name = hostname
        return [line for line in lines if not line.startswith("250-AUTH")]

    async def handle_MAIL(  # noqa: N802 - the library names its hooks so
        self, _server: SMTP, _session: Session, envelope: Transaction, address: str, options: list[str]
    ) -> str:
        """Note the reverse path; `<>` is accepted, since notifications must be (RFC 5321 §6.1)."""
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return replies.SENDER_OK.line

    async def handle_RCPT(  # noqa: N802 - the library names its hooks so
        self, _server: SMTP, _session: Session, envelope: Transaction, address: str, options: list[str]
    ) -> str:
        """Accept the bureau's addresses and nobody else's."""
        if len(envelope.rcpt_tos) >= self.limits.max_recipients:
            return replies.TOO_MANY_RECIPIENTS.line
        if self.mailboxes.find(address) is None:
            return replies.UNKNOWN_RECIPIENT.line
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return replies.RECIPIENT_OK.line

    async def handle_DATA(  # noqa: N802 - the library names its hooks so
        self, _server: SMTP, session: Session, envelope: Transaction
    ) -> str:
        """Save the letter as it came over the wire, then acknowledge it."""
        self.accepting += 1
        self.nothing_awaited.clear()
        try:
            async with asyncio.timeout(self.limits.accept_seconds):
                await self.accept(envelope.original_content or b"", self._facts(session, envelope))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours: the sender must keep the letter
            _report("mail_not_saved", error)
            return replies.OUR_TROUBLE.line
        finally:
            self.accepting -= 1
            if not self.accepting:
                self.nothing_awaited.set()
        return replies.MAIL_SAVED.line

    async def handle_exception(self, error: Exception) -> str:
        """Our own bug while serving a command: temporary, never a refusal."""
        _report("smtp_command_failed", error)
        return replies.OUR_TROUBLE.line

    def _facts(self, session: Session, envelope: Transaction) -> Envelope:
        sender = _clean(envelope.mail_from or "")
        return Envelope(
            mail_from="" if sender == "<>" else sender,
            rcpt_tos=tuple(map(_clean, envelope.rcpt_tos)),
            received_at=self.clock(),
            peer=str(session.peer[0]) if session.peer else "",
        )


class Connection(SMTP):
    """One client: aiosmtpd's protocol with our replies, our limits and a count."""

    line_length_limit = 262_144
    """RFC 5322 §2.1.1 allows 998 octets; a letter is not lost because a program wrote a paragraph on one line."""
    command_size_limit = 2048
    commands: ClassVar = sorted(name for name in dir(SMTP) if name.startswith("smtp_") and name != "smtp_AUTH")

    def __init__(self, server: MailServer) -> None:
        """Serve one connection of `server`."""
        self._owner = server
        # The library keeps one such table for all connections, and every new one empties it.
        self.command_size_limits = collections.defaultdict(lambda: self.command_size_limit)
        self._is_served = False
        self._began = self._heard = asyncio.get_running_loop().time()
        super().__init__(
            server.handler,
            data_size_limit=server.limits.max_bytes,
            enable_SMTPUTF8=True,
            hostname=server.hostname,
            ident="ESMTP",
            tls_context=server.tls,
            timeout=server.limits.idle_seconds,
            loop=asyncio.get_running_loop(),
        )

    def __dir__(self) -> list[str]:
        """Name the commands alone: aiosmtpd looks through this for every connection."""
        return self.commands

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client, or send it away when too many are here."""
        if not self._is_served and self._owner.is_full:
            _end(transport, replies.BUSY)
            return
        self._is_served = True
        self._owner.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the client."""
        self._owner.connections.discard(self)
        if self._is_served:
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """End with the client's side of the connection."""
        return super().eof_received() if self._is_served else False

    def data_received(self, data: bytes) -> None:
        """Note that the client is alive, however slowly it sends a large letter."""
        self._heard = self.loop.time()
        super().data_received(data)

    async def push(self, status: AnyStr) -> None:
        """Say a reply line, ours in place of the library's where we have one."""
        instead = replies.INSTEAD_OF.get(status)
        if instead is None:
            await super().push(status)
        else:
            await super().push(instead.line)

    def say_goodbye(self) -> None:
        """End the connection in good order (RFC 5321 §3.8)."""
        if self.transport is not None:
            _end(self.transport, replies.CLOSING)

    def _timeout_cb(self) -> None:
        """Close a silent connection, and any that lasts too long; the library's clock knows commands only."""
        limits, now = self._owner.limits, self.loop.time()
        if now - self._heard >= limits.idle_seconds or now - self._began >= limits.connection_seconds:
            self.say_goodbye()
        else:
            self._reset_timeout()


class MailServer:
    """The listener. Make and start it in a running event loop; a stop lets letters that are being saved finish."""

    def __init__(
        self,
        mailboxes: Mailboxes,
        accept: Accept,
        *,
        host: str = "127.0.0.1",
        port: int = 25,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Listen on `host` and `port` (0 for a free one) once started; STARTTLS is offered when `tls` is given."""
        self.limits = limits or Limits()
        self.handler = Handler(mailboxes, accept, self.limits, clock or _now)
        self.hostname = mailboxes.domain
        self.tls = tls
        self.connections: set[Connection] = set()
        self._host, self._port = host, port
        self._listener: asyncio.Server | None = None

    @property
    def is_full(self) -> bool:
        """Whether no further client can be served."""
        return len(self.connections) >= self.limits.max_connections

    @property
    def port(self) -> int:
        """The port that is listened on."""
        sockets = tuple(self._listener.sockets) if self._listener else ()
        return int(sockets[0].getsockname()[1]) if sockets else self._port

    async def start(self) -> None:
        """Begin to listen; OSError when the port is taken or not allowed."""
        self._listener = await asyncio.get_running_loop().create_server(
            lambda: Connection(self), self._host, self._port, backlog=512
        )
        log.info("smtp listening", action="smtp_started", port=self.port)

    async def stop(self, grace_seconds: float = 10.0) -> None:
        """Take no new clients, let running commits finish, then say goodbye to who is left."""
        if self._listener is None:
            return
        self._listener.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.handler.nothing_awaited.wait(), grace_seconds)
        for connection in tuple(self.connections):
            connection.say_goodbye()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._listener.wait_closed(), grace_seconds)
        self._listener = None
        log.info("smtp stopped", action="smtp_stopped")


def _end(transport: asyncio.BaseTransport, reply: replies.SmtpReply) -> None:
    if isinstance(transport, asyncio.WriteTransport):
        transport.write(f"{reply}\r\n".encode())
    transport.close()


def _report(action: str, error: Exception) -> None:
    """Log our trouble by its class; its text might hold an address."""
    log.warning("mail server trouble", action=action, error=type(error).__name__)


def _clean(address: str) -> str:
    """An address as text that any database can hold; odd bytes of the wire are replaced."""
    return address.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\x00", "")


def _now() -> datetime:
    return datetime.now(UTC)
