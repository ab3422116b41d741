"""Eight citizens at a time, each on a connection that stays open; raw HTTP so that they cost little themselves."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

CONNECTIONS = 8
QUESTIONS = (
    "办护照要多少钱",
    "身份证丢了怎么补办",
    "驾驶证到期怎么换证",
    "How do I replace a lost ID card?",
    "新车上牌需要什么材料",
    "居住证怎么办理",
    "港澳通行证签注多少钱",
    "How long is a passport valid?",
)

Path_and_body = tuple[str, bytes, str]


@dataclass(frozen=True, slots=True)
class Answered:
    """What the citizens met."""

    turns: int
    seconds: float
    latencies: tuple[float, ...]
    """Seconds, sorted."""

    @property
    def per_second(self) -> float:
        """Turns a second."""
        return self.turns / self.seconds

    def percentile(self, share: float) -> float:
        """Latency in milliseconds that `share` of the turns did not pass."""
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)] * 1000


class Connection:
    """One HTTP/1.1 connection that stays open."""

    def __init__(self, port: int) -> None:
        """Not opened yet."""
        self._port = port

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def post(self, path: str, body: bytes, token: str = "") -> bytes:
        """The body of the answer; RuntimeError unless it is a success."""
        authorization = f"Authorization: Bearer {token}\r\n" if token else ""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{authorization}"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        status = await self._reader.readline()
        length = 0
        while (line := await self._reader.readline()) != b"\r\n":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        answer = await self._reader.readexactly(length)
        if not status.split()[1].startswith(b"2"):
            raise RuntimeError(f"{path}: {status!r} {answer!r}")
        return answer

    def close(self) -> None:
        """Disconnect."""
        self._writer.close()


async def measure(port: int, turns: int, next_request: Callable[[int, int], Path_and_body]) -> Answered:
    """`turns` posts over eight connections; `next_request(connection, turn)` says what is posted."""
    latencies: list[float] = []
    numbers = iter(range(turns))

    async def citizen(which: int) -> None:
        connection = Connection(port)
        await connection.open()
        for number in numbers:
            path, body, token = next_request(which, number)
            began = time.perf_counter()
            await connection.post(path, body, token)
            latencies.append(time.perf_counter() - began)
        connection.close()

    started = time.monotonic()
    await asyncio.gather(*(citizen(which) for which in range(CONNECTIONS)))
    return Answered(turns, time.monotonic() - started, tuple(sorted(latencies)))


async def open_conversations(port: int, count: int) -> list[tuple[str, str]]:
    """(conversation, token) of new web chats."""
    connection = Connection(port)
    await connection.open()
    made = []
    for _ in range(count):
        answer = json.loads(await connection.post("/chat/conversations", b"{}"))
        made.append((answer["conversation"], answer["token"]))
    connection.close()
    return made


def a_question(conversation: str, number: int, *, is_new: bool = False) -> tuple[str, bytes]:
    """Path and body of a usual question; `is_new` words it as none before it, so that it must be looked up."""
    question = QUESTIONS[number % len(QUESTIONS)]
    body = {"text": f"{question} ({number})" if is_new else question, "client_id": f"bench-{number}"}
    return f"/chat/conversations/{conversation}/messages", json.dumps(body).encode()
