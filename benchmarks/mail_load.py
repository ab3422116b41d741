"""A crowd of mail clients: 50 at a time, a new connection for each mail, raw SMTP so that they cost little."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

CLIENTS = 50
SIZE = 4096
RECIPIENT = "xinxiang@gaj.example"


@dataclass(frozen=True, slots=True)
class Sent:
    """What the crowd achieved."""

    accepted: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Mails accepted a second."""
        return self.accepted / self.seconds


def a_mail(number: int) -> bytes:
    """A letter of about 4 kB from its own sender; every one is different."""
    words = "您好，我想反映一下小区门口夜间噪音的问题，已经持续两个星期，影响休息，希望有人处理。\r\n"
    head = (
        f"From: =?utf-8?B?5ryU56S6?= <writer{number}@citizen.example>\r\nTo: xinxiang@gaj.example\r\n"
        f"Subject: =?utf-8?B?5YWz5LqO5aSc6Ze05Zmq6Z+z?= {number}\r\n"
        f"Message-ID: <{number}.{time.time_ns()}@citizen.example>\r\n"
        "Date: Mon, 23 Nov 2026 10:00:00 +0800\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    ).encode()
    line = words.encode()
    return head + line * ((SIZE - len(head)) // len(line))


async def _send(port: int, number: int, recipient: str) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await reader.readline()
        for command in (
            b"EHLO bench",
            f"MAIL FROM:<writer{number}@citizen.example>".encode(),
            f"RCPT TO:<{recipient}>".encode(),
            b"DATA",
        ):
            writer.write(command + b"\r\n")
            while (line := await reader.readline())[3:4] == b"-":
                pass
            if line[:1] not in b"23":
                return False
        writer.write(a_mail(number) + b"\r\n.\r\n")
        answer = await reader.readline()
        writer.write(b"QUIT\r\n")
        return answer.startswith(b"250")
    finally:
        writer.close()


async def send_mails(port: int, count: int, *, first: int = 0, recipient: str = RECIPIENT) -> Sent:
    """Send `count` mails and say how many were accepted, and how quickly."""
    numbers = iter(range(first, first + count))
    accepted = 0

    async def client() -> None:
        nonlocal accepted
        for number in numbers:
            saved = await _send(port, number, recipient)
            accepted += saved

    started = time.monotonic()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return Sent(accepted, time.monotonic() - started)
