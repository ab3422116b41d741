"""The reverse of `reading`: an entry as the tree of its file, and that tree as TOML that always comes out the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomli_w

from knowledge.basis import Basis
from knowledge.procedure import Facet, FacetName, Procedure, TimeLimit
from knowledge.publication import DisclosureClass
from knowledge.text import LANGUAGES, Text

Tree = dict[str, Any]

KEYS: tuple[str, ...] = (
    "slug",
    "version",
    "unit",
    "checked_on",
    "review_due_on",
    "title",
    "summary",
    *(name.value for name in FacetName),
    "basis",
    "disclosure",
    "notes",
    "phrasings",
)
"""The keys of an entry in the order in which people read them."""


def compose_tree(procedure: Procedure) -> Tree:
    """The tree that `reading.read_tree` reads as this very entry."""
    tree: Tree = {
        "slug": procedure.slug,
        "version": procedure.version,
        "unit": procedure.unit,
        "checked_on": procedure.checked_on,
        "review_due_on": procedure.review_due_on,
        "title": _text(procedure.title),
        "summary": _text(procedure.summary),
        **{name.value: _facet(facet) for name, facet in procedure.facets.items()},
        "basis": [_basis(law) for law in procedure.basis],
        "disclosure": _disclosure(procedure),
        "notes": _text(procedure.notes),
        "phrasings": {language: list(said) for language, said in procedure.phrasings.items()},
    }
    return {key: value for key, value in tree.items() if value is not None}


def compose_file(tree: Mapping[str, Any]) -> str:
    """A tree as a file of the bundle: keys in the order in which people read them, those of nobody's last."""
    known = {key: tree[key] for key in KEYS if key in tree}
    others = {key: tree[key] for key in sorted(tree) if key not in known}
    return tomli_w.dumps({**known, **others})


def _text(text: Text | None) -> Tree | None:
    return None if text is None else {language: text.in_(language) for language in LANGUAGES}


def _facet(facet: Facet) -> Tree:
    said = _text(facet.text) or {language: list(lines) for language, lines in facet.items.items()}
    tree: Tree = {**said, "yuan": list(facet.yuan), "limits": [_limit(limit) for limit in facet.limits]}
    if facet.bureau_must_fill:
        tree["bureau_must_fill"] = True
    return {key: value for key, value in tree.items() if value}


def _limit(limit: TimeLimit) -> Tree:
    tree: Tree = {"number": limit.number or None, "unit": limit.unit.value, "for": _text(limit.purpose)}
    return {key: value for key, value in tree.items() if value is not None}


def _basis(law: Basis) -> Tree:
    return {"title": _text(law.title), **({"article": law.article} if law.article else {}), "on": law.on}


def _disclosure(procedure: Procedure) -> Tree | None:
    if procedure.disclosure is DisclosureClass.PROACTIVE:
        return None
    ground = procedure.ground
    said = ground.zh if ground is not None and ground.zh == ground.en else _text(ground)
    return {"class": procedure.disclosure.value, "ground": said}
