"""Where the bureau is, when it is open and how to call it: from the bundle, without an entry."""

from __future__ import annotations

from bot.engine.intent import Intent
from bot.engine.turn import Fact, Keyed, ReplyDraft, Turn
from bot.engine.units import find_unit
from casework.bureau import Unit


def reply(turn: Turn) -> ReplyDraft | None:
    """Hours, address and telephones of the bureau, or of the unit that the words name."""
    match = turn.wants(Intent.OFFICE)
    if match is None:
        return None
    bureau = turn.known.bureau
    unit = find_unit(turn.text, bureau)
    if unit is None and not match.whole:
        return None
    numbers = tuple(_line(one.name.in_(turn.language), one.number) for one in bureau.telephones)
    if unit is not None and unit is not bureau.root:
        numbers = (_line(unit.name.in_(turn.language), unit.telephone),) if unit.telephone else numbers
    facts: dict[str, Fact] = {
        "unit": (unit or bureau.root).name.in_(turn.language),
        "hours": bureau.office_hours.in_(turn.language),
        "address": _address(unit or bureau.root, turn),
        "numbers": numbers,
    }
    return ReplyDraft("office.card", facts)


def _address(unit: Unit, turn: Turn) -> Fact:
    if unit.address is None:
        return Keyed("office.no_address")
    return unit.address.in_(turn.language)


def _line(name: str, number: str) -> Keyed:
    return Keyed("office.line", {"name": name, "number": number})
