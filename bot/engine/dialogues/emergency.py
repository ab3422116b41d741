"""Somebody may be in danger: the numbers to call, before anything else."""

from __future__ import annotations

from bot.engine.turn import ChoiceDraft, Keyed, ReplyDraft, Turn
from casework.commands import AlertStaff, Command, RecordEnquiry


def card(turn: Turn) -> ReplyDraft:
    """The numbers, as the bureau lists them."""
    numbers = tuple(
        Keyed("emergency.line", {"name": one.name.in_(turn.language), "number": one.number})
        for one in turn.known.bureau.emergency
    )
    afterwards = ChoiceDraft("start:report_crime", Keyed("choice.start.report_crime"))
    choices = () if turn.message.is_letter else (afterwards,)
    return ReplyDraft("emergency.card", {"numbers": numbers}, choices, is_receipt=True)


def commands(because: tuple[str, ...]) -> tuple[Command, ...]:
    """Staff are alerted at once."""
    return (AlertStaff("emergency"), RecordEnquiry("emergency", confidence=1.0, because=because))
