"""Which unit of the bureau a text speaks of, and who looks into complaints about it."""

from __future__ import annotations

import re

from bot.engine.phrases import fold
from casework.bureau import Bureau, Unit
from casework.kinds import CaseKind
from casework.party import Language


def find_unit(text: str, bureau: Bureau) -> Unit | None:
    """The unit whose name or keyword stands in the text; the longest word decides."""
    folded = fold(text)
    found: list[tuple[int, Unit]] = []
    for unit in bureau.units:
        words = (unit.name.zh, unit.name.en, *unit.keywords)
        found += [(len(word), unit) for word in words if stands_in(fold(word), folded)]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def unit_name(slug: str, bureau: Bureau, language: Language) -> str:
    """The name of a unit, or the words themselves when they are no unit's slug."""
    return next((unit.name.in_(language) for unit in bureau.units if unit.slug == slug), slug)


def overseer(concerned: str, bureau: Bureau) -> str | None:
    """Slug of the unit that looks into a complaint about a unit: the nearest above it, never the unit itself.

    Regulations on Petition Work (2022), art. 30: what is reported is not passed on to the unit reported. None when
    `concerned` is no unit of this bureau.
    """
    units = {unit.slug: unit for unit in bureau.units}
    unit = units.get(concerned)
    if unit is None:
        return None
    while unit.parent in units:
        unit = units[unit.parent]
        if CaseKind.COMPLAINT in unit.handles:
            return unit.slug
    return bureau.root.slug


def stands_in(word: str, folded: str) -> bool:
    """Whether a folded word stands in a folded text; Latin letters match as whole words."""
    if not word.isascii():
        return word in folded
    return bool(re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", folded))
