"""Greeting, thanks, help, and messages without words."""

from __future__ import annotations

from bot.engine.intent import Intent
from bot.engine.turn import ChoiceDraft, Keyed, ReplyDraft, Turn

STARTS = ("start_application", "file_complaint", "report_crime", "case_status", "handoff")
"""Dialogues that help offers a button for."""
_SAID = {Intent.GREETING: "greeting", Intent.THANKS: "thanks", Intent.HELP: "help", Intent.ANNOYED: "annoyed"}


def reply(turn: Turn) -> ReplyDraft | None:
    """The answer to a greeting, thanks or a call for help; None when the message is none of them."""
    said = next((key for intent, key in _SAID.items() if turn.says(intent)), None)
    if said is None:
        return None
    bureau = turn.known.bureau.name.in_(turn.language)
    if said == "thanks":
        return ReplyDraft("small_talk.thanks")
    if said == "annoyed":
        return ReplyDraft("small_talk.annoyed", choices=menu("handoff", "file_complaint"))
    return ReplyDraft(f"small_talk.{said}", {"bureau": bureau}, choices=menu())


def menu(*names: str) -> tuple[ChoiceDraft, ...]:
    """A button for each of these dialogues; for all that can be begun when none is named."""
    return tuple(ChoiceDraft(f"start:{name}", Keyed(f"dialogue.{name}")) for name in names or STARTS)
