"""What was counted lately, so that a page, its charts and its downloads are counted once as long as nothing happens."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar, cast

MOST: Final = 16
"""Results kept."""

T = TypeVar("T")


class Counted:
    """Results by what they were counted of; one count runs at a time, so that two readers never count the same."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, Any] = OrderedDict()

    def once(self, of: Hashable, count: Callable[[], T]) -> T:
        """What was counted of the same before, or what `count` gives now."""
        with self._lock:
            if of not in self._found:
                self._found[of] = count()
                if len(self._found) > MOST:
                    self._found.popitem(last=False)
            self._found.move_to_end(of)
            return cast("T", self._found[of])
