"""A report of crime: 110 first, then what happened, and it is accepted at once; the rest is added afterwards.

Procedures for Criminal Cases by Public Security Organs (2020), art. 169: a report is accepted immediately.
"""

from __future__ import annotations

from bot.engine.form import Form, Slots
from bot.engine.intent import Intent, IntentMatch
from bot.engine.slots import Slot, free_text
from bot.engine.turn import Turn
from casework.commands import OpenCase
from casework.kinds import CaseKind

_ENOUGH_TO_TELL = 8


def _prefill(turn: Turn, match: IntentMatch | None) -> Slots:
    if match is None or match.whole or turn.choice:
        return {}
    tells = match.states or match.weight >= _ENOUGH_TO_TELL
    return {"facts": turn.text} if tells else {}


def _command(slots: Slots, _turn: Turn) -> OpenCase:
    return OpenCase(
        CaseKind.CRIME_REPORT, subject=slots["facts"].splitlines()[0][:80], details={"facts": slots["facts"]}
    )


DIALOGUE = Form(
    name="report_crime",
    intent=Intent.REPORT_CRIME,
    slots=(Slot("facts", free_text(shortest=4), is_free=True),),
    main="facts",
    prefill=_prefill,
    command=_command,
    asks_more=True,
)
