"""What the web chat asks of the process around it: to take one turn, and to say what was answered."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeAlias

from casework.message import InboundMessage, Reply


@dataclass(frozen=True, slots=True)
class TurnTaken:
    """A message that is saved for good, and what was answered."""

    replies: tuple[tuple[str, Reply], ...]
    """Each with its id, `{thread}-{number}`; `trouble.kept` is its own id, being no part of the correspondence."""
    repeated: bool = False
    """The same message had come before; these are the replies of that time."""
    message: str = ""
    """The id of the citizen's message; empty while it waits for the worker."""
    decision: str = ""
    """What the desk decided; empty for a repeat and for a message that waits."""


TakeTurn: TypeAlias = Callable[[InboundMessage], "Future[TurnTaken]"]
"""Saves a message and answers it in one transaction; done after the commit. CaseworkUnavailable: nothing was saved."""
