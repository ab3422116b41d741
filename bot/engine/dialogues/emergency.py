"""Somebody may be in danger: the numbers to call, before anything else."""

from __future__ import annotations

from bot.engine.turn import Keyed, ReplyDraft, Turn
from casework.commands import AlertStaff, Command, RecordEnquiry


def card(turn: Turn) -> ReplyDraft:
    """The numbers, as the bureau lists them."""
    numbers = tuple(
        Keyed("emergency.line", {"name": one.name.in_(turn.language), "number": one.number})
        for one in turn.known.bureau.emergency
    )
    return ReplyDraft("emergency.card", {"numbers": numbers}, is_receipt=True)


def commands(because: tuple[str, ...]) -> tuple[Command, ...]:
    """Staff are alerted at once."""
    return (AlertStaff("emergency"), RecordEnquiry("emergency", confidence=1.0, because=because))
