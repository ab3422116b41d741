"""What every dialogue that lasts longer than one message can do."""

from __future__ import annotations

from typing import Protocol

from bot.engine.conversation import Progress
from bot.engine.intent import Intent, IntentMatch
from bot.engine.turn import Keyed, ReplyDraft, Step, Turn


class Dialogue(Protocol):
    """The code that fills slots for one intent."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def intent(self) -> Intent:
        """The intent that begins it."""
        ...

    def begin(self, turn: Turn, match: IntentMatch | None, /) -> Step:
        """Start, with what the first message already says."""
        ...

    def take(self, turn: Turn, progress: Progress, /) -> Step:
        """What the message does to the open question."""
        ...

    def ask(self, turn: Turn, progress: Progress, /) -> ReplyDraft:
        """The open question, as it is put to the citizen."""
        ...

    def correct(self, turn: Turn, progress: Progress, /) -> Step | None:
        """The step that a correction in words leads to; None when the message is none."""
        ...

    def amend(self, turn: Turn, progress: Progress, name: str, value: str, /) -> Step | None:
        """Put another value into a filled slot; None when it cannot be read as one."""
        ...

    def back(self, turn: Turn, progress: Progress, /) -> Step:
        """Ask the slot before the open question again."""
        ...

    def takes_free_text(self, progress: Progress, /) -> bool:
        """Whether the open question may be answered in any words."""
        ...

    def takes_questions(self, progress: Progress, /) -> bool:
        """Whether a question is itself the answer to the open question."""
        ...

    def summary(self, turn: Turn, progress: Progress, /) -> tuple[Keyed, ...]:
        """What was said so far, a line a slot."""
        ...
