"""Seals over the ledgers of all cases: what a chain of one case cannot show, that its end or the whole of it is gone.

A seal continues the one before it over every event written since, in the order of writing. Printed or mailed away it
binds what was written until then: whoever takes an event away, or puts another ledger in its place, cannot give the
digest again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

BEGINNING = "0" * 64
"""What the first seal continues."""


@dataclass(frozen=True, slots=True)
class Seal:
    """The digest over everything written up to an event."""

    id: int
    at: datetime
    last_event_id: int
    digest: str


class SealedEvent(NamedTuple):
    """What a seal binds of an event."""

    id: int
    case_id: int
    number: int
    hash: str


class Sealing:
    """A digest in the making; events are added in the order of their ids."""

    def __init__(self, before: str = BEGINNING) -> None:
        """Continue the seal with the digest `before`."""
        self._digest = hashlib.sha256(before.encode())
        self.last_event_id = 0

    def add(self, events: Iterable[SealedEvent]) -> None:
        """Bind these events too."""
        for event in events:
            self._digest.update(f"{event.id}:{event.case_id}:{event.number}:{event.hash}\n".encode())
            self.last_event_id = event.id

    @property
    def digest(self) -> str:
        """The digest so far."""
        return self._digest.hexdigest()
