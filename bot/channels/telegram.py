"""The Telegram channel: what `runtime` needs to open it.

Sending: `TelegramChannel` (telegram_out). Receiving: `TelegramIntake` (telegram_intake) fed either by
`TelegramPolling` (telegram_polling) or by `webhook_router` (telegram_webhook), both over a bot from `connect`.
Start reading at telegram_in.py, which says what each kind of update means to us.
"""

from bot.channels.telegram_access import TelegramAccess, connect
from bot.channels.telegram_intake import Accept, KeepFile, TelegramIntake
from bot.channels.telegram_out import TelegramChannel
from bot.channels.telegram_polling import TelegramPolling
from bot.channels.telegram_webhook import register_webhook, webhook_router

__all__ = [
    "Accept",
    "KeepFile",
    "TelegramAccess",
    "TelegramChannel",
    "TelegramIntake",
    "TelegramPolling",
    "connect",
    "register_webhook",
    "webhook_router",
]
