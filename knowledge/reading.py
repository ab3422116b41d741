"""One file of a bundle read as one entry: either a procedure, or every fault that it has."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import PurePath

from knowledge.basis import Basis
from knowledge.facet_reading import read_facets
from knowledge.fields import Fault, Fields
from knowledge.procedure import FacetName, Procedure
from knowledge.publication import DisclosureClass
from knowledge.source import SourceMap, line_of_syntax_error
from knowledge.text import LANGUAGES, Language, Text

FEWEST_PHRASINGS: Mapping[Language, int] = {"zh": 8, "en": 5}
"""Below this an entry is hardly found: people ask for one thing in many ways."""

_KEYS = (
    "slug",
    "version",
    "unit",
    "checked_on",
    "review_due_on",
    "title",
    "summary",
    "basis",
    "disclosure",
    "phrasings",
    "notes",
)
_FENCE = "+++"


def read_entry(file: str, source: str) -> tuple[Procedure | None, tuple[Fault, ...]]:
    """The entry in `source`; None when it has faults. `file` is the path as faults shall name it."""
    try:
        head, notes = split_front_matter(source) if file.endswith(".md") else (source, "")
        tree = tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        return None, (Fault(file, line_of_syntax_error(error, source), f"not readable as TOML: {error}"),)
    except ValueError as error:
        return None, (Fault(file, 1, str(error)),)
    return read_tree(file, tree, SourceMap(head), notes=notes, notes_line=head.count("\n") + 2)


def read_tree(
    file: str, tree: Mapping[str, object], source: SourceMap, *, notes: str = "", notes_line: int = 1
) -> tuple[Procedure | None, tuple[Fault, ...]]:
    """The same for a tree that is parsed already; `notes` is what followed it in a .md file."""
    fields = Fields(file, tree, source)
    procedure = _read_procedure(fields, _read_notes(fields, notes, notes_line))
    return (None if fields.faults else procedure), tuple(fields.faults)


def split_front_matter(source: str) -> tuple[str, str]:
    """The TOML between the `+++` lines, its line numbers kept, and what follows; ValueError without a fence."""
    lines = source.splitlines()
    fences = [number for number, line in enumerate(lines) if line.strip() == _FENCE][:2]
    if len(fences) < 2 or any(line.strip() for line in lines[: fences[0]]):
        raise ValueError(f"a .md entry begins with TOML between two lines of {_FENCE}")
    head = [""] * (fences[0] + 1) + lines[fences[0] + 1 : fences[1]]
    return "\n".join(head), "\n".join(lines[fences[1] + 1 :])


def _read_notes(fields: Fields, notes: str, line: int) -> Text | None:
    if (table := fields.tree.get("notes")) is not None:
        if notes.strip():
            fields.fault("notes stand in [notes] or below the second +++, not in both", "notes")
        return fields.text(table, "notes")
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for row in notes.splitlines():
        if row.startswith("## "):
            current = parts.setdefault(row[3:].strip(), [])
        else:
            current.append(row)
    said = {language: "\n".join(parts.get(language, ())).strip() for language in LANGUAGES}
    if set(parts) - set(LANGUAGES) or (parts and not all(said.values())):
        fields.faults.append(Fault(fields.file, line, "notes stand under ## zh and ## en, both of them"))
        return None
    return Text(**said) if parts else None


def _read_procedure(fields: Fields, notes: Text | None) -> Procedure | None:
    tree = fields.tree
    facet_names = tuple(facet.value for facet in FacetName)
    for key in tree:
        if key not in _KEYS and key not in facet_names:
            fields.fault(f"{key} is neither a key nor a facet of an entry; facets are {', '.join(facet_names)}", key)
    slug, version, unit = fields.word("slug"), fields.word("version"), fields.word("unit")
    if slug and slug != PurePath(fields.file).stem:
        fields.fault(f"slug {slug!r} differs from the file's name; rename one of them", "slug")
    checked_on = fields.day(tree, "checked_on")
    title, summary = (fields.text(tree.get(key), key) for key in ("title", "summary"))
    facets = read_facets(fields)
    basis = _read_basis(fields)
    phrasings = _read_phrasings(fields)
    disclosure, ground = _read_disclosure(fields)
    review_due_on = fields.day(tree, "review_due_on") if "review_due_on" in tree else None
    if fields.faults or not (slug and version and unit and checked_on and title and summary):
        return None
    return Procedure(
        slug=slug,
        version=version,
        unit=unit,
        checked_on=checked_on,
        title=title,
        summary=summary,
        facets=facets,
        basis=basis,
        phrasings=phrasings,
        notes=notes,
        disclosure=disclosure,
        ground=ground,
        review_due_on=review_due_on,
    )


def _read_disclosure(fields: Fields) -> tuple[DisclosureClass, Text | None]:
    table = fields.tree.get("disclosure", {})
    if not isinstance(table, dict):
        fields.fault("disclosure must be a table: class, and the legal ground where it is not proactive", "disclosure")
        return DisclosureClass.PROACTIVE, None
    fields.strangers(table, ("class", "ground"), "disclosure")
    wish, ground = table.get("class", DisclosureClass.PROACTIVE.value), table.get("ground")
    if wish not in set(DisclosureClass):
        known = ", ".join(DisclosureClass)
        fields.fault(f"{wish!r} is not a class; classes are {known}", "disclosure", "class")
        return DisclosureClass.PROACTIVE, None
    disclosure = DisclosureClass(str(wish))
    if disclosure is DisclosureClass.PROACTIVE:
        if ground is not None:
            fields.fault(
                "what is disclosed proactively needs no ground: leave it out", "disclosure", "ground", kind="no_ground"
            )
        return disclosure, None
    if isinstance(ground, str) and ground.strip():
        return disclosure, Text(ground.strip(), ground.strip())
    if not isinstance(ground, dict):
        fields.fault(
            f"the class {disclosure} needs its legal ground: the law, the article and the reason",
            "disclosure",
            "ground",
            kind="ground",
        )
        return disclosure, None
    return disclosure, fields.text(ground, "disclosure", "ground")


def _read_basis(fields: Fields) -> tuple[Basis, ...]:
    rows = fields.tree.get("basis")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        fields.fault("an entry names at least one [[basis]]: title, article and date of the law", "basis", kind="basis")
        return ()
    found = []
    for index, row in enumerate(rows):
        fields.strangers(row, ("title", "article", "on"), "basis", index)
        title = fields.text(row.get("title"), "basis", index, "title")
        on = fields.day(row, "basis", index, "on")
        article = row.get("article", "")
        if not isinstance(article, str):
            fields.fault("article must be a text such as 第五条", "basis", index, "article")
        elif title and on:
            found.append(Basis(title, article.strip(), on))
    return tuple(found)


def _read_phrasings(fields: Fields) -> Mapping[Language, tuple[str, ...]]:
    table = fields.tree.get("phrasings")
    if not isinstance(table, dict):
        fields.fault("[phrasings] is missing: questions in zh and en as people ask them", "phrasings")
        return {}
    fields.strangers(table, LANGUAGES, "phrasings")
    found: dict[Language, tuple[str, ...]] = {}
    for language in LANGUAGES:
        found[language] = fields.texts(table.get(language), "phrasings", language)
        fewest = FEWEST_PHRASINGS[language]
        if found[language] and len(found[language]) < fewest:
            message = f"phrasings.{language} has {len(found[language])}, needs at least {fewest}"
            fields.fault(message, "phrasings", language, kind=f"too_few_{language}")
    return found
