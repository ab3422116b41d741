"""Connecting Telegram: its channel for sending, and its updates to the inbox by polling or webhook."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from fastapi import FastAPI

from bot.channels.telegram import (
    TelegramAccess,
    TelegramChannel,
    TelegramIntake,
    TelegramPolling,
    connect,
    register_webhook,
    webhook_router,
)
from casework.attaching import keep_file
from casework.inbox import Arrival
from casework.message import Attachment, InboundMessage
from casework.ports import BlobStore, Store
from runtime.settings import Settings, TelegramSettings

WEBHOOK_PATH = "/telegram/webhook"


@dataclass(frozen=True, slots=True)
class TelegramRoom:
    """Telegram, when a token is set."""

    settings: TelegramSettings
    public_url: str
    access: TelegramAccess
    channel: TelegramChannel
    store: Store
    blobs: BlobStore
    clock: Callable[[], datetime]
    wake: Callable[[], None]

    @classmethod
    def open(
        cls,
        settings: Settings,
        store: Store,
        blobs: BlobStore,
        clock: Callable[[], datetime],
        *,
        wake: Callable[[], None],
    ) -> TelegramRoom | None:
        """The room, or None when Telegram is off; nothing is connected yet."""
        token = settings.telegram.token
        if token is None:
            return None
        access = TelegramAccess(token.get_secret_value(), str(settings.telegram.base_url).rstrip("/"))
        channel = TelegramChannel(access, blobs)
        public_url = str(settings.public_url).rstrip("/")
        return cls(settings.telegram, public_url, access, channel, store, blobs, clock, wake)

    @asynccontextmanager
    async def receiving(self, app: FastAPI) -> AsyncIterator[None]:
        """Receive updates while the context is open; a webhook is mounted on `app`, which must not serve yet."""
        async with connect(self.access) as bot:
            intake = TelegramIntake(bot, self._accept, self._keep_file, clock=self.clock)
            secret = self.settings.webhook_secret
            if self.settings.mode == "webhook" and secret is not None:
                app.include_router(webhook_router(intake, secret=secret.get_secret_value(), path=WEBHOOK_PATH))
                await register_webhook(bot, self.public_url + WEBHOOK_PATH, secret=secret.get_secret_value())
                yield
                return
            stop = asyncio.Event()
            polling = asyncio.create_task(TelegramPolling(bot, intake).run(stop))
            try:
                yield
            finally:
                stop.set()
                # A long poll that brings nothing may be broken off: what it would bring stays with Telegram.
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(polling, 5)

    def close(self) -> None:
        """Close the connections for sending."""
        self.channel.close()

    async def _accept(self, message: InboundMessage) -> None:
        arrival = Arrival(
            message.sender.channel,
            message.external_id,
            message.sender.value,
            message.received_at,
            message=message,
        )
        await asyncio.wrap_future(self.store.submit(lambda uow: uow.inbox.add(arrival)))
        self.wake()

    def _keep_file(self, name: str, data: bytes) -> Attachment:
        return keep_file(name, data, self.blobs)
