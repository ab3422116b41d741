"""Regimes out of their files, `casework/regimes/*.toml`; a fault names the file and the key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from zoneinfo import ZoneInfo

from casework.bureau import Words
from casework.errors import CaseworkNotFound, CaseworkRejected
from casework.kinds import CaseKind
from casework.regime import (
    Conventions,
    Ground,
    Owed,
    ReceiptChannel,
    Regime,
    Rule,
    RuleUnit,
    days,
    member,
    set_conventions,
    table,
)

_KEYS = {
    "slug", "jurisdiction", "kinds", "in_force_from", "in_force_until", "country", "subdivision", "time_zone",
    "name", "channels", "rules", "settings", "grounds",
}  # fmt: skip
_RULE_KEYS = {"article", "owed_by", "number", "unit", "cap", "times", "confirmed", "zh", "en"}
_GROUND_KEYS = {"article", "mark", "confirmed", "zh", "en"}


@cache
def load_regimes() -> Mapping[str, Regime]:
    """Every regime of the product by its slug."""
    found = {}
    for file in sorted((files("casework") / "regimes").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            regime = read_regime(file.read_text(encoding="utf-8"), file.name)
            found[regime.slug] = regime
    return MappingProxyType(found)


def get_regime(slug: str) -> Regime:
    """The regime; CaseworkNotFound names those that there are."""
    regimes = load_regimes()
    if slug not in regimes:
        raise CaseworkNotFound(f"there is no regime {slug!r}; regimes are {', '.join(regimes)}")
    return regimes[slug]


def read_regime(text: str, place: str) -> Regime:
    """The regime that a file describes; CaseworkRejected names the key that is wrong."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseworkRejected(f"{place}: {error}") from error
    _only(tree, _KEYS, place)
    rules = {
        name: _read_rule(name, table(said, f"{place}: rules.{name}"), f"{place}: rules.{name}")
        for name, said in table(tree.get("rules"), f"{place}: rules").items()
    }
    settings = dict(table(tree.get("settings", {}), f"{place}: settings"))
    law = settings.pop("confirmed", [])
    conventions = set_conventions(Conventions(), settings, place)
    if not isinstance(law, list) or any(not hasattr(conventions, str(name)) for name in law):
        raise CaseworkRejected(f"{place}: settings.confirmed lists names of settings")
    return Regime(
        slug=_text(tree, "slug", place),
        name=_words(table(tree.get("name"), f"{place}: name"), place),
        jurisdiction=_text(tree, "jurisdiction", place),
        kinds=tuple(member(CaseKind, kind, f"{place}: kinds") for kind in tree.get("kinds", ())),
        in_force_from=_date(tree, "in_force_from", place),
        in_force_until=_date(tree, "in_force_until", place) if "in_force_until" in tree else None,
        country=_text(tree, "country", place),
        subdivision=tree.get("subdivision"),
        time_zone=ZoneInfo(_text(tree, "time_zone", place)),
        channels=_read_channels(table(tree.get("channels"), f"{place}: channels"), rules, place),
        rules=MappingProxyType(rules),
        conventions=conventions,
        confirmed_settings=frozenset(law),
        grounds=_read_grounds(table(tree.get("grounds", {}), f"{place}: grounds"), f"{place}: grounds"),
    )


def _read_rule(name: str, said: Mapping[str, object], place: str) -> Rule:
    _only(said, _RULE_KEYS, place)
    return Rule(
        name=name,
        article=_text(said, "article", place),
        owed_by=member(Owed, said.get("owed_by"), f"{place}.owed_by"),
        words=_words(said, place),
        number=days(said["number"], f"{place}.number") if "number" in said else None,
        unit=member(RuleUnit, said.get("unit", RuleUnit.WORKING_DAY), f"{place}.unit"),
        cap=days(said["cap"], f"{place}.cap") if "cap" in said else None,
        times=days(said["times"], f"{place}.times") if "times" in said else None,
        confirmed=said.get("confirmed") is True,
    )


def _read_grounds(said: Mapping[str, object], place: str) -> Mapping[str, Ground]:
    found = {}
    for name in said:
        row = table(said[name], f"{place}.{name}")
        _only(row, _GROUND_KEYS, f"{place}.{name}")
        mark = _text(row, "mark", f"{place}.{name}")
        if not mark.isascii() or not mark.isprintable():
            raise CaseworkRejected(f"{place}.{name}: mark has only letters, digits and signs of ASCII, not {mark!r}")
        article, words = _text(row, "article", f"{place}.{name}"), _words(row, f"{place}.{name}")
        found[name] = Ground(name, article, mark, words, confirmed=row.get("confirmed") is True)
    return MappingProxyType(found)


def _read_channels(said: Mapping[str, object], rules: Mapping[str, Rule], place: str) -> Mapping[ReceiptChannel, str]:
    found = {member(ReceiptChannel, channel, f"{place}: channels"): str(rule) for channel, rule in said.items()}
    if set(found) != set(ReceiptChannel) or not set(found.values()) <= set(rules):
        raise CaseworkRejected(f"{place}: channels names a rule of this file for each of {', '.join(ReceiptChannel)}")
    return MappingProxyType(found)


def _only(said: Mapping[str, object], known: set[str], place: str) -> None:
    if strange := sorted(set(said) - known):
        raise CaseworkRejected(f"{place}: {strange[0]} means nothing here; known are {', '.join(sorted(known))}")


def _text(said: Mapping[str, object], key: str, place: str) -> str:
    value = said.get(key)
    if not isinstance(value, str) or not value:
        raise CaseworkRejected(f"{place}: {key} is missing, or no text")
    return value


def _words(said: Mapping[str, object], place: str) -> Words:
    return Words(zh=_text(said, "zh", place), en=_text(said, "en", place))


def _date(said: Mapping[str, object], key: str, place: str) -> date:
    value = said.get(key)
    if type(value) is not date:
        raise CaseworkRejected(f"{place}: {key} is missing, or no date like 2019-05-15")
    return value
