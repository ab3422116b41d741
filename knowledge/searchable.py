"""What is searched, whatever it came from: entries with the questions they answer and the texts they tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from knowledge.procedure import LANGUAGES, Procedure

__all__ = ["Asked", "Entry", "entry_of"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, or a title, that an entry answers."""

    text: str
    language: str | None = None
    """Its language, where it is known."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One searchable entry."""

    slug: str
    version: str = ""
    asked: tuple[Asked, ...] = ()
    told: tuple[str, ...] = ()
    """What else it says: summary, answer, facets, tags."""


def entry_of(procedure: Procedure) -> Entry:
    """A procedure as it is searched."""
    return Entry(procedure.slug, procedure.version, tuple(_asked_of(procedure)), tuple(_told_by(procedure)))


def entries_of(procedures: Iterable[Procedure]) -> tuple[Entry, ...]:
    """Procedures as they are searched, in the order of their slugs: the index must not depend on any other."""
    return tuple(sorted(map(entry_of, procedures), key=lambda entry: entry.slug))


def _asked_of(procedure: Procedure) -> Iterator[Asked]:
    for language in LANGUAGES:
        yield Asked(procedure.title.in_(language), language)
        for said in procedure.phrasings.get(language, ()):
            yield Asked(said, language)


def _told_by(procedure: Procedure) -> Iterator[str]:
    for language in LANGUAGES:
        yield procedure.summary.in_(language)
        for facet in procedure.facets.values():
            yield from facet.lines(language)
