"""What can be done in a web conversation, whether a program asks or the page for browsers without scripts."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.channels.web_chat_conversations import Admission, Begun, OpenConversations, begin, hash_token
from bot.channels.web_chat_json import is_for_citizen
from bot.channels.web_chat_limits import WINDOW, ChatLimits, Counter
from bot.channels.web_chat_problems import ChatRefused, Refusal
from bot.channels.web_chat_requests import Sent
from bot.channels.web_chat_turn import TakeTurn, TurnTaken
from bot.channels.web_chat_words import load_texts
from casework.bureau import Bureau
from casework.message import Attachment, InboundMessage, Message
from casework.party import Address, ChannelName, Language
from casework.ports import BlobStore, Store, UnitOfWork
from casework.wording import Wording

AT_ONCE = 200
"""Messages that are read at once."""


@dataclass(frozen=True, slots=True)
class WebChat:
    """What the web chat is handed."""

    store: Store
    blobs: BlobStore
    bureau: Bureau
    take_turn: TakeTurn
    conversations: OpenConversations
    clock: Callable[[], datetime]
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the process is asked to stop: open streams then close, so that the server need not wait for them."""
    limits: ChatLimits = field(default_factory=ChatLimits)
    wording: Wording = field(default_factory=load_texts)
    """Our texts, with what the bureau says in its own words."""


def address_of(conversation: str) -> Address:
    """Where staff's answers go."""
    return Address(ChannelName.WEB_CHAT, conversation)


class ChatRoom:
    """Every web conversation of this process."""

    def __init__(self, chat: WebChat) -> None:
        """Start with nothing counted and nobody known."""
        self.chat = chat
        self.admission = Admission(chat.store, chat.conversations)
        self._messages = Counter(chat.limits.messages)
        self._files = Counter(chat.limits.files)

    async def open(self, client_address: str, language: Language) -> Begun:
        """A new conversation, unless this address began too many just now."""
        chat, begun, now = self.chat, begin(), self.chat.clock()
        token_hash = hash_token(begun.token)

        def work(uow: UnitOfWork) -> bool:
            if uow.doors.hits(bucket, now=now, window=WINDOW) >= chat.limits.conversations:
                return False
            uow.doors.hit(bucket, now=now, window=WINDOW)
            chat.conversations(uow).add(begun.conversation, token_hash, language=language, now=now)
            return True

        bucket = f"web-chat-new:{hash_token(client_address)[:32]}"
        if not await asyncio.wrap_future(chat.store.submit(work)):
            seconds = int(WINDOW.total_seconds())
            raise ChatRefused(Refusal.TOO_MANY_CONVERSATIONS, retry_after=seconds)
        self.admission.remember(begun.conversation, token_hash)
        return begun

    async def say(self, conversation: str, sent: Sent, language: Language) -> TurnTaken:
        """Save a message and take the turn; returns after the commit."""
        wait = self._messages.count(conversation)
        if wait is not None:
            raise ChatRefused(Refusal.TOO_MANY_MESSAGES, retry_after=wait)
        files = await asyncio.to_thread(self._named, conversation, sent.attachments) if sent.attachments else ()
        message = InboundMessage(
            address_of(conversation),
            f"{conversation}:{sent.client_id}",
            sent.text,
            self.chat.clock(),
            choice=sent.choice,
            attachments=files,
            # Words tell the language better than the page on which they were typed.
            language=None if any(character.isalpha() for character in sent.text) else language,
        )
        return await asyncio.wrap_future(self.chat.take_turn(message))

    async def history(self, conversation: str, after: int) -> tuple[list[Message], bool]:
        """Messages above a number that the citizen may see, and whether there are more."""
        return await asyncio.to_thread(self._history, conversation, after)

    async def latest(self, conversation: str) -> list[Message]:
        """The last messages that the citizen may see."""
        return await asyncio.to_thread(self._latest, conversation)

    async def keep_file(self, conversation: str, make: Callable[[], Attachment]) -> tuple[str, Attachment]:
        """Keep a file that a message will name; the id under which it does."""
        wait = self._files.count(conversation)
        if wait is not None:
            raise ChatRefused(Refusal.TOO_MANY_FILES, retry_after=wait)
        file, upload_id, chat = await asyncio.to_thread(make), secrets.token_urlsafe(12), self.chat
        now = chat.clock()
        kept = chat.store.submit(
            lambda uow: chat.conversations(uow).add_upload(upload_id, conversation, file, now=now),
        )
        await asyncio.wrap_future(kept)
        return upload_id, file

    async def fetch_file(self, conversation: str, sha256: str) -> tuple[Attachment, bytes]:
        """A file of the conversation and its bytes; refused when no message of it carries such a file."""
        return await asyncio.to_thread(self._fetch, conversation, sha256)

    def _named(self, conversation: str, upload_ids: tuple[str, ...]) -> tuple[Attachment, ...]:
        with self.chat.store.read() as uow:
            found = self.chat.conversations(uow).find_uploads(conversation, upload_ids)
        if len(found) < len(upload_ids):
            raise ChatRefused(Refusal.UNKNOWN_ATTACHMENT)
        return tuple(found[upload_id] for upload_id in upload_ids)

    def _history(self, conversation: str, after: int) -> tuple[list[Message], bool]:
        with self.chat.store.read() as uow:
            thread = uow.threads.find_chat(address_of(conversation))
            read: Sequence[Message] = uow.threads.messages(thread.id, after=after, limit=AT_ONCE) if thread else ()
        return [message for message in read if is_for_citizen(message)], len(read) == AT_ONCE

    def _latest(self, conversation: str) -> list[Message]:
        with self.chat.store.read() as uow:
            thread = uow.threads.find_chat(address_of(conversation))
            after = max(0, thread.last_number - AT_ONCE) if thread else 0
            read = uow.threads.messages(thread.id, after=after, limit=AT_ONCE) if thread else ()
        return [message for message in read if is_for_citizen(message)]

    def _fetch(self, conversation: str, sha256: str) -> tuple[Attachment, bytes]:
        after, more = 0, True
        while more:
            messages, more = self._history(conversation, after)
            for message in messages:
                for file in message.attachments:
                    if file.sha256 == sha256:
                        return file, self.chat.blobs.get(sha256)
            after = messages[-1].number if messages else after
            more = more and bool(messages)
        raise ChatRefused(Refusal.NO_SUCH_FILE)
