"""The form of an entry: a body as the fields of a page, and what was typed as a body again. Nothing typed is lost.

Fields are called by their place in the file of a bundle: `title.zh`, `fee.limits.0.number`, `basis.1.article`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from knowledge.fields import Fault
from knowledge.procedure import FacetName
from knowledge.publication import DisclosureClass
from knowledge.revisions import Body
from knowledge.text import LANGUAGES

Typed = Mapping[str, str]

_PLAIN = ("unit", "version", "checked_on")
_TEXTS = ("title", "summary", "notes")
_MOST_ROWS = 40
"""Rows of laws or limits that a form may bring."""
_NUMBER = re.compile(r"-?\d+")
_AMOUNT = re.compile(r"\d+(?:\.\d+)?")


def typed_from(body: Body) -> dict[str, str]:
    """The fields of the form, filled with what a body says."""
    typed = {key: _said(body.get(key)) for key in _PLAIN}
    for key in _TEXTS:
        typed |= _both(key, body.get(key))
    for name in FacetName:
        typed |= _typed_facet(name.value, _table(body.get(name.value)))
    for place, row in enumerate(_rows(body.get("basis"))):
        typed |= _both(f"basis.{place}.title", row.get("title"))
        typed |= {f"basis.{place}.{key}": _said(row.get(key)) for key in ("article", "on")}
    disclosure, ground = _table(body.get("disclosure")), _table(body.get("disclosure")).get("ground")
    typed["disclosure.class"] = _said(disclosure.get("class")) or DisclosureClass.PROACTIVE.value
    spoken = ground if isinstance(ground, Mapping) else dict.fromkeys(LANGUAGES, ground)
    typed |= _both("disclosure.ground", spoken)
    phrasings = _table(body.get("phrasings"))
    return typed | {f"phrasings.{language}": _lines(phrasings.get(language)) for language in LANGUAGES}


def body_from(typed: Typed, base: Body) -> Body:
    """What was typed as a body; keys of `base` that the form does not show are kept."""
    body: dict[str, Any] = dict(base)
    for key in _PLAIN:
        body[key] = typed.get(key, "").strip()
    for key in _TEXTS:
        body[key] = _text(typed, key)
    for name in FacetName:
        body[name.value] = _facet(typed, name.value)
    body["basis"] = [row for place in _places(typed, "basis") if (row := _law(typed, f"basis.{place}"))]
    body["disclosure"] = _disclosure(typed)
    body["phrasings"] = {
        language: said for language in LANGUAGES if (said := _listed(typed.get(f"phrasings.{language}", "")))
    }
    return {key: value for key, value in body.items() if value not in ("", None, [], {})}


def rows_of(typed: Typed, key: str, spare: int = 1) -> range:
    """The rows that a form shows below `key`: those that are filled, and empty ones to write in."""
    return range(min(len(_places(typed, key)) + spare, _MOST_ROWS))


def places_of(faults: Sequence[Fault], fields: Collection[str]) -> dict[str, list[Fault]]:
    """Each fault by the field it is shown beside; those without one under the empty name."""
    placed: dict[str, list[Fault]] = {}
    for fault in faults:
        placed.setdefault(_field_for(fault.at, fields), []).append(fault)
    return placed


def _field_for(at: str, fields: Collection[str]) -> str:
    name = re.sub(r"\[(\d+)\]", lambda found: f".{int(found[1]) - 1}", at)
    while name:
        if name in fields:
            return name
        below = [field for field in fields if field.startswith(f"{name}.")]
        if below:
            return below[0]
        name = name.rpartition(".")[0]
    return ""


def _typed_facet(name: str, facet: Mapping[str, Any]) -> dict[str, str]:
    is_list = any(isinstance(facet.get(language), list) for language in LANGUAGES)
    typed = {
        f"{name}.form": "list" if is_list else "sentence",
        f"{name}.zh": _lines(facet.get("zh")),
        f"{name}.en": _lines(facet.get("en")),
        f"{name}.bureau_must_fill": "yes" if facet.get("bureau_must_fill") is True else "",
        f"{name}.yuan": ", ".join(f"{amount}" for amount in facet.get("yuan") or ()),
    }
    for place, row in enumerate(_rows(facet.get("limits"))):
        typed |= {f"{name}.limits.{place}.{key}": _said(row.get(key)) for key in ("number", "unit")}
        typed |= _both(f"{name}.limits.{place}.for", row.get("for"))
    return typed


def _facet(typed: Typed, name: str) -> dict[str, Any]:
    said = {language: typed.get(f"{name}.{language}", "").strip() for language in LANGUAGES}
    is_list = typed.get(f"{name}.form") == "list"
    facet: dict[str, Any] = {
        language: _listed(text) if is_list else _one_text(text) for language, text in said.items() if text
    }
    if typed.get(f"{name}.bureau_must_fill"):
        facet["bureau_must_fill"] = True
    if amounts := typed.get(f"{name}.yuan", "").strip():
        facet["yuan"] = [_amount(one) for one in re.split(r"[,，、\s]+", amounts) if one]
    places = _places(typed, f"{name}.limits")
    facet["limits"] = [row for place in places if (row := _limit(typed, f"{name}.limits.{place}"))]
    return {key: value for key, value in facet.items() if value}


def _limit(typed: Typed, key: str) -> dict[str, Any]:
    number = typed.get(f"{key}.number", "").strip()
    row = {
        "number": int(number) if _NUMBER.fullmatch(number) else number,
        "unit": typed.get(f"{key}.unit", "").strip(),
        "for": _text(typed, f"{key}.for"),
    }
    return {name: value for name, value in row.items() if value not in ("", None)}


def _law(typed: Typed, key: str) -> dict[str, Any]:
    row = {
        "title": _text(typed, f"{key}.title"),
        "article": typed.get(f"{key}.article", "").strip(),
        "on": typed.get(f"{key}.on", "").strip(),
    }
    return {name: value for name, value in row.items() if value not in ("", None)}


def _disclosure(typed: Typed) -> dict[str, Any] | None:
    chosen, ground = typed.get("disclosure.class", ""), _text(typed, "disclosure.ground")
    if chosen == DisclosureClass.PROACTIVE.value and ground is None:
        return None
    said = dict.fromkeys(ground.values()) if ground else {}
    shown = next(iter(said)) if ground and len(ground) == len(LANGUAGES) and len(said) == 1 else ground
    return {"class": chosen, **({"ground": shown} if shown else {})}


def _text(typed: Typed, key: str) -> dict[str, str] | None:
    said = {language: _one_text(typed.get(f"{key}.{language}", "")) for language in LANGUAGES}
    return {language: text for language, text in said.items() if text} or None


def _one_text(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _listed(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _amount(said: str) -> int | float | str:
    if not _AMOUNT.fullmatch(said):
        return said
    return float(said) if "." in said else int(said)


def _places(typed: Typed, key: str) -> list[int]:
    """The filled rows below a key, in order."""
    found = {
        int(rest.split(".")[0])
        for name, value in typed.items()
        if name.startswith(f"{key}.") and value.strip() and (rest := name.removeprefix(f"{key}."))[:1].isdigit()
    }
    return sorted(place for place in found if place < _MOST_ROWS)


def _both(key: str, value: object) -> dict[str, str]:
    table = _table(value)
    return {f"{key}.{language}": _said(table.get(language)) for language in LANGUAGES}


def _lines(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else _said(value)


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)][:_MOST_ROWS] if isinstance(value, list) else []
