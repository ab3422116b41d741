"""The facets of one entry: who, where, papers, fee, time limit, validity."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from knowledge.fields import Fields, languages_of
from knowledge.procedure import OPTIONAL_FACETS, Facet, FacetName, TimeLimit, TimeUnit
from knowledge.text import LANGUAGES, Language, Text

_KEYS = ("zh", "en", "bureau_must_fill", "yuan", "limits")
_LIMIT_KEYS = frozenset({"number", "unit", "for"})
_AMOUNT = re.compile(r"\d+(?:\.\d+)?")


def read_facets(fields: Fields) -> Mapping[FacetName, Facet]:
    """Every facet of the entry; faults are noted in `fields`."""
    found: dict[FacetName, Facet] = {}
    for name in FacetName:
        table = fields.tree.get(name.value)
        if isinstance(table, dict):
            found[name] = _read_facet(fields, name, table)
        elif table is not None:
            fields.fault(f"{name} must be a table [{name}]", name.value)
        elif name not in OPTIONAL_FACETS:
            fields.fault(f"[{name}] is missing: give zh and en, or bureau_must_fill = true", name.value, kind="facet")
    return found


def _read_facet(fields: Fields, name: FacetName, table: Mapping[str, object]) -> Facet:
    fields.strangers(table, _KEYS, name.value)
    to_fill = table.get("bureau_must_fill", False)
    if not isinstance(to_fill, bool):
        fields.fault("bureau_must_fill must be true or false", name.value, "bureau_must_fill")
    text, items = None, dict[Language, tuple[str, ...]]()
    if languages_of(table) or to_fill is not True:
        text, items = _read_said(fields, name, table)
    facet = Facet(text, items, to_fill is True, _read_yuan(fields, name, table), _read_limits(fields, name, table))
    _check_amounts_are_named(fields, name, facet)
    return facet


def _read_said(
    fields: Fields, name: FacetName, table: Mapping[str, object]
) -> tuple[Text | None, dict[Language, tuple[str, ...]]]:
    if any(isinstance(table.get(language), list) for language in LANGUAGES):
        return None, {language: fields.texts(table.get(language), name.value, language) for language in LANGUAGES}
    return fields.text({language: table[language] for language in languages_of(table)}, name.value), {}


def _read_yuan(fields: Fields, name: FacetName, table: Mapping[str, object]) -> tuple[float, ...]:
    amounts = table.get("yuan", [])
    if not isinstance(amounts, list) or not all(_is_number(amount) and amount >= 0 for amount in amounts):
        fields.fault("yuan must be a list of amounts, such as [120]", name.value, "yuan", kind="yuan")
        return ()
    return tuple(amounts)


def _check_amounts_are_named(fields: Fields, name: FacetName, facet: Facet) -> None:
    for language in LANGUAGES:
        said = " ".join(facet.lines(language)).replace(",", "")
        if not said:
            continue
        named = {float(amount) for amount in _AMOUNT.findall(said)}
        for amount in facet.yuan:
            if amount not in named:
                fields.fault(
                    f"{amount:g} yuan is not named in the {language} text of {name}", name.value, "yuan", kind="amount"
                )


def _read_limits(fields: Fields, name: FacetName, table: Mapping[str, object]) -> tuple[TimeLimit, ...]:
    rows = table.get("limits", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        fields.fault("limits must be a list of { number, unit, for }", name.value, "limits")
        return ()
    found = [_read_limit(fields, name, row) for row in rows]
    return tuple(limit for limit in found if limit is not None)


def _read_limit(fields: Fields, name: FacetName, row: Mapping[str, object]) -> TimeLimit | None:
    unit, number, purpose = row.get("unit"), row.get("number"), row.get("for")
    where = (name.value, "limits")
    for key in row:
        if key not in _LIMIT_KEYS:
            fields.fault_with(key, f"{key} is not known in a limit; known are number, unit, for", *where)
    if unit not in set(TimeUnit):
        units = ", ".join(TimeUnit)
        fields.fault_with(str(unit), f"{unit!r} is not a unit of time; units are {units}", *where, kind="limit")
        return None
    count = 0 if unit == TimeUnit.SAME_DAY and number is None else number
    if not isinstance(count, int) or isinstance(count, bool):
        fields.fault(f"{name}.limits: number must be a whole number", *where, kind="limit")
        return None
    said = None if purpose is None else fields.text(purpose, *where)
    try:
        return TimeLimit(count, TimeUnit(str(unit)), said)
    except ValueError as error:
        fields.fault(str(error), *where, kind="limit")
        return None


def _is_number(amount: object) -> bool:
    return isinstance(amount, int | float) and not isinstance(amount, bool) and math.isfinite(amount)
