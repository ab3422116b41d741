# ruff: noqa: N802 - aiosmtpd names its hooks so
"""Mail servers on 127.0.0.1 that misbehave on request: aiosmtpd for answers, a bare socket for silence and loss."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Transaction

from tests.mail_gateway.running_server import loop_in_thread


@dataclass
class Peer:
    """An aiosmtpd server that answers the named commands as told and keeps what it takes."""

    answers: Mapping[str, str] = field(default_factory=dict)
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Transaction, hostname: str, lines: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [self.answers["EHLO"]] if "EHLO" in self.answers else lines

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Transaction, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 ok")

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Transaction, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 ok")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Transaction) -> str:
        answer = self.answers.get("DATA", "250 taken")
        if answer.startswith("250"):
            self.taken.append((envelope.mail_from or "", envelope.rcpt_tos, envelope.original_content or b""))
        return answer


@contextmanager
def answering(peer: Peer, *, utf8: bool = True) -> Iterator[int]:
    """The port of a server that answers as `peer` says."""

    async def start() -> asyncio.Server:
        loop = asyncio.get_running_loop()

        def make() -> SMTP:
            return SMTP(peer, hostname="peer.example", enable_SMTPUTF8=utf8, loop=loop)

        return await loop.create_server(make, "127.0.0.1", 0)

    async def stop(server: asyncio.Server) -> None:
        server.close()
        await asyncio.sleep(0.05)

    with loop_in_thread() as loop:
        server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield server.sockets[0].getsockname()[1]
        asyncio.run_coroutine_threadsafe(stop(server), loop).result(10)


@contextmanager
def scripted(*steps: bytes, then_hang: bool = False, drip: bool = False) -> Iterator[int]:
    """The port of a server that says each of `steps` when something was heard, then hangs up, hangs, or drips."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(10)
            for number, step in enumerate(steps):
                if number:
                    _hear(peer, whole_letter=steps[number - 1].startswith(b"354"))
                peer.sendall(step)
            if steps and (then_hang or drip):
                _hear(peer, whole_letter=steps[-1].startswith(b"354"))
            while (drip or then_hang) and not over.wait(0.05):
                if drip:
                    _quietly(peer, b"2")
            if not then_hang and not drip:
                _hear(peer, whole_letter=steps[-1].startswith(b"354") if steps else False)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        thread.join(10)
        listener.close()


def _hear(peer: socket.socket, *, whole_letter: bool) -> None:
    heard = b""
    end = b"\r\n.\r\n" if whole_letter else b"\r\n"
    while not heard.endswith(end):
        piece = peer.recv(65536)
        if not piece:
            return
        heard += piece


def _quietly(peer: socket.socket, octet: bytes) -> None:
    try:
        peer.sendall(octet)
    except OSError:
        return
