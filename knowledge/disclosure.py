"""The disclosure guide of a bureau and its forms, as the folders `disclosure` and `forms` of a bundle state them.

Both may be missing: what the bureau has not written is said to be not published.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources.abc import Traversable
from pathlib import Path

from knowledge.errors import KnowledgeNotFound
from knowledge.fields import Fault, Fields
from knowledge.source import SourceMap, line_of_syntax_error
from knowledge.text import LANGUAGES, Language, Text

Lines = Mapping[Language, tuple[str, ...]]
"""As many lines in each language."""
_SECTION_KEYS = ("title", "zh", "en", "basis")
_FORM_KEYS = ("title", "about", "basis", "field")
_FIELD_KEYS = ("label", "kind", "note", "zh", "en")


@dataclass(frozen=True, slots=True)
class GuideSection:
    """One part of the guide."""

    title: Text
    paragraphs: Lines
    basis: Text | None = None
    """The articles that it rests on."""


class FieldKind(StrEnum):
    """How much room a field of a form needs."""

    LINE = "line"
    LINES = "lines"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing that a form asks for."""

    label: Text
    kind: FieldKind
    note: Text | None = None
    choices: Lines | None = None
    """Of a choice, what can be ticked."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form to print or to fill in and send."""

    slug: str
    title: Text
    about: Text
    fields: tuple[FormField, ...]
    basis: Text | None = None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a bureau says of how it discloses."""

    guide: tuple[GuideSection, ...] = ()
    forms: tuple[Form, ...] = ()

    def form(self, slug: str) -> Form:
        """One form; KnowledgeNotFound."""
        for form in self.forms:
            if form.slug == slug:
                return form
        raise KnowledgeNotFound(f"there is no form {slug[:80]!r}: choose one from the disclosure guide")


def load_disclosure(folder: Path | Traversable) -> tuple[Disclosure, tuple[Fault, ...]]:
    """The guide and the forms of a bundle, and every fault found; what has one is left out."""
    faults: list[Fault] = []
    guide: list[GuideSection] = []
    forms: list[Form] = []
    for name, path in _files(folder):
        fields = _open(name, path, faults)
        if fields is None:
            continue
        if name.startswith("forms/"):
            form = _read_form(fields, path.name.removesuffix(".toml"))
            forms += [form] if form else []
        else:
            guide += _read_guide(fields)
        faults += fields.faults
    return Disclosure(tuple(guide), tuple(forms)), tuple(faults)


def _files(folder: Path | Traversable) -> Iterator[tuple[str, Path | Traversable]]:
    guide = folder / "disclosure" / "guide.toml"
    if guide.is_file():
        yield "disclosure/guide.toml", guide
    forms = folder / "forms"
    if forms.is_dir():
        for path in sorted(forms.iterdir(), key=lambda path: path.name):
            if path.name.endswith(".toml"):
                yield f"forms/{path.name}", path


def _open(name: str, path: Path | Traversable, faults: list[Fault]) -> Fields | None:
    try:
        source = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        faults.append(Fault(name, line, "not UTF-8: save the file as UTF-8"))
        return None
    except OSError as error:
        faults.append(Fault(name, 1, f"cannot be read: {error.strerror}"))
        return None
    try:
        return Fields(name, tomllib.loads(source), SourceMap(source))
    except tomllib.TOMLDecodeError as error:
        faults.append(Fault(name, line_of_syntax_error(error, source), f"not readable as TOML: {error}"))
        return None


def _read_guide(fields: Fields) -> list[GuideSection]:
    fields.strangers(fields.tree, ("section",))
    return [section for here, table in _tables(fields, "section") if (section := _read_section(fields, here, table))]


def _read_section(fields: Fields, here: tuple[str, int], table: Mapping[str, object]) -> GuideSection | None:
    fields.strangers(table, _SECTION_KEYS, *here)
    title, paragraphs = fields.text(table.get("title"), *here, "title"), _lines(fields, here, table)
    return GuideSection(title, paragraphs, _optional(fields, here, table, "basis")) if title and paragraphs else None


def _read_form(fields: Fields, slug: str) -> Form | None:
    fields.strangers(fields.tree, _FORM_KEYS)
    title, about = (fields.text(fields.tree.get(name), name) for name in ("title", "about"))
    found = [field for here, table in _tables(fields, "field") if (field := _read_field(fields, here, table))]
    basis = fields.text(fields.tree["basis"], "basis") if "basis" in fields.tree else None
    return Form(slug, title, about, tuple(found), basis) if title and about and not fields.faults else None


def _read_field(fields: Fields, here: tuple[str, int], table: Mapping[str, object]) -> FormField | None:
    fields.strangers(table, _FIELD_KEYS, *here)
    label, kind = fields.text(table.get("label"), *here, "label"), table.get("kind")
    if kind not in set(FieldKind):
        fields.fault(f"kind must be one of {', '.join(FieldKind)}", *here, "kind")
        return None
    choices = _lines(fields, here, table) if kind == FieldKind.CHOICE else None
    note = _optional(fields, here, table, "note")
    return FormField(label, FieldKind(str(kind)), note, choices) if label else None


def _tables(fields: Fields, name: str) -> Iterator[tuple[tuple[str, int], Mapping[str, object]]]:
    found = fields.tree.get(name)
    if not isinstance(found, list) or not found:
        fields.fault(f"there is no [[{name}]]: write one for each", name)
        return
    for place, table in enumerate(found):
        if isinstance(table, Mapping):
            yield (name, place), table


def _optional(fields: Fields, here: tuple[str, int], table: Mapping[str, object], name: str) -> Text | None:
    return fields.text(table[name], *here, name) if name in table else None


def _lines(fields: Fields, here: tuple[str, int], table: Mapping[str, object]) -> Lines | None:
    lines = {language: fields.texts(table.get(language), *here, language) for language in LANGUAGES}
    if not all(lines.values()):
        return None
    if len({len(said) for said in lines.values()}) > 1:
        fields.fault("zh and en must have as many lines", *here, "en")
        return None
    return lines
