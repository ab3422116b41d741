"""A complaint about a unit or an officer: whom it concerns, what happened, when, where, and whether to stay unnamed."""

from __future__ import annotations

from bot.engine.form import Form, Slots
from bot.engine.intent import Intent, IntentMatch
from bot.engine.slots import Slot, find_unit, free_text, name, one_of, short_text, unit
from bot.engine.turn import Fact, Turn
from casework.bureau import Bureau
from casework.commands import OpenCase
from casework.kinds import CaseKind

UNNAMED = ("unnamed_yes", "unnamed_no")
_ENOUGH_TO_TELL = 12


def _prefill(turn: Turn, match: IntentMatch | None) -> Slots:
    if match is None or match.whole or turn.choice:
        return {}
    found: dict[str, str] = {}
    if concerned := find_unit(turn.text, turn.known.bureau):
        found["unit"] = concerned.slug
    if match.states or match.weight >= _ENOUGH_TO_TELL:
        found["facts"] = turn.text
    return found


def _command(slots: Slots, turn: Turn) -> OpenCase:
    bureau = turn.known.bureau
    concerned = slots.get("unit", "")
    details = {name: value for name, value in slots.items() if value}
    if concerned:
        details["unit"] = unit_name(concerned, bureau, turn)
    return OpenCase(
        CaseKind.COMPLAINT,
        subject=slots["facts"].splitlines()[0][:80],
        details=details,
        unit=concerned if _handles(concerned, bureau) else None,
        anonymous=slots.get("unnamed") == "unnamed_yes",
        party_name=slots.get("name") or None,
    )


def unit_name(slug: str, bureau: Bureau, turn: Turn) -> str:
    """The name of a unit, or the words themselves when they are no unit's slug."""
    return next((one.name.in_(turn.language) for one in bureau.units if one.slug == slug), slug)


def _handles(slug: str, bureau: Bureau) -> bool:
    return any(one.slug == slug and CaseKind.COMPLAINT in one.handles for one in bureau.units)


def _show(name: str, value: str, turn: Turn) -> Fact:
    return unit_name(value, turn.known.bureau, turn) if name == "unit" else value


def _is_named(slots: Slots) -> bool:
    return slots.get("unnamed") == "unnamed_no"


DIALOGUE = Form(
    name="file_complaint",
    intent=Intent.FILE_COMPLAINT,
    slots=(
        Slot("unit", unit, may_pass=True),
        Slot("facts", free_text(shortest=6), is_free=True),
        Slot("time", short_text, may_pass=True),
        Slot("place", short_text, may_pass=True),
        Slot("unnamed", one_of(*UNNAMED), choices=UNNAMED),
        Slot("name", name, may_pass=True, is_needed=_is_named),
    ),
    main="facts",
    prefill=_prefill,
    command=_command,
    show=_show,
)
