"""A bureau's own wording: texts of its bundle that replace texts of the product under the same keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Formatter

from casework.bundle_file import BundleFile, Fault, Key, read_bundle_file, spell
from casework.letter_facts import known_in
from casework.party import LANGUAGES, Language
from casework.wording import Wording, load_wording, placeholders

TEXT_FOLDERS = (
    ("admin_api", "texts"),
    ("bot", "channels/web_chat_texts"),
    ("bot", "replies"),
    ("casework", "clock_words"),
    ("casework", "annual/words"),
    ("casework", "letter_words"),
    ("casework", "notices"),
    ("casework", "words"),
    ("mail_gateway", "wording"),
)
"""Package and folder of every text that a citizen or a clerk reads."""

NEEDED = {"letter.number": frozenset({"series", "year", "place"})}
"""Placeholders that a bureau's own text must not leave out."""


def texts_of_the_product() -> Mapping[Language, Mapping[str, tuple[str, ...]]]:
    """Every text by language and key; a key that several rooms use has a text for each."""
    found: dict[Language, dict[str, tuple[str, ...]]] = {language: {} for language in LANGUAGES}
    for package, folder in TEXT_FOLDERS:
        for language, texts in load_wording(files(package) / folder).texts.items():
            for key, text in texts.items():
                found[language][key] = (*found[language].get(key, ()), text)
    return found


def read_replies(folder: Path | Traversable) -> tuple[Wording, tuple[Fault, ...]]:
    """The overrides in `zh.toml` and `en.toml` of a folder, either of which may be missing, and every fault."""
    product = texts_of_the_product()
    texts: dict[Language, Mapping[str, str]] = {language: {} for language in LANGUAGES}
    faults: list[Fault] = []
    for language in LANGUAGES:
        if (folder / f"{language}.toml").is_file():
            file = read_bundle_file(folder, f"{language}.toml")
            texts[language] = _read_texts(file, product[language])
            faults += [replace(fault, file=f"replies/{fault.file}") for fault in file.faults]
    return Wording(texts), tuple(faults)


def _read_texts(file: BundleFile, product: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    found = {}
    for key, value in _leaves(file.tree):
        name = spell(key)
        if name not in product:
            file.fault(key, f"{name} is no text of the product, so nobody would read this")
        elif not isinstance(value, str):
            file.fault(key, f"{name} must be a text")
        elif reason := _misfit(name, value, product[name]):
            file.fault(key, f"{name} {reason}")
        else:
            found[name] = value
    return found


def _leaves(tree: Mapping[str, object], above: Key = ()) -> Iterator[tuple[Key, object]]:
    for name, value in tree.items():
        key = (*above, name)
        if isinstance(value, Mapping):
            yield from _leaves(value, key)
        else:
            yield key, value


def _misfit(key: str, text: str, originals: tuple[str, ...]) -> str | None:
    """Why a text cannot stand for the ones of the product: it would fail when the facts are filled in."""
    try:
        fields = [(name, form) for _, name, form, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return "has a brace without its partner: write {{ or }} for a brace itself"
    known = known_in(key) or frozenset.intersection(*map(placeholders, originals))
    for name, form in fields:
        if name not in known or form:
            return f"asks for {{{name}}}, which is not told there; known are {', '.join(sorted(known)) or 'none'}"
    if missing := NEEDED.get(key, frozenset()) - {name for name, _ in fields}:
        return f"does not say {{{'}, {'.join(sorted(missing))}}}, without which two letters would have one number"
    return None
