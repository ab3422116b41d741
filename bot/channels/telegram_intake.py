"""Takes one update from Telegram into the house: translated, its files kept, accepted, the button answered.

Whatever cannot be read is kept whole as a file, so that a message which nobody foresaw neither gets lost nor
holds up those behind it. Trouble on our side is raised: the caller must not confirm the update then.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from weakref import WeakValueDictionary

import structlog
from telegram import Bot, Update
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram_in import FileToFetch, Heard, Ignored, address_of, clean_name, understand
from casework.message import Attachment, InboundMessage

RawUpdate = Mapping[str, Any]
Accept = Callable[[InboundMessage], Awaitable[None]]
"""Commits a message to the inbox and returns after the commit; a repeat changes nothing."""
KeepFile = Callable[[str, bytes], Attachment]
"""Puts the bytes of a file into the blob store, under a name; runs in a thread."""

WANTED: Final = ("message", "edited_message", "callback_query")
"""Kinds of updates that we ask Telegram for."""
FETCH_LIMIT = 20_000_000
"""Telegram lets a bot fetch files of up to 20 MB."""
TRIES_AS_IT_IS = 5
"""An update that fails us this often is kept whole as a file instead."""
TRIES_OF_TELEGRAM = 12
"""The same, when it was Telegram that would not give us a file: some two minutes."""
_FETCHES_AT_ONCE = 8

_log = structlog.get_logger()


class TelegramIntake:
    """One door for updates, whether they were polled or came by webhook."""

    def __init__(self, bot: Bot, accept: Accept, keep_file: KeepFile, *, clock: Callable[[], datetime]) -> None:
        """Give what is understood to `accept`; files go through `keep_file` first."""
        self._bot = bot
        self._accept = accept
        self._keep_file = keep_file
        self._clock = clock
        self._fetching = asyncio.Semaphore(_FETCHES_AT_ONCE)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._failures: dict[int, int] = {}

    async def take(self, update: RawUpdate) -> None:
        """Return when the update is saved, or is none of ours; raises on trouble that will pass.

        Updates of one conversation wait for one another, so that a large file does not overtake nor fall behind.
        """
        number = int(update["update_id"])
        heard = self._read(update)
        if isinstance(heard, Ignored):
            _log.info("update ignored", action="telegram.ignored", update_id=number, reason=heard.reason)
            return
        turn = self._turns.setdefault(heard.message.sender.value, asyncio.Lock())
        async with turn:
            try:
                await self._save(heard, update)
            except Exception as error:
                tries = TRIES_OF_TELEGRAM if isinstance(error, TelegramError) else TRIES_AS_IT_IS
                self._failures[number] = self._failures.get(number, 0) + 1
                if self._failures[number] < tries:
                    raise
                await self._save_whole(update)
        self._failures.pop(number, None)
        if heard.callback_id is not None:
            await self._answer_press(heard.callback_id, number)

    def _read(self, update: RawUpdate) -> Heard | Ignored:
        try:
            return understand(Update.de_json(dict(update), None), received_at=self._clock())
        except Exception as error:  # noqa: BLE001 - what the library or we cannot read must not stop the others
            _log.error("update not understood", action="telegram.unreadable", error=type(error).__name__)
            return self._as_it_came(update)

    def _as_it_came(self, update: RawUpdate) -> Heard | Ignored:
        chat = chat_of(update)
        if chat.get("type") != "private" or not isinstance(chat.get("id"), int):
            return Ignored("unreadable")
        number = int(update["update_id"])
        message = InboundMessage(address_of(chat["id"]), f"{chat['id']}:update:{number}", "", self._clock())
        return Heard(message, (FileToFetch("", f"update-{number}.json", None),))

    async def _save(self, heard: Heard, update: RawUpdate) -> None:
        attachments = tuple([await self._fetch(file, update) for file in heard.files])
        await self._accept(replace(heard.message, attachments=attachments))

    async def _save_whole(self, update: RawUpdate) -> None:
        whole = self._as_it_came(update)
        if isinstance(whole, Heard):
            await self._save(whole, update)
            _log.error("update kept as a file", action="telegram.kept_whole", update_id=int(update["update_id"]))

    async def _fetch(self, file: FileToFetch, update: RawUpdate) -> Attachment:
        if not file.file_id:
            return await self._keep(file.name, json.dumps(update).encode())
        if (file.size or 0) > FETCH_LIMIT:
            return await self._keep_note(file, "too_big")
        try:
            async with self._fetching:
                where = await self._bot.get_file(file.file_id)
                data = await where.download_as_bytearray()
        except BadRequest as error:
            reason = "too_big" if "too big" in error.message.lower() else "refused"
            return await self._keep_note(file, reason)
        return await self._keep(file.name, bytes(data))

    async def _keep_note(self, file: FileToFetch, reason: str) -> Attachment:
        """In the place of a file that Telegram does not give us: its name and size, so that staff can ask for it."""
        _log.warning("file not received", action="telegram.file_not_received", reason=reason)
        note = {"file_name": file.name, "file_size": file.size, "not_received": reason, "limit": FETCH_LIMIT}
        return await self._keep(clean_name(f"{file.name}.not-received.json"), json.dumps(note).encode())

    async def _keep(self, name: str, data: bytes) -> Attachment:
        return await asyncio.to_thread(self._keep_file, name, data)

    async def _answer_press(self, callback_id: str, number: int) -> None:
        """Stop the button's progress bar; without it only the bar stays, so trouble here loses nothing."""
        try:
            await self._bot.answer_callback_query(callback_id)
        except TelegramError as error:
            _log.info(
                "press not answered", action="telegram.press_unanswered", update_id=number, error=type(error).__name__
            )


def chat_of(update: RawUpdate) -> Mapping[str, Any]:
    """The chat of an update as Telegram wrote it, empty when there is none."""
    for kind in WANTED:
        body = update.get(kind)
        if isinstance(body, dict):
            message = body.get("message") if kind == "callback_query" else body
            chat = message.get("chat") if isinstance(message, dict) else None
            return chat if isinstance(chat, dict) else {}
    return {}
