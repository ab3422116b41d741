"""Lets plain synchronous threads call the Bot API.

An event loop of its own in one thread, not one handed in: a process in the `worker` role has no loop to hand,
and pooled connections belong to the loop that opened them. All worker threads share its connections.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from datetime import timedelta
from typing import Any, TypeVar

from telegram import Bot

from bot.channels.telegram_access import TelegramAccess, connect

T = TypeVar("T")

_START_WITHIN = timedelta(seconds=10)


class TelegramLine:
    """A bot behind a thread; opened at the first call, closed once."""

    def __init__(self, access: TelegramAccess) -> None:
        """Open nothing yet."""
        self._access = access
        self._guard = threading.Lock()
        self._opened: Future[tuple[asyncio.AbstractEventLoop, Bot, asyncio.Event]] | None = None
        self._thread: threading.Thread | None = None

    def call(self, work: Callable[[Bot], Coroutine[Any, Any, T]], *, within: timedelta) -> T:
        """The result of `work`, or its error; TimeoutError when it took longer than `within` and was broken off."""
        loop, bot, _ = self._open().result(_START_WITHIN.total_seconds())
        running = asyncio.run_coroutine_threadsafe(work(bot), loop)
        try:
            return running.result(within.total_seconds())
        except TimeoutError:
            running.cancel()
            raise

    def close(self) -> None:
        """Close the connections; a later call opens them anew."""
        with self._guard:
            opened, thread = self._opened, self._thread
            self._opened = self._thread = None
        if opened is not None and thread is not None:
            loop, _, closing = opened.result(_START_WITHIN.total_seconds())
            loop.call_soon_threadsafe(closing.set)
            thread.join(_START_WITHIN.total_seconds())

    def _open(self) -> Future[tuple[asyncio.AbstractEventLoop, Bot, asyncio.Event]]:
        with self._guard:
            if self._opened is None:
                opened = self._opened = Future()
                self._thread = threading.Thread(
                    target=lambda: asyncio.run(self._hold(opened)), name="telegram-line", daemon=True
                )
                self._thread.start()
            return self._opened

    async def _hold(self, opened: Future[tuple[asyncio.AbstractEventLoop, Bot, asyncio.Event]]) -> None:
        closing = asyncio.Event()
        try:
            async with connect(self._access) as bot:
                opened.set_result((asyncio.get_running_loop(), bot, closing))
                await closing.wait()
        except Exception as error:  # noqa: BLE001 - told to whoever calls
            if not opened.done():
                opened.set_exception(error)
