"""The answer as plain text: the facets that were asked for first, then the card, then what it rests on.

Short lines without markup, so that it reads the same on a phone, in a mail and in a terminal.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from knowledge.procedure import Facet, FacetName, Language, Procedure

_NOT_PUBLISHED = Facet(bureau_must_fill=True)
"""Stands for a facet that the entry leaves out."""


@dataclass(frozen=True, slots=True)
class Citation:
    """What an answer rests on: the published entry, its version, and the law behind it."""

    procedure: str
    """Slug of the entry."""
    title: str
    version: str
    checked_on: date
    basis: tuple[str, ...]
    """Title, article and date of each law; never an address."""


def cite(procedure: Procedure, language: Language) -> Citation:
    """What an answer from `procedure` names as its source."""
    basis = tuple(law.cite(language) for law in procedure.basis)
    return Citation(procedure.slug, procedure.title.in_(language), procedure.version, procedure.checked_on, basis)


def compose_card(procedure: Procedure, language: Language, *asked: FacetName) -> str:
    """The whole answer, the facets `asked` first. One that the bureau has not published is said to be so."""
    labels = _labels(language)
    others = [name for name in FacetName if name not in asked and name in procedure.facets]
    heading = [labels["heading"].format(title=procedure.title.in_(language))]
    parts = [
        heading + [line for name in asked for line in _facet_lines(procedure, name, language)],
        [procedure.summary.in_(language)],
        [line for name in others for line in _facet_lines(procedure, name, language)],
        [procedure.notes.in_(language)] if procedure.notes else [],
        _source_lines(procedure, language),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def compose_facets(procedure: Procedure, language: Language, *asked: FacetName) -> str:
    """Some facets alone, as in an answer to a question that follows another; what is not published is said to be so."""
    return "\n".join(line for name in asked for line in _facet_lines(procedure, name, language))


def _facet_lines(procedure: Procedure, name: FacetName, language: Language) -> list[str]:
    labels, facet = _labels(language), procedure.facets.get(name, _NOT_PUBLISHED)
    said = list(facet.lines(language))
    if facet.bureau_must_fill:
        said.append(labels["rest_not_published" if said else "not_published"])
    if len(said) == 1:
        return [labels["facet"].format(label=labels[name.value], text=said[0])]
    items = [labels["item"].format(text=line) for line in said]
    return [labels["facet_list"].format(label=labels[name.value]), *items]


def _source_lines(procedure: Procedure, language: Language) -> list[str]:
    labels, citation = _labels(language), cite(procedure, language)
    return [
        labels["basis"].format(citations=labels["between_citations"].join(citation.basis)),
        labels["version"].format(version=citation.version, checked_on=citation.checked_on.isoformat()),
    ]


@cache
def _labels(language: Language) -> Mapping[str, str]:
    found: dict[str, str] = tomllib.loads(
        (files("knowledge") / "labels" / f"{language}.toml").read_text(encoding="utf-8")
    )
    return found
