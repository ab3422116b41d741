"""A suggestion to the bureau."""

from __future__ import annotations

from bot.engine.form import Form, Slots
from bot.engine.intent import Intent, IntentMatch
from bot.engine.slots import Slot, free_text
from bot.engine.turn import Turn
from bot.engine.units import find_unit
from casework.commands import OpenCase
from casework.kinds import CaseKind

_ENOUGH_TO_SUGGEST = 4


def _prefill(turn: Turn, match: IntentMatch | None) -> Slots:
    says_what = match is not None and not match.whole and match.weight >= _ENOUGH_TO_SUGGEST
    return {"suggestion": turn.text} if says_what and not turn.choice else {}


def _command(slots: Slots, turn: Turn) -> OpenCase:
    text = slots["suggestion"]
    concerned = find_unit(text, turn.known.bureau)
    unit = concerned.slug if concerned and CaseKind.SUGGESTION in concerned.handles else None
    return OpenCase(CaseKind.SUGGESTION, subject=text.splitlines()[0][:80], details={"suggestion": text}, unit=unit)


DIALOGUE = Form(
    name="suggestion",
    intent=Intent.SUGGESTION,
    slots=(Slot("suggestion", free_text(shortest=4), is_free=True),),
    main="suggestion",
    prefill=_prefill,
    command=_command,
    has_opening=False,
)
