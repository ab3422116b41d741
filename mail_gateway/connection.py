"""One SMTP client: aiosmtpd's protocol with our replies and limits, and the hooks that answer its commands.

aiosmtpd reads DATA line by line and addresses with a full header parser. Both are done more directly here, which is
what makes accepting with a commit as quick as the bare library without one.
"""

from __future__ import annotations

import asyncio
import collections
import logging
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import AnyStr, ClassVar

import structlog
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Transaction

from mail_gateway import smtp_replies as replies
from mail_gateway.acceptance import Accept
from mail_gateway.envelope import Envelope
from mail_gateway.mailboxes import Mailboxes
from mail_gateway.seals import Seals, SealState

log = structlog.get_logger()

# The library logs addresses and whole commands; ours are counted, not written down.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

_END_OF_DATA = b"\r\n.\r\n"
_PLAIN_ADDRESS = re.compile(r"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+)>(.*)", re.ASCII | re.DOTALL)
_NULL_SENDER = "<>"


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

    def __init__(
        self,
        mailboxes: Mailboxes,
        accept: Accept,
        limits: Limits,
        clock: Callable[[], datetime],
        seals: Seals | None = None,
    ) -> None:
        """Serve `mailboxes` and the return addresses made by `seals`, handing each mail to `accept`."""
        self.mailboxes = mailboxes
        self.seals = seals
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
        # In one piece, so that it is one packet.
        return ["\r\n".join(line for line in lines if not line.startswith("250-AUTH"))]

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
        """Accept the bureau's addresses, those that our mail left under, and nobody else's."""
        if len(envelope.rcpt_tos) >= self.limits.max_recipients:
            return replies.TOO_MANY_RECIPIENTS.line
        if self.mailboxes.find(address) is None and not self._is_return_address(address):
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

    def _is_return_address(self, address: str) -> bool:
        """Whether a mail of ours left under `address`, however long ago; a guessed one is nobody's."""
        found = self.seals.read_return_address(address, self.clock().date()) if self.seals else None
        return found is not None and found.state is not SealState.FORGED

    def _facts(self, session: Session, envelope: Transaction) -> Envelope:
        sender = _clean(envelope.mail_from or "")
        return Envelope(
            mail_from="" if sender == _NULL_SENDER else sender,
            rcpt_tos=tuple(map(_clean, envelope.rcpt_tos)),
            received_at=self.clock(),
            peer=str(session.peer[0]) if session.peer else "",
        )


@dataclass(slots=True)
class Reception:
    """What all connections of one listener share."""

    handler: Handler
    limits: Limits
    hostname: str
    tls: ssl.SSLContext | None = None
    connections: set[Connection] = field(default_factory=set)

    @property
    def is_full(self) -> bool:
        """Whether no further client can be served."""
        return len(self.connections) >= self.limits.max_connections


class Connection(SMTP):
    """One client."""

    greets_as: ClassVar = "ESMTP"
    line_length_limit = 65_536
    """Octets that are read at once; lines may be longer, since no letter is lost for a paragraph on one line."""
    command_size_limit = 2048
    commands: ClassVar = sorted(name for name in dir(SMTP) if name.startswith("smtp_") and name != "smtp_AUTH")

    def __init__(self, reception: Reception) -> None:
        """Serve one client of `reception`."""
        self._reception = reception
        # The library keeps one such table for all connections, and every new one empties it.
        self.command_size_limits = collections.defaultdict(lambda: self.command_size_limit)
        self._is_served = False
        loop = asyncio.get_running_loop()
        self._began = self._heard = loop.time()
        super().__init__(
            reception.handler,
            data_size_limit=reception.limits.max_bytes or None,
            enable_SMTPUTF8=True,
            hostname=reception.hostname,
            ident=self.greets_as,
            tls_context=reception.tls,
            timeout=reception.limits.idle_seconds,
            loop=loop,
        )

    def __dir__(self) -> list[str]:
        """Name the commands alone: aiosmtpd looks through this for every connection."""
        return self.commands

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client, or send it away when too many are here."""
        if not self._is_served and self._reception.is_full:
            _end(transport, replies.BUSY)
            return
        self._is_served = True
        self._reception.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the client."""
        self._reception.connections.discard(self)
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

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - the library names its commands so
        """Read a letter and have it saved (RFC 5321 §4.1.1.4); only CR LF dot CR LF ends it, so nothing is smuggled."""
        if await self.check_helo_needed():
            return
        if self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        letter = await self._read_letter()
        if letter is None:
            answer = replies.TOO_LARGE.line
        else:
            self.envelope.original_content = letter
            answer = await self._call_handler_hook("DATA")
        recipients = len(self.envelope.rcpt_tos)
        self.envelope = self._create_envelope()
        await self._answer_letter(answer, recipients)

    async def _answer_letter(self, answer: str, _recipients: int) -> None:
        """Say what became of a letter, once for all its recipients."""
        await self.push(answer)

    async def _read_letter(self) -> bytes | None:
        """The letter with its transparency dots undone (RFC 5321 §4.5.2); None when it is too large."""
        # The line end of DATA itself is where the first line begins: an empty letter is a lone dot.
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]  # noqa: SLF001
        letter = bytearray()
        size, is_over = -2, False
        while not is_over:
            try:
                piece = await self._reader.readuntil(_END_OF_DATA)
                is_over = True
            except asyncio.LimitOverrunError as overrun:
                piece = await self._reader.read(overrun.consumed)
            size += len(piece)
            if self.data_size_limit and size - 3 > self.data_size_limit:
                # What is too much already is not kept in memory; the rest is heard and thrown away.
                letter.clear()
            else:
                letter += piece
        if self.data_size_limit and size - 3 > self.data_size_limit:
            return None
        # In place, since a letter may be large and many come at once.
        del letter[-3:]
        if b"\r\n." in letter:
            letter = letter.replace(b"\r\n.", b"\r\n")
        del letter[:2]
        return bytes(letter)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address of MAIL or RCPT and what follows it; the usual form without the library's header parser."""
        plain = _PLAIN_ADDRESS.match(arg)
        if plain is not None:
            return plain[1], plain[2]
        if arg.startswith(_NULL_SENDER):
            return _NULL_SENDER, arg[2:]
        try:
            address, rest = super()._getaddr(arg)
        except IndexError:
            # The parser's way of saying that the address ends too early.
            return None, None
        return address, rest

    def say_goodbye(self) -> None:
        """End the connection in good order (RFC 5321 §3.8)."""
        if self.transport is not None:
            _end(self.transport, replies.CLOSING)

    def _timeout_cb(self) -> None:
        """Close a silent connection, and any that lasts too long; the library's clock knows commands only."""
        limits, now = self._reception.limits, self.loop.time()
        if now - self._heard >= limits.idle_seconds or now - self._began >= limits.connection_seconds:
            self.say_goodbye()
        else:
            self._reset_timeout()


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
