"""What the Bot API server remembers: updates waiting for the bot, what the bot sent, files, and the faults to come."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """Trouble that the next call of a method meets; `Fault()` is none, and lets one call pass before the next fault."""

    status: int = 0
    """The HTTP status to answer with; 0 when the answer itself is not spoilt."""
    description: str = ""
    parameters: Json = field(default_factory=dict)
    drop: Literal["", "before", "after"] = ""
    """Close the connection without an answer, before or after the call took effect."""
    hang_for: float = 0.0
    """Seconds to wait before doing anything."""
    takes_effect: bool = False
    """Carry the call out although it is answered with an error, as a gateway in front may."""

    @classmethod
    def too_many(cls, seconds: int) -> Fault:
        """429 that says how long to wait."""
        return cls(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})

    @classmethod
    def refused(cls, status: int, description: str) -> Fault:
        """Any other error, in the words of the Bot API."""
        return cls(status, description)

    @classmethod
    def migrated(cls, chat_id: int) -> Fault:
        """The group was upgraded and has another chat id now."""
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        return cls(400, words, {"migrate_to_chat_id": chat_id})


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that the bot sent."""

    method: str
    chat_id: int
    message_id: int
    text: str
    """The text, or the caption of a file."""
    buttons: tuple[tuple[str, str], ...] = ()
    """(label, value) of each inline button, row by row."""
    file_name: str = ""
    file_bytes: bytes = b""
    message: Json = field(default_factory=dict)
    """The message as it was answered to the bot."""


@dataclass(slots=True)
class Webhook:
    """Where updates are delivered."""

    url: str
    secret: str
    last_error: str = ""


@dataclass(slots=True)
class _Waiting:
    update: Json
    repeated: bool = False


class Exchange:
    """Everything both sides of the server share; safe to use from the test and from the server's thread."""

    def __init__(self, token: str) -> None:
        """Start empty; `token` belongs to the only bot."""
        self.token = token
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Desk",
            "username": "desk_bot",
        }
        self.changed = threading.Condition(threading.RLock())
        self.sent: list[Sent] = []
        self.calls: list[tuple[str, Json]] = []
        self.chats: dict[int, Json] = {}
        self.blocked: set[int] = set()
        self.files: dict[str, tuple[str, bytes]] = {}
        self.file_limit = 20_000_000
        self.webhook: Webhook | None = None
        self.allowed_updates: list[str] = []
        self.pollers = 0
        self.on_update: Callable[[], None] = lambda: None
        self._waiting: list[_Waiting] = []
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._numbers = {"update": 7000, "message": 100, "file": 0, "callback": 500}

    def number(self, kind: str) -> int:
        """The next id of a kind."""
        with self.changed:
            self._numbers[kind] += 1
            return self._numbers[kind]

    def add_update(self, kind: str, body: Json) -> Json:
        """Queue an update for the bot, unless it asked not to get this kind."""
        update = {"update_id": self.number("update"), kind: body}
        with self.changed:
            if not self.allowed_updates or kind in self.allowed_updates:
                self._waiting.append(_Waiting(update))
        self.on_update()
        return update

    def repeat_update(self, update: Json) -> None:
        """Hand an update out once more, although it may have been confirmed."""
        with self.changed:
            self._waiting.append(_Waiting(update, repeated=True))
        self.on_update()

    def take_updates(self, offset: int | None, limit: int) -> list[Json]:
        """Waiting updates; those below `offset` are confirmed and forgotten, the others stay."""
        with self.changed:
            if offset is not None:
                self._waiting = [w for w in self._waiting if w.repeated or w.update["update_id"] >= offset]
                self.changed.notify_all()
            handed = self._waiting[:limit]
            for waiting in handed:
                waiting.repeated = False
            return [waiting.update for waiting in handed]

    def confirm(self, update: Json) -> None:
        """Forget one update that a webhook accepted."""
        with self.changed:
            self._waiting = [w for w in self._waiting if w.update is not update]
            self.changed.notify_all()

    def unconfirmed(self) -> list[int]:
        """Ids of updates that the bot has not confirmed yet."""
        with self.changed:
            return [w.update["update_id"] for w in self._waiting]

    def drop_updates(self) -> None:
        """Forget every waiting update."""
        with self.changed:
            self._waiting.clear()

    def add_file(self, name: str, data: bytes) -> Json:
        """Keep a file that a citizen sent; its id and size as the Bot API gives them."""
        number = self.number("file")
        with self.changed:
            self.files[f"file-id-{number}"] = (f"documents/file_{number}_{name}", data)
        return {"file_id": f"file-id-{number}", "file_unique_id": f"unique-{number}", "file_size": len(data)}

    def record(self, sent: Sent) -> None:
        """Remember what the bot sent."""
        with self.changed:
            self.sent.append(sent)
            self.changed.notify_all()

    def record_call(self, method: str, params: Json) -> None:
        """Remember that the bot called a method."""
        with self.changed:
            self.calls.append((method, params))
            self.changed.notify_all()

    def add_fault(self, method: str, fault: Fault) -> None:
        """The next call of `method` that has no fault yet meets this one."""
        with self.changed:
            self._faults[method.lower()].append(fault)

    def take_fault(self, method: str) -> Fault | None:
        """The fault that this call meets."""
        with self.changed:
            faults = self._faults[method.lower()]
            return faults.popleft() if faults else None

    def wait_until(self, holds: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Wait until the state fulfils `holds`; an AssertionError says what did not come."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while not holds():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{what} did not come within {seconds} s")
                self.changed.wait(left)
