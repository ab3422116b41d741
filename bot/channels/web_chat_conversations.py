"""Who may read and write a web conversation: whoever holds the token that was given out when it began.

The token is told once and kept only as its SHA-256. It travels in the header `Authorization: Bearer …`; the page for
browsers without scripts keeps it in a cookie of its own.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.requests import HTTPConnection

from bot.channels.web_chat_problems import ChatRefused, Refusal
from casework.message import Attachment
from casework.party import Language
from casework.ports import Store, UnitOfWork

COOKIE = "sunwindow_chat"
"""Holds `conversation.token` for the page without scripts; sent to `/chat` alone, never with another site's form."""
REMEMBERED = 20_000
"""Conversations whose token hash is kept in memory; it never changes, so what is remembered is never stale."""
_CONVERSATION = re.compile(r"[A-Za-z0-9_-]{22}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class WebConversations(Protocol):
    """What the web chat keeps of its own, within one unit of work."""

    def add(self, conversation: str, token_hash: str, *, language: Language, now: datetime) -> None:
        """Remember a new conversation."""
        ...

    def find_token_hash(self, conversation: str) -> str | None:
        """The SHA-256 of the token of a conversation."""
        ...

    def add_upload(self, upload_id: str, conversation: str, file: Attachment, *, now: datetime) -> None:
        """Remember a file that was sent ahead of the message that will name it."""
        ...

    def find_uploads(self, conversation: str, upload_ids: tuple[str, ...]) -> dict[str, Attachment]:
        """The files of a conversation that these ids name; what is not there is left out."""
        ...


OpenConversations = Callable[[UnitOfWork], WebConversations]
"""What the web chat keeps, in the transaction of a unit of work."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A new conversation, and its token, which is told this once."""

    conversation: str
    token: str

    def __repr__(self) -> str:
        """Keep the token out of logs."""
        return f"Begun({self.conversation})"


def begin() -> Begun:
    """A conversation that nobody can guess (128 bits), and a token that nobody can forge (256 bits)."""
    return Begun(secrets.token_urlsafe(16), secrets.token_urlsafe(32))


def hash_token(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class Admission:
    """Checks tokens; one in a process."""

    def __init__(self, store: Store, conversations: OpenConversations) -> None:
        """Ask the store only for conversations that were not seen lately."""
        self._store = store
        self._conversations = conversations
        self._seen: OrderedDict[str, str] = OrderedDict()

    async def admit(self, request: HTTPConnection, conversation: str) -> None:
        """Return when the request carries the conversation's token; refuse in the same words whatever is wrong."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not await self.holds(conversation, token.strip()):
            raise ChatRefused(Refusal.NOT_ADMITTED)

    async def holds(self, conversation: str, token: str) -> bool:
        """Whether `token` is the one of this conversation."""
        if not _CONVERSATION.fullmatch(conversation) or not _TOKEN.fullmatch(token):
            return False
        expected = self._seen.get(conversation)
        if expected is None:
            expected = await asyncio.to_thread(self._look_up, conversation)
            if expected is None:
                return False
            self.remember(conversation, expected)
        return hmac.compare_digest(expected, hash_token(token))

    def remember(self, conversation: str, token_hash: str) -> None:
        """Spare the next request a query."""
        self._seen[conversation] = token_hash
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def _look_up(self, conversation: str) -> str | None:
        with self._store.read() as uow:
            return self._conversations(uow).find_token_hash(conversation)
