"""Delivers outbox entries over Telegram, and says of each try what became of it.

Telegram has no key by which it would recognise a repeat. A try whose answer was lost is therefore *unknown*: it is
made again, and counted. So is a try that broke off between two messages of one reply, since another process may repeat
the first of them; in this process the second try goes on where the first one stopped.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from datetime import timedelta
from typing import Final

import httpx
import structlog
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.channels.telegram_access import TelegramAccess
from bot.channels.telegram_line import TelegramLine
from bot.channels.telegram_parts import FilePart, TextPart, cut_reply
from casework.errors import CaseworkNotFound, CaseworkUnavailable
from casework.outbox import DeliveryOutcome, DeliveryResult, OutboxEntry
from casework.ports import BlobStore

DELIVER_WITHIN: Final = timedelta(seconds=90)
"""Less than the outbox's lease, so that no second worker starts on an entry that is still being sent."""
_WAIT_FOR_PEOPLE = timedelta(minutes=10)
_REMEMBERED = 1000
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_NO_SUCH_CHAT = ("chat not found", "peer_id_invalid", "user not found", "user_deactivated", "input_user_deactivated")
_LOST_BEHIND_GATEWAY = ("bad gateway", "gateway timeout", "gateway time-out")

_log = structlog.get_logger()


class TelegramChannel:
    """The Telegram side of `casework.ports.Channel`; any number of worker threads may deliver at once."""

    def __init__(self, access: TelegramAccess, blobs: BlobStore, *, within: timedelta = DELIVER_WITHIN) -> None:
        """Connect at the first delivery; `blobs` holds the bytes of attachments."""
        self._line = TelegramLine(access)
        self._blobs = blobs
        self._within = within
        self._moved: dict[int, int] = {}
        self._sent_parts: OrderedDict[str, int] = OrderedDict()

    def deliver(self, entry: OutboxEntry) -> DeliveryResult:
        """Send the messages of one entry; the result never holds words or addresses."""
        parts = cut_reply(entry.reply)
        if not parts or not entry.to.value.lstrip("-").isdigit():
            return DeliveryResult(DeliveryOutcome.PERMANENT, "nothing to send" if not parts else "not a chat id")
        done, last_id = self._sent_parts.pop(entry.key, 0), ""
        deadline = time.monotonic() + self._within.total_seconds()
        try:
            for part in parts[done:]:
                last_id = self._send(int(entry.to.value), part, deadline)
                done += 1
        except (TelegramError, TimeoutError, CaseworkNotFound, CaseworkUnavailable) as error:
            result = judge_failure(error, parts_sent=done)
            if result.outcome is not DeliveryOutcome.PERMANENT:
                self._remember(entry.key, done)
            _log.info(
                "not delivered", action="telegram.not_delivered", outbox_id=entry.id, outcome=result.outcome.value
            )
            return result
        return DeliveryResult(DeliveryOutcome.DELIVERED, external_id=last_id)

    def close(self) -> None:
        """Close the connections."""
        self._line.close()

    def _remember(self, key: str, done: int) -> None:
        if done:
            self._sent_parts[key] = done
        while len(self._sent_parts) > _REMEMBERED:
            self._sent_parts.popitem(last=False)

    def _send(self, chat_id: int, part: TextPart | FilePart, deadline: float) -> str:
        data = self._blobs.get(part.attachment.sha256) if isinstance(part, FilePart) else b""
        to = self._moved.get(chat_id, chat_id)
        try:
            return self._call(to, part, data, deadline)
        except ChatMigrated as moved:
            self._moved[chat_id] = moved.new_chat_id
            return self._call(moved.new_chat_id, part, data, deadline)

    def _call(self, chat_id: int, part: TextPart | FilePart, data: bytes, deadline: float) -> str:
        within = timedelta(seconds=max(deadline - time.monotonic(), 0))
        message = self._line.call(lambda bot: _post(bot, chat_id, part, data), within=within)
        return f"{message.chat.id}:{message.message_id}"


def judge_failure(error: Exception, *, parts_sent: int = 0) -> DeliveryResult:
    """Whether a failed try is over for good, can be made again, or may have arrived all the same."""
    result = _judge(error)
    if parts_sent and result.outcome is DeliveryOutcome.TEMPORARY:
        detail = f"{result.detail}; {parts_sent} messages of it were sent"
        return DeliveryResult(DeliveryOutcome.UNKNOWN, detail, retry_after=result.retry_after)
    return result


def _judge(error: Exception) -> DeliveryResult:
    detail = _describe(error)
    if isinstance(error, CaseworkNotFound):
        return DeliveryResult(DeliveryOutcome.PERMANENT, "an attachment is no longer kept")
    if isinstance(error, Forbidden | BadRequest | ChatMigrated):
        dead = isinstance(error, Forbidden) or any(words in detail.lower() for words in _NO_SUCH_CHAT)
        return DeliveryResult(DeliveryOutcome.PERMANENT, detail, address_is_dead=dead)
    if isinstance(error, RetryAfter | InvalidToken):
        return DeliveryResult(DeliveryOutcome.TEMPORARY, detail, retry_after=_wait_for(error))
    if isinstance(error, CaseworkUnavailable) or _was_never_sent(error) or _was_answered(error):
        return DeliveryResult(DeliveryOutcome.TEMPORARY, detail)
    return DeliveryResult(DeliveryOutcome.UNKNOWN, detail)


def _wait_for(error: RetryAfter | InvalidToken) -> timedelta:
    if isinstance(error, InvalidToken):
        _log.error("Telegram refuses the token", action="telegram.unauthorised", way_out="ask BotFather for the token")
        return _WAIT_FOR_PEOPLE
    return error.retry_after if isinstance(error.retry_after, timedelta) else timedelta(seconds=error.retry_after)


def _was_never_sent(error: Exception) -> bool:
    return isinstance(error.__cause__, _NEVER_SENT)


def _was_answered(error: Exception) -> bool:
    """An error that Telegram itself answered; a gateway's answer says nothing of what happened behind it."""
    if not isinstance(error, NetworkError) or error.__cause__ is not None:
        return False
    return not any(words in error.message.lower() for words in _LOST_BEHIND_GATEWAY)


def _describe(error: Exception) -> str:
    """What was said, without addresses: the library puts whole requests and answers into some of its messages."""
    if isinstance(error, TelegramError) and error.__cause__ is None:
        return error.message[:200]
    return type(error.__cause__ or error).__name__


async def _post(bot: Bot, chat_id: int, part: TextPart | FilePart, data: bytes) -> Message:
    if isinstance(part, FilePart):
        return await bot.send_document(
            chat_id, data, filename=part.attachment.name, disable_content_type_detection=True
        )
    rows = [[InlineKeyboardButton(choice.label, callback_data=choice.value) for choice in row] for row in part.rows]
    return await bot.send_message(
        chat_id,
        part.text,
        reply_markup=InlineKeyboardMarkup(rows) if rows else None,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
