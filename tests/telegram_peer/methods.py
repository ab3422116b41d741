"""What each Bot API method does, as strictly as the real one where the channel could get it wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.telegram_peer.exchange import Exchange, Json, Sent, Webhook

Uploads = Mapping[str, tuple[str, bytes]]


class ApiError(Exception):
    """A method refuses, with the words of the Bot API."""

    def __init__(self, status: int, description: str) -> None:
        """Keep the HTTP status and the description."""
        super().__init__(description)
        self.status = status
        self.description = description


def _get_me(exchange: Exchange, _params: Json, _uploads: Uploads) -> Json:
    abilities = dict.fromkeys(("can_join_groups", "can_read_all_group_messages", "supports_inline_queries"), False)
    return exchange.bot | abilities


def _set_webhook(exchange: Exchange, params: Json, _uploads: Uploads) -> bool:
    if not str(params.get("url", "")).startswith("http"):
        raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    exchange.allowed_updates = params.get("allowed_updates", [])
    exchange.webhook = Webhook(params["url"], params.get("secret_token", ""))
    exchange.on_update()
    return True


def _delete_webhook(exchange: Exchange, params: Json, _uploads: Uploads) -> bool:
    exchange.webhook = None
    if str(params.get("drop_pending_updates", "")).lower() == "true":
        exchange.drop_updates()
    return True


def _get_webhook_info(exchange: Exchange, _params: Json, _uploads: Uploads) -> Json:
    hook = exchange.webhook
    info: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(exchange.unconfirmed()),
    }
    if hook and hook.last_error:
        info |= {"last_error_date": int(time.time()), "last_error_message": hook.last_error}
    return info


def _send_message(exchange: Exchange, params: Json, _uploads: Uploads) -> Json:
    text = str(params.get("text", ""))
    if not text.strip():
        raise ApiError(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > 4096:
        raise ApiError(400, "Bad Request: message is too long")
    return _post(exchange, "sendMessage", params, {"text": text}, text=text)


def _send_file(method: str, kind: str) -> Callable[[Exchange, Json, Uploads], Json]:
    def send(exchange: Exchange, params: Json, uploads: Uploads) -> Json:
        name, data = uploads.get(str(params.get(kind, kind)).removeprefix("attach://"), ("", b""))
        if not data:
            raise ApiError(400, "Bad Request: file must be non-empty")
        caption = str(params.get("caption", ""))
        if len(caption.encode("utf-16-le")) // 2 > 1024:
            raise ApiError(400, "Bad Request: message caption is too long")
        file = exchange.add_file(name, data)
        body: Json = {"document": file | {"file_name": name}}
        if kind == "photo":
            body = {"photo": [file | {"width": 90, "height": 60}]}
        body |= {"caption": caption} if caption else {}
        return _post(exchange, method, params, body, text=caption, file=(name, data))

    return send


def _post(
    exchange: Exchange, method: str, params: Json, body: Json, *, text: str, file: tuple[str, bytes] = ("", b"")
) -> Json:
    chat_id = params.get("chat_id")
    if not isinstance(chat_id, int) or chat_id not in exchange.chats:
        raise ApiError(400, "Bad Request: chat not found")
    if chat_id in exchange.blocked:
        raise ApiError(403, "Forbidden: bot was blocked by the user")
    rows = (params.get("reply_markup") or {}).get("inline_keyboard", [])
    buttons = tuple((button["text"], button.get("callback_data", "")) for row in rows for button in row)
    if any(not 1 <= len(value.encode()) <= 64 for _, value in buttons):
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    message: Json = {
        "message_id": exchange.number("message"),
        "from": exchange.bot,
        "chat": exchange.chats[chat_id],
        "date": int(time.time()),
        **body,
    }
    if rows:
        message["reply_markup"] = {"inline_keyboard": rows}
    exchange.record(Sent(method, chat_id, message["message_id"], text, buttons, file[0], file[1], message))
    return message


def _answer_callback_query(_exchange: Exchange, params: Json, _uploads: Uploads) -> bool:
    if not str(params.get("callback_query_id", "")).startswith("callback-"):
        raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    return True


def _edit_message_text(exchange: Exchange, params: Json, _uploads: Uploads) -> Json:
    for place, sent in enumerate(exchange.sent):
        if (sent.chat_id, sent.message_id) == (params.get("chat_id"), params.get("message_id")):
            message = sent.message | {"text": params["text"], "edit_date": int(time.time())}
            exchange.sent[place] = Sent(sent.method, sent.chat_id, sent.message_id, params["text"], message=message)
            return message
    raise ApiError(400, "Bad Request: message to edit not found")


def _get_file(exchange: Exchange, params: Json, _uploads: Uploads) -> Json:
    if params.get("file_id") not in exchange.files:
        raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    path, data = exchange.files[params["file_id"]]
    if len(data) > exchange.file_limit:
        raise ApiError(400, "Bad Request: file is too big")
    unique = params["file_id"].replace("file-id", "unique")
    return {"file_id": params["file_id"], "file_unique_id": unique, "file_size": len(data), "file_path": path}


def _send_chat_action(_exchange: Exchange, _params: Json, _uploads: Uploads) -> bool:
    return True


METHODS: dict[str, Callable[[Exchange, Json, Uploads], Any]] = {
    "getMe": _get_me,
    "setWebhook": _set_webhook,
    "deleteWebhook": _delete_webhook,
    "getWebhookInfo": _get_webhook_info,
    "sendMessage": _send_message,
    "sendDocument": _send_file("sendDocument", "document"),
    "sendPhoto": _send_file("sendPhoto", "photo"),
    "answerCallbackQuery": _answer_callback_query,
    "editMessageText": _edit_message_text,
    "getFile": _get_file,
    "sendChatAction": _send_chat_action,
}
