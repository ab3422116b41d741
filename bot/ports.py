"""What the desk needs beyond casework: a place where conversations are remembered."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.engine import Conversation
from casework.message import ThreadId


class Conversations(Protocol):
    """Conversations by thread, within the caller's transaction."""

    def load(self, thread_id: ThreadId) -> Conversation:
        """The conversation of a thread; a fresh one of version 0 when there is none."""
        ...

    def save(self, thread_id: ThreadId, conversation: Conversation, *, now: datetime) -> None:
        """Keep it, one version on; CaseworkConflict when it was saved by somebody else since it was loaded."""
        ...
