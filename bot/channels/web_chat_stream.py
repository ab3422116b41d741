"""Server-sent events: what staff write appears at once, and a stream that broke goes on where it stopped.

A message's number within its thread is the id of its event: numbers of one thread are given in the order of their
commits, while ids of rows are not. One poller a process asks the store every half second, only while streams are open,
and hands on what is new; a stream holds no thread and no connection to the store.

A script reads the stream with `fetch`, since `EventSource` cannot send the token in a header: a cookie would be missing
in the frame of another site, and a token in the address would stand in logs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from bot.channels.web_chat_json import compose_event, is_for_citizen
from bot.channels.web_chat_problems import ChatRefused, Refusal, log_trouble
from bot.channels.web_chat_requests import read_cursor
from bot.channels.web_chat_room import ChatRoom, address_of
from casework.errors import CaseworkUnavailable
from casework.message import Message, ThreadId
from casework.ports import Store, UnitOfWork

POLL_EVERY = timedelta(seconds=0.5)
HEARTBEAT_EVERY = timedelta(seconds=15)
_AT_ONCE = 100
_THREADS_IN_A_QUERY = 500
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    # nginx would otherwise collect the events before it passes them on.
    "x-accel-buffering": "no",
}

log = structlog.get_logger()


@dataclass(eq=False, slots=True)
class Stream:
    """One open stream: how far it has come, and what it has not yet sent."""

    conversation: str
    after: int
    thread_id: ThreadId | None = None
    """None while the conversation has no message yet."""
    waiting: list[bytes] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    def take(self) -> list[bytes]:
        """What is to be sent now."""
        taken, self.waiting = self.waiting, []
        self.news.clear()
        return taken

    def give(self, messages: Sequence[Message]) -> None:
        """Queue what is new to this stream."""
        for message in messages:
            if message.number > self.after:
                self.after = message.number
                if is_for_citizen(message):
                    self.waiting.append(compose_event(message))
        if self.waiting:
            self.news.set()

    def close(self) -> None:
        """End the stream after what it still has to send."""
        self.closed = True
        self.news.set()


class Streams:
    """Every open stream of this process and the one poller behind them."""

    def __init__(self, room: ChatRoom) -> None:
        """Poll nothing until somebody listens."""
        self._store: Store = room.chat.store
        self._stopping = room.chat.stopping
        self._most = room.chat.limits.streams
        self._open: set[Stream] = set()
        self._poller: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()

    def listen(self, conversation: str, after: int) -> Stream:
        """A stream of what comes after a number, to be read with `events`; refused when there are too many."""
        if len(self._open) >= self._most or self._stopping.is_set():
            raise ChatRefused(Refusal.TROUBLE)
        return Stream(conversation, after)

    async def events(self, stream: Stream) -> AsyncIterator[bytes]:
        """The bytes of a stream until it is closed or the citizen goes; a comment now and then keeps it alive."""
        self._open.add(stream)
        self._wanted.set()
        if self._poller is None or self._poller.done():
            self._poller = asyncio.get_running_loop().create_task(self._poll(), name="web-chat-poller")
        try:
            yield b"retry: 2000\n: open\n\n"
            while True:
                try:
                    await asyncio.wait_for(stream.news.wait(), HEARTBEAT_EVERY.total_seconds())
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if taken := stream.take():
                    yield b"".join(taken)
                if stream.closed:
                    return
        finally:
            self._open.discard(stream)

    async def _poll(self) -> None:
        while self._open and not self._stopping.is_set():
            self._wanted.clear()
            try:
                await self._look()
            except CaseworkUnavailable:
                log.warning("streams wait for the store", action="web_chat_streams_wait", streams=len(self._open))
            except Exception as error:  # noqa: BLE001 - one bad round must not end every stream
                log_trouble("web_chat_streams_failed", error)
            try:
                await asyncio.wait_for(self._wanted.wait(), POLL_EVERY.total_seconds())
            except TimeoutError:
                continue
        for stream in list(self._open):
            stream.close()

    async def _look(self) -> None:
        # Who has not yet taken what is waiting gets nothing more: a slow reader fills no memory.
        ready = [stream for stream in self._open if not stream.waiting]
        unknown = {stream.conversation for stream in ready if stream.thread_id is None}
        known = [(stream.thread_id, stream.after) for stream in ready if stream.thread_id is not None]
        threads, news = await asyncio.to_thread(self._read, unknown, known)
        for stream in ready:
            if stream.thread_id is None:
                stream.thread_id = threads.get(stream.conversation)
                if stream.thread_id is not None:
                    self._wanted.set()
            elif stream.thread_id in news:
                stream.give(news[stream.thread_id])

    def _read(
        self, unknown: set[str], known: Sequence[tuple[ThreadId, int]]
    ) -> tuple[Mapping[str, ThreadId], Mapping[ThreadId, Sequence[Message]]]:
        """Threads of conversations that had none, and what is new in the others."""
        since: dict[ThreadId, int] = {}
        for thread_id, after in known:
            since[thread_id] = min(after, since.get(thread_id, after))
        with self._store.read() as uow:
            found = {name: uow.threads.find_chat(address_of(name)) for name in unknown}
            threads = {name: thread.id for name, thread in found.items() if thread}
            return threads, {
                thread_id: uow.threads.messages(thread_id, after=since[thread_id], limit=_AT_ONCE)
                for thread_id, last in _last_numbers(uow, list(since)).items()
                if last > since[thread_id]
            }


def _last_numbers(uow: UnitOfWork, thread_ids: Sequence[ThreadId]) -> dict[ThreadId, int]:
    numbers: dict[ThreadId, int] = {}
    for start in range(0, len(thread_ids), _THREADS_IN_A_QUERY):
        numbers.update(uow.threads.last_numbers(thread_ids[start : start + _THREADS_IN_A_QUERY]))
    return numbers


def add_stream_routes(router: APIRouter, room: ChatRoom) -> None:
    """The stream of one conversation."""
    streams = Streams(room)

    @router.get("/chat/conversations/{conversation}/events")
    async def listen(request: Request, conversation: str) -> Response:
        """Messages as server-sent events, from Last-Event-ID or `?after=` on."""
        await room.admission.admit(request, conversation)
        stream = streams.listen(conversation, read_cursor(request))
        return StreamingResponse(streams.events(stream), headers=_HEADERS, media_type="text/event-stream")
