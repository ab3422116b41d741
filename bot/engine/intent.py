"""What a citizen may want of the desk, and why we think so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    """What one message wants. Each has its sentences in `sentences/`, in every language."""

    EMERGENCY = "emergency"
    GREETING = "greeting"
    THANKS = "thanks"
    HELP = "help"
    START_APPLICATION = "start_application"
    FILE_COMPLAINT = "file_complaint"
    REPORT_CRIME = "report_crime"
    SUGGESTION = "suggestion"
    CASE_STATUS = "case_status"
    HANDOFF = "handoff"
    ADD_TO_CASE = "add_to_case"
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
    """What the message says beside the words that matched; empty when nothing of weight is left."""
