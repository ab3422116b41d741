"""What may be meant, while somebody still types: titles and phrasings of entries that have or begin with it.

The words are forgotten at once. Items of the catalogue are suggested by `knowledge.catalogue.search`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from knowledge.catalogue.terms import fold, initials_of
from knowledge.library import Library
from knowledge.procedure import Procedure
from knowledge.text import LANGUAGES, Language

LONGEST_TYPED = 40


class SuggestionKind(StrEnum):
    """What a suggestion leads to."""

    PROCEDURE = "procedure"
    QUESTION = "question"
    """A phrasing, which is asked as it stands."""
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of the list."""

    kind: SuggestionKind
    text: str
    slug: str


@dataclass(frozen=True, slots=True)
class _Line:
    folded: str
    initials: str
    """Empty for phrasings, which are too many and too alike."""
    suggestion: Suggestion


class Suggestions:
    """The lines of one state of a library, folded once. Nothing in it changes after it is built."""

    def __init__(self, library: Library) -> None:
        """Fold every title and phrasing."""
        self._titles: dict[Language, list[_Line]] = {language: [] for language in LANGUAGES}
        self._phrasings: dict[Language, list[_Line]] = {language: [] for language in LANGUAGES}
        for entry in library:
            for language in LANGUAGES:
                self._titles[language].append(_title(entry, language))
                self._phrasings[language] += _phrasings(entry, language)

    def suggest(self, typed: str, language: Language, *, limit: int) -> list[Suggestion]:
        """Titles that begin with it, that have it, or whose initials do; then phrasings; each entry once."""
        words = _without_blanks(fold(typed[:LONGEST_TYPED]))
        found: dict[str, Suggestion] = {}
        if words:
            for line in self._candidates(words, language):
                found.setdefault(line.suggestion.slug, line.suggestion)
                if len(found) == limit:
                    break
        return list(found.values())

    def by_initials(self, letters: str, library: Library) -> list[Procedure]:
        """The entries whose Chinese titles have these initials in a row."""
        wanted = letters.casefold()
        return [library.get(line.suggestion.slug) for line in self._titles["zh"] if wanted in line.initials]

    def _candidates(self, words: str, language: Language) -> Iterator[_Line]:
        titles = self._titles[language]
        yield from (line for line in titles if line.folded.startswith(words))
        yield from (line for line in titles if words in line.folded)
        if words.isascii():
            yield from (line for line in titles if line.initials.startswith(words))
            yield from (line for line in titles if len(words) > 1 and words in line.initials)
        phrasings = self._phrasings[language]
        yield from (line for line in phrasings if line.folded.startswith(words))
        yield from (line for line in phrasings if len(words) > 1 and words in line.folded)


def _title(entry: Procedure, language: Language) -> _Line:
    title = entry.title.in_(language)
    initials = initials_of(title) if language == "zh" else ""
    return _Line(_without_blanks(fold(title)), initials, Suggestion(SuggestionKind.PROCEDURE, title, entry.slug))


def _phrasings(entry: Procedure, language: Language) -> Iterator[_Line]:
    for phrasing in entry.phrasings.get(language, ()):
        suggestion = Suggestion(SuggestionKind.QUESTION, phrasing, entry.slug)
        yield _Line(_without_blanks(fold(phrasing)), "", suggestion)


def _without_blanks(folded: str) -> str:
    return "".join(folded.split())
