"""A complaint about a unit or an officer: whom it concerns, what happened, when, where, and whether to stay unnamed."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.form import Form, Slots
from bot.engine.heard import place_alone, said_outright, time_alone
from bot.engine.intent import Intent, IntentMatch, weigh
from bot.engine.phrases import bare, fold
from bot.engine.slots import Slot, free_text, name, one_of, short_text, unit
from bot.engine.turn import Fact, Turn
from bot.engine.units import find_unit, overseer, unit_name
from casework.bureau import Unit
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
    if match.states or _says_more_than(concerned, match):
        found["facts"] = turn.text
    return found


def _says_more_than(concerned: Unit | None, match: IntentMatch) -> bool:
    """Whether the first message tells something beside whom it concerns."""
    rest = match.rest
    words = (concerned.name.zh, concerned.name.en, *concerned.keywords) if concerned else ()
    for word in sorted((bare(fold(word)) for word in words), key=len, reverse=True):
        rest = rest.replace(word, " ")
    return replace(match, rest=rest).weight >= _ENOUGH_TO_TELL


def _command(slots: Slots, turn: Turn) -> OpenCase:
    bureau = turn.known.bureau
    named = find_unit(slots["facts"], bureau)
    concerned = slots.get("unit") or (named.slug if named else "")
    details = {name: value for name, value in slots.items() if value}
    if slots.get("unit"):
        details["unit"] = unit_name(concerned, bureau, turn.language)
    return OpenCase(
        CaseKind.COMPLAINT,
        subject=slots["facts"].splitlines()[0][:80],
        details=details,
        unit=overseer(concerned, bureau),
        anonymous=slots.get("unnamed") == "unnamed_yes",
        party_name=slots.get("name") or None,
        accused=concerned or None,
    )


def _show(name: str, value: str, turn: Turn) -> Fact:
    return unit_name(value, turn.known.bureau, turn.language) if name == "unit" else value


def _unnamed(turn: Turn) -> str | None:
    """Who would rather not say is protected: the summary shows it, and it can be changed there."""
    said = one_of(*UNNAMED)(turn)
    return UNNAMED[0] if said is None and turn.says(Intent.SKIP) else said


def _concerned(turn: Turn) -> str | None:
    """A unit; what tells a story instead is none, and belongs to the facts."""
    tells = turn.matches.get(Intent.FILE_COMPLAINT)
    is_story = weigh(fold(turn.text)) >= _ENOUGH_TO_TELL or (tells is not None and tells.states)
    named = find_unit(turn.text, turn.known.bureau)
    return named.slug if named else None if is_story else unit(turn)


def _is_named(slots: Slots) -> bool:
    return slots.get("unnamed") == "unnamed_no"


DIALOGUE = Form(
    name="file_complaint",
    intent=Intent.FILE_COMPLAINT,
    slots=(
        Slot("unit", _concerned, may_pass=True),
        Slot("facts", free_text(shortest=6), is_free=True),
        Slot(
            "time",
            short_text,
            may_pass=True,
            heard=time_alone,
            heard_at=frozenset({"unit", "facts", "place", "unnamed", "name"}),
        ),
        Slot("place", short_text, may_pass=True, heard=place_alone, heard_at=frozenset({"facts", "time", "unnamed"})),
        Slot(
            "unnamed",
            _unnamed,
            choices=UNNAMED,
            heard=said_outright(one_of(*UNNAMED), "unnamed"),
            heard_at=frozenset({"unit", "facts", "time", "place", "name"}),
        ),
        Slot("name", name, may_pass=True, is_needed=_is_named),
    ),
    main="facts",
    prefill=_prefill,
    command=_command,
    show=_show,
)
