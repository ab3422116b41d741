"""Texts for people, by key and language. No other module holds sentences that a person reads."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from casework.errors import CaseworkRejected
from casework.party import LANGUAGES, Language


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts with `{placeholders}`, each in every language."""

    texts: Mapping[Language, Mapping[str, str]]

    def say(self, key: str, language: Language, **facts: object) -> str:
        """The text for `key`, its placeholders filled; KeyError names a missing key or fact."""
        return self.texts[language][key].format_map({name: str(value) for name, value in facts.items()})

    def overlaid(self, other: Wording) -> Wording:
        """These texts with those of `other` laid over them, as a bureau's bundle does."""
        return Wording({lang: {**self.texts[lang], **other.texts.get(lang, {})} for lang in self.texts})

    def keys(self) -> frozenset[str]:
        """Every key that exists in some language."""
        return frozenset(key for texts in self.texts.values() for key in texts)

    def faults(self) -> tuple[str, ...]:
        """What is wrong: a key missing in a language, or placeholders that differ between languages."""
        found = []
        for key in sorted(self.keys()):
            missing = [language for language in LANGUAGES if key not in self.texts.get(language, {})]
            if missing:
                found.append(f"{key}: missing in {', '.join(missing)}")
            elif len({placeholders(self.texts[language][key]) for language in LANGUAGES}) > 1:
                found.append(f"{key}: the languages use different placeholders")
        return tuple(found)


def placeholders(template: str) -> frozenset[str]:
    """Names between braces in a text."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


def load_wording(folder: Path | Traversable) -> Wording:
    """The texts of `zh.toml` and `en.toml` in a folder; nested tables become dotted keys."""
    return Wording({language: _read(folder / f"{language}.toml") for language in LANGUAGES})


def _read(file: Path | Traversable) -> dict[str, str]:
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseworkRejected(f"{file}: {error}") from error
    return dict(_flatten(tree, ""))


def _flatten(tree: Mapping[str, object], prefix: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            rows += _flatten(value, f"{prefix}{key}.")
        elif isinstance(value, str):
            rows.append((prefix + key, value))
        else:
            raise CaseworkRejected(f"{prefix}{key}: a text is a string, not {type(value).__name__}")
    return rows
