"""A mail server on a free port of 127.0.0.1, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mail_gateway.acceptance import Accept
from mail_gateway.envelope import Envelope
from mail_gateway.mailboxes import Mailboxes
from mail_gateway.seals import Seals
from mail_gateway.server import Limits, MailServer, Protocol

OURS = Mailboxes("zmd.example", ("xinxiang@zmd.example", "jubao@zmd.example"))


@dataclass
class Collected:
    """An acceptance that keeps what it is given."""

    letters: list[tuple[bytes, Envelope]] = field(default_factory=list)

    async def __call__(self, raw: bytes, envelope: Envelope) -> None:
        self.letters.append((raw, envelope))


@contextmanager
def loop_in_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def mail_server(
    accept: Accept,
    limits: Limits | None = None,
    *,
    seals: Seals | None = None,
    now: datetime | None = None,
    protocol: Protocol = Protocol.SMTP,
    unix_socket: Path | None = None,
) -> Iterator[MailServer]:
    """A started server, for which it is always `now` when that is given; stopped in good order afterwards."""

    async def make() -> MailServer:
        server = MailServer(
            OURS,
            accept,
            port=0,
            limits=limits,
            clock=(lambda: now) if now else None,
            seals=seals,
            protocol=protocol,
            unix_socket=unix_socket,
        )
        await server.start()
        return server

    with loop_in_thread() as loop:
        server = asyncio.run_coroutine_threadsafe(make(), loop).result(10)
        try:
            yield server
        finally:
            stop_server(server, loop)


def stop_server(server: MailServer, loop: asyncio.AbstractEventLoop) -> None:
    """Stop `server` from outside its loop."""
    asyncio.run_coroutine_threadsafe(server.stop(2), loop).result(10)


def failing(error: Callable[[], Exception]) -> Accept:
    """An acceptance that fails."""

    async def accept(_raw: bytes, _envelope: Envelope) -> None:
        raise error()

    return accept
