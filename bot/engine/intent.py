"""What a citizen may want of the desk, and why we think so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_HAN = re.compile(r"[㐀-䶿一-鿿]")
_LATIN_WORD = re.compile(r"[a-z0-9]+")


class Intent(StrEnum):
    """What one message wants. Each has its sentences in `sentences/`, in every language."""

    EMERGENCY = "emergency"
    GREETING = "greeting"
    THANKS = "thanks"
    HELP = "help"
    ANNOYED = "annoyed"
    """Anger at the desk itself, without a matter."""
    START_APPLICATION = "start_application"
    FILE_COMPLAINT = "file_complaint"
    REPORT_CRIME = "report_crime"
    SUGGESTION = "suggestion"
    CASE_STATUS = "case_status"
    HANDOFF = "handoff"
    OFFICE = "office"
    """When the office is open, where it is, and its telephone."""
    ADD_TO_CASE = "add_to_case"
    WITHDRAW_CASE = "withdraw_case"
    """A matter that was filed is to be taken back."""
    LEAVE = "leave"
    BACK = "back"
    RESUME = "resume"
    CONFIRM = "confirm"
    DENY = "deny"
    SKIP = "skip"
    DONE = "done"
    """Nothing more to add."""
    WHY = "why"
    """Why do you ask me this?"""
    SPEAK_ZH = "speak_zh"
    SPEAK_EN = "speak_en"


@dataclass(frozen=True, slots=True)
class IntentMatch:
    """An intent that was recognised."""

    intent: Intent
    because: tuple[str, ...]
    """The folded words that matched."""
    whole: bool = False
    """The message consists of nothing else."""
    states: bool = False
    """The words state facts of the matter itself (my bike was stolen), not only the wish (I want to report)."""
    rest: str = ""
    """What the message says beside the words that matched, without courtesy."""

    @property
    def weight(self) -> int:
        """How much the rest says."""
        return weigh(self.rest)


def weigh(folded: str) -> int:
    """How much a folded text says: a Latin word or a number counts as much as two Chinese characters."""
    return len(_HAN.findall(folded)) + 2 * len(_LATIN_WORD.findall(folded))
