"""Where the bureau is, when it is open and how to call it: from the bundle, without an entry."""

from __future__ import annotations

from bot.engine import answers
from bot.engine.following import last_entry, names_no_matter
from bot.engine.intent import Intent, IntentMatch
from bot.engine.phrases import fold
from bot.engine.sentence_tables import both
from bot.engine.turn import Fact, Keyed, ReplyDraft, Turn
from bot.engine.units import find_unit
from casework.bureau import Bureau, Unit
from knowledge.facets import asked_facet
from knowledge.procedure import FacetName, Procedure

_A_MERE_RIND = 2
"""What may stand beside the words that ask for a telephone after an answer."""


def replies(turn: Turn) -> tuple[ReplyDraft, ...]:
    """Hours, address and telephones of the bureau, of the unit that the words name, or of the entry answered last.

    Nothing when the words do not ask for them.
    """
    match = turn.wants(Intent.OFFICE)
    if match is None:
        return ()
    named = find_unit(turn.text, turn.known.bureau)
    entry = last_entry(turn) if named is None else None
    if named is None and not _asks_of_us(turn, match, entry):
        return ()
    unit = named or _in_charge(entry, turn.known.bureau)
    hours = _own_hours(turn, entry) if entry else ()
    return (_card(turn, unit), *hours)


def _asks_of_us(turn: Turn, match: IntentMatch, entry: Procedure | None) -> bool:
    if entry is None:
        return match.whole
    if _shows("opening", turn.text):
        return match.whole
    # "Where?" after an answer asks where that is done.
    is_its_place = (
        asked_facet(turn.text) is FacetName.WHERE and names_no_matter(turn.text) and not _shows("us", turn.text)
    )
    return not is_its_place and (match.whole or match.weight <= _A_MERE_RIND)


def _in_charge(entry: Procedure | None, bureau: Bureau) -> Unit:
    return next((unit for unit in bureau.units if entry and unit.slug == entry.unit), bureau.root)


def _own_hours(turn: Turn, entry: Procedure) -> tuple[ReplyDraft, ...]:
    """Where the entry is dealt with, when that has hours of its own."""
    facet = entry.facets.get(FacetName.WHERE)
    if facet is None or not _shows("opening", turn.text):
        return ()
    states_hours = any(_shows("hours", line) for line in facet.lines(turn.language))
    return (answers.facets(entry, turn.language, (FacetName.WHERE,)),) if states_hours else ()


def _shows(sign: str, text: str) -> bool:
    return any(words.signs[sign].search(fold(text)) for words in both())


def _card(turn: Turn, unit: Unit) -> ReplyDraft:
    bureau = turn.known.bureau
    numbers = tuple(_line(one.name.in_(turn.language), one.number) for one in bureau.telephones)
    if unit is not bureau.root:
        numbers = (_line(unit.name.in_(turn.language), unit.telephone),) if unit.telephone else numbers
    facts: dict[str, Fact] = {
        "unit": unit.name.in_(turn.language),
        "hours": bureau.office_hours.in_(turn.language),
        "address": _address(unit, turn),
        "numbers": numbers,
    }
    return ReplyDraft("office.card", facts)


def _address(unit: Unit, turn: Turn) -> Fact:
    if unit.address is None:
        return Keyed("office.no_address")
    return unit.address.in_(turn.language)


def _line(name: str, number: str) -> Keyed:
    return Keyed("office.line", {"name": name, "number": number})
