"""How much one visitor may ask for, and the count that is kept in memory."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

WINDOW = timedelta(minutes=1)
_COUNTED = 20_000


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """Bounds within a minute and at the same time."""

    messages: int = 30
    """A minute and conversation."""
    files: int = 30
    """A minute and conversation."""
    conversations: int = 10
    """New ones a minute and client address."""
    streams: int = 2000
    """Open at the same time in one process; a browser that finds no place asks again now and then."""


class Counter:
    """Counts within a sliding minute, in this process alone: a restart forgives, and no write is spent on it."""

    def __init__(self, most: int, *, now: Callable[[], float] = time.monotonic) -> None:
        """Allow `most` a minute under each name."""
        self._most = most
        self._now = now
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, name: str) -> int | None:
        """Count one more; None, or after how many seconds the next one is allowed when it is one too many."""
        now = self._now()
        times = self._times.get(name)
        if times is None:
            times = self._times[name] = deque()
            if len(self._times) > _COUNTED:
                self._times.popitem(last=False)
        since = now - WINDOW.total_seconds()
        while times and times[0] <= since:
            times.popleft()
        if len(times) >= self._most:
            return max(1, round(times[0] - since + 0.5))
        times.append(now)
        return None
