"""Long lists a page at a time: `limit` and an opaque `cursor`, answered as `items` and `next_cursor`."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from admin_api.errors import AdminRejected

T = TypeVar("T")

MAX_LIMIT = 200
MAX_ID = 2**31 - 1
"""The largest id that every database keeps."""
_CURSOR = re.compile(r"after:(\d{1,10})")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many items are wanted, and after which place."""

    limit: int
    after: int
    """0 at the beginning."""

    def cut(self, found: Sequence[T], place: Callable[[T], int]) -> tuple[Sequence[T], str | None]:
        """The items of this page and the cursor of the next, from up to `limit + 1` found ones."""
        items = found[: self.limit]
        return items, compose_cursor(place(items[-1])) if len(found) > self.limit else None


def compose_cursor(after: int) -> str:
    """A cursor behind the item at `after`."""
    return base64.urlsafe_b64encode(f"after:{after}".encode()).rstrip(b"=").decode()


def parse_cursor(cursor: str) -> int:
    """The place of a cursor; AdminRejected when it is not one of ours."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise AdminRejected("this cursor is not one of ours: begin again without one") from error
    found = _CURSOR.fullmatch(text)
    if found is None or int(found[1]) > MAX_ID:
        raise AdminRejected("this cursor is not one of ours: begin again without one")
    return int(found[1])
