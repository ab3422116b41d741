"""The front door: a question in, a finding out, with its reasons. Pure once built, and safe to share by threads."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from knowledge.calibration import KnownAnswer
from knowledge.caution import Caution, Thresholds
from knowledge.confidence import Decision
from knowledge.finder import Finder, Finding
from knowledge.library import Library
from knowledge.meaning import Embedder
from knowledge.normalise import fold, language_of
from knowledge.procedure import Language
from knowledge.reasons import Match
from knowledge.searchable import entries_of

__all__ = ["Caution", "Decision", "Embedder", "Finding", "KnowledgeBase", "KnownAnswer", "Match", "Thresholds"]


_MOST_REMEMBERED = 512
"""Questions whose finding is kept: many ask the same, and a turn looks at the same words more than once."""
_LONGEST_REMEMBERED = 300


class KnowledgeBase:
    """The entries of one bureau, ready to be asked."""

    def __init__(
        self,
        library: Library,
        thresholds: Thresholds | None = None,
        *,
        caution: Caution | None = None,
        labelled: Iterable[KnownAnswer] = (),
        embedder: Embedder | None = None,
        finder: Finder | None = None,
    ) -> None:
        """Index `library`: a few seconds for fifty entries with two thousand phrasings.

        `caution` says how often an answer may be wrong, `labelled` questions show how sure one may be, an `embedder`
        compares by meaning too; `thresholds` overrule what was learnt. A `finder` of the same library that is there
        already is taken as it is.
        """
        self.library = library
        self.finder = finder or Finder(
            entries_of(library), caution=caution, labelled=labelled, thresholds=thresholds, embedder=embedder
        )
        self._remembered = lru_cache(maxsize=_MOST_REMEMBERED)(self.finder.find)

    def find(self, question: str, language: Language | None = None) -> Finding:
        """The entries that may answer `question`, and whether to answer, ask back or hand over.

        `language` is the citizen's, where it is known; it chooses the phrasing that is shown as a reason.
        """
        find = self._remembered if len(question) <= _LONGEST_REMEMBERED else self.finder.find
        return find(question, language or language_of(fold(question)))
