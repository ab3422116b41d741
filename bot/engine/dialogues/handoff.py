"""Giving the question to a person: it becomes a consultation, and outside office hours the next opening is named."""

from __future__ import annotations

from bot.engine.form import Form, Slots
from bot.engine.intent import Intent, IntentMatch
from bot.engine.moments import moment
from bot.engine.slots import Slot, free_text
from bot.engine.turn import Fact, Keyed, Turn
from casework.commands import OpenCase
from casework.kinds import CaseKind

_ENOUGH_TO_ASK = 6


def _prefill(turn: Turn, match: IntentMatch | None) -> Slots:
    if match is not None and not match.whole and match.weight >= _ENOUGH_TO_ASK and not turn.choice:
        return {"question": turn.text}
    return {"question": turn.conversation.question} if turn.conversation.question else {}


def _command(slots: Slots, _turn: Turn) -> OpenCase:
    question = slots["question"]
    return OpenCase(CaseKind.CONSULTATION, subject=question.splitlines()[0][:80], details={"question": question})


def hours(turn: Turn) -> dict[str, Fact]:
    """Whether somebody is here now, else when the office opens."""
    calendar = turn.known.bureau.calendar
    if calendar.is_open(turn.now):
        return {"hours": Keyed("handoff.hours.open")}
    opening = calendar.next_opening(turn.now).astimezone(calendar.time_zone)
    return {"hours": Keyed("handoff.hours.closed", {"opening": moment(opening)})}


DIALOGUE = Form(
    name="handoff",
    intent=Intent.HANDOFF,
    slots=(Slot("question", free_text(shortest=2), is_free=True, takes_questions=True),),
    main="question",
    prefill=_prefill,
    command=_command,
    has_opening=False,
    facts=hours,
)
