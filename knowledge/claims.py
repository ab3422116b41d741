"""Phrasings that two entries claim: the one found first keeps it, and whoever reviews the other is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from knowledge.normalise import fold
from knowledge.procedure import Language, Procedure
from knowledge.revisions import Body, Revision
from knowledge.text import LANGUAGES


@dataclass(frozen=True, slots=True)
class Claim:
    """A phrasing of one entry that another has too."""

    phrasing: str
    slug: str
    """The other entry."""
    number: int
    """Its revision."""


def claims_on(body: Body, slug: str, others: Iterable[Revision]) -> tuple[Claim, ...]:
    """The phrasings of a body that `others`, published or under way, claim as well."""
    own = {fold(phrasing): phrasing for phrasing in _phrasings(body)}
    found: dict[tuple[str, str], Claim] = {}
    for other in others:
        if other.slug == slug:
            continue
        for phrasing in _phrasings(other.body):
            if (folded := fold(phrasing)) in own:
                found[folded, other.slug] = Claim(own[folded], other.slug, other.number)
    return tuple(found.values())


def without_claimed(entries: Iterable[Procedure]) -> tuple[Procedure, ...]:
    """The entries with every phrasing at one of them alone: the first, by slug."""
    owners: dict[str, str] = {}
    kept = []
    for entry in sorted(entries, key=lambda entry: entry.slug):
        own: dict[Language, tuple[str, ...]] = {
            language: tuple(one for one in said if owners.setdefault(fold(one), entry.slug) == entry.slug)
            for language, said in entry.phrasings.items()
        }
        kept.append(entry if own == entry.phrasings else replace(entry, phrasings=own))
    return tuple(kept)


def _phrasings(body: Body) -> tuple[str, ...]:
    table = body.get("phrasings")
    lists = [table.get(language) for language in LANGUAGES] if isinstance(table, Mapping) else []
    return tuple(one for said in lists if isinstance(said, list) for one in said if isinstance(one, str))
