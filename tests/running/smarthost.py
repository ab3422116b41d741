# ruff: noqa: N802 - aiosmtpd names its hooks so
"""The organisation's mail server, on 127.0.0.1: it keeps what it takes and misbehaves when told to."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import StrEnum
from typing import cast

from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Transaction

from tests.mail_gateway.running_server import loop_in_thread
from tests.running.product import wait_until


class Mood(StrEnum):
    """How it treats a letter."""

    WILLING = "willing"
    SLOW = "slow"
    """Takes a second before it takes the letter."""
    REFUSES = "refuses"
    """554 for every letter."""
    DEFERS = "defers"
    """451 for every letter."""
    HANGS = "hangs"
    """No answer after DATA until the mood changes; the letter is not taken."""
    DROPS = "drops"
    """The connection is cut before the letter is taken."""
    LOSES_ANSWERS = "loses_answers"
    """The letter is taken and the connection cut before the 250."""


@dataclass(frozen=True)
class Taken:
    """One letter that was taken."""

    mail_from: str
    rcpt_tos: tuple[str, ...]
    data: bytes

    @property
    def mail(self) -> EmailMessage:
        """The letter, parsed."""
        return message_from_bytes(self.data, policy=default)

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return str(self.mail["Message-ID"]).strip()

    @property
    def text(self) -> str:
        """Its plain words."""
        body = self.mail.get_body(("plain",))
        return str(body.get_content()) if body is not None else ""


@dataclass
class Smarthost:
    """The server's mood towards each recipient, and every letter that it took."""

    port: int
    moods: dict[str, Mood] = field(default_factory=dict)
    """By recipient; who is not named here finds it willing."""
    taken: list[Taken] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Transaction) -> str:
        """Take the letter, or not."""
        while (mood := self._mood(envelope)) is Mood.HANGS:  # noqa: ASYNC110 - another thread changes the mood
            await asyncio.sleep(0.05)
        if mood is Mood.REFUSES:
            return "554 5.7.1 not from you"
        if mood is Mood.DEFERS:
            return "451 4.3.0 try again later"
        if mood is Mood.SLOW:
            await asyncio.sleep(1)
        if mood is not Mood.DROPS and server.transport is not None:
            with self.guard:
                letter = Taken(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.original_content or b"")
                self.taken.append(letter)
        if mood in {Mood.DROPS, Mood.LOSES_ANSWERS}:
            cast("asyncio.Transport", server.transport).abort()
        return "250 2.0.0 taken"

    def _mood(self, envelope: Transaction) -> Mood:
        return next((self.moods[to] for to in envelope.rcpt_tos if to in self.moods), Mood.WILLING)

    def to(self, address: str) -> list[Taken]:
        """Letters to one address, in order."""
        with self.guard:
            return [letter for letter in self.taken if address in letter.rcpt_tos]

    def wait_for(self, address: str, count: int = 1, *, seconds: float = 20.0) -> list[Taken]:
        """Letters to one address, as soon as they are this many."""
        wait_until(lambda: len(self.to(address)) >= count, f"letter {count} to a citizen", seconds=seconds)
        return self.to(address)

    def times_taken(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        with self.guard:
            return Counter(letter.message_id for letter in self.taken)


@contextmanager
def smarthost() -> Iterator[Smarthost]:
    """A server on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    peer = Smarthost(listener.getsockname()[1])

    async def start() -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: SMTP(peer, hostname="smarthost.example", enable_SMTPUTF8=True, loop=loop), sock=listener
        )

    async def stop(server: asyncio.Server) -> None:
        peer.moods.clear()
        server.close()
        # Sessions whose client was killed end by themselves within a moment.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            _, late = await asyncio.wait(others, timeout=2)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    with loop_in_thread() as loop:
        server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        try:
            yield peer
        finally:
            asyncio.run_coroutine_threadsafe(stop(server), loop).result(10)
