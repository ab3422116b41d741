"""Receives updates that Telegram posts to us: 200 only after the commit, 503 on our own trouble."""

from __future__ import annotations

import hmac
import json
import re
from datetime import timedelta

import structlog
from fastapi import APIRouter, Request, Response
from telegram import Bot

from bot.channels.telegram_intake import WANTED, TelegramIntake

_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
"""What the Bot API allows for a secret token, and long enough not to be guessed."""
_SIZE_LIMIT = 1_000_000
_RETRY_AFTER = timedelta(seconds=5)

_log = structlog.get_logger()


def webhook_router(intake: TelegramIntake, *, secret: str, path: str = "/telegram/webhook") -> APIRouter:
    """The one route that Telegram posts to; only who knows `secret` is heard."""
    if not _SECRET.fullmatch(secret):
        raise ValueError("a webhook secret is 16 to 256 letters, digits, underscores and hyphens")
    router = APIRouter()

    @router.post(path, include_in_schema=False)
    async def receive(request: Request) -> Response:
        offered = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(offered.encode(), secret.encode()):
            _log.warning("wrong webhook secret", action="telegram.webhook_refused")
            return Response(status_code=401)
        update = await _read_update(request)
        if update is None:
            return Response(status_code=400)
        try:
            await intake.take(update)
        except Exception as error:  # noqa: BLE001 - unexpected is temporary: Telegram keeps the update
            _log.warning("update not saved", action="telegram.not_saved", error=type(error).__name__)
            return Response(status_code=503, headers={"Retry-After": str(int(_RETRY_AFTER.total_seconds()))})
        return Response(status_code=200)

    return router


async def register_webhook(bot: Bot, url: str, *, secret: str) -> None:
    """Tell Telegram where to post updates; those that wait already are kept."""
    await bot.set_webhook(url, secret_token=secret, allowed_updates=list(WANTED), drop_pending_updates=False)


async def _read_update(request: Request) -> dict[str, object] | None:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _SIZE_LIMIT:
            return None
    try:
        update = json.loads(body)
    except ValueError:
        return None
    return update if isinstance(update, dict) and isinstance(update.get("update_id"), int) else None
