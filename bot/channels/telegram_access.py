"""How we reach the Bot API: token, address, proxy, connection pools. It neither reads nor sends messages."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from telegram import Bot
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

CONNECT_WITHIN = timedelta(seconds=10)
ANSWER_WITHIN = timedelta(seconds=20)
UPLOAD_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class TelegramAccess:
    """What opens the Bot API to us."""

    token: str
    """As BotFather gave it: the bot's id, a colon and a secret."""
    base_url: str = "https://api.telegram.org"
    """Another server of the Bot API, e.g. one's own; without `/bot`."""
    proxy: str | None = None
    """A proxy for networks that cannot reach Telegram directly, e.g. `http://127.0.0.1:3128`."""

    def __post_init__(self) -> None:
        """Refuse a token that cannot be one, before it is sent anywhere."""
        number, colon, secret = self.token.partition(":")
        if not (number.isdigit() and colon and secret):
            raise ValueError("a Telegram token is the bot's number, a colon and a secret, as BotFather gave it")

    def __repr__(self) -> str:
        """Keep the token out of logs and tracebacks."""
        return f"TelegramAccess(bot {self.token.partition(':')[0]}, {self.base_url})"


@asynccontextmanager
async def connect(access: TelegramAccess, *, connections: int = 16) -> AsyncIterator[Bot]:
    """A bot with pooled connections, paced to 30 messages a second; it belongs to the running event loop.

    Nothing is sent on entering, so that a network that is down does not hinder the start.
    """
    keep_secrets_out_of_logs()
    server = access.base_url.rstrip("/")
    pool = _pool(access, connections)
    bot: ExtBot[int] = ExtBot(
        access.token,
        base_url=f"{server}/bot",
        base_file_url=f"{server}/file/bot",
        get_updates_request=pool,
        request=pool,
        rate_limiter=AIORateLimiter(),
    )
    try:
        yield bot
    finally:
        await pool.shutdown()


def keep_secrets_out_of_logs() -> None:
    """Silence the libraries that would write the token (in addresses) or citizens' words (in answers) to the log."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL)


def _pool(access: TelegramAccess, size: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=size,
        connect_timeout=CONNECT_WITHIN.total_seconds(),
        read_timeout=ANSWER_WITHIN.total_seconds(),
        write_timeout=ANSWER_WITHIN.total_seconds(),
        media_write_timeout=UPLOAD_WITHIN.total_seconds(),
        pool_timeout=ANSWER_WITHIN.total_seconds(),
        proxy=access.proxy,
    )
