"""The front door: a question in, a finding out, with its reasons. Pure once built, and safe to share by threads."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge.caution import Caution, Thresholds
from knowledge.confidence import Decision
from knowledge.finder import Finder, Finding, Labelled, Match
from knowledge.library import Library
from knowledge.normalise import fold, language_of
from knowledge.procedure import Language
from knowledge.searchable import entries_of

__all__ = ["Caution", "Decision", "Finding", "KnowledgeBase", "Labelled", "Match", "Thresholds"]


class KnowledgeBase:
    """The entries of one bureau, ready to be asked."""

    def __init__(
        self,
        library: Library,
        thresholds: Thresholds | None = None,
        *,
        caution: Caution | None = None,
        labelled: Iterable[Labelled] = (),
    ) -> None:
        """Index `library`: about a second for fifty entries with a thousand phrasings, the dictionary included."""
        self.library = library
        self.finder = Finder(entries_of(library), caution=caution, labelled=labelled, thresholds=thresholds)

    def find(self, question: str, language: Language | None = None) -> Finding:
        """The entries that may answer `question`, and whether to answer, ask back or hand over.

        `language` is the citizen's, where it is known; it chooses the phrasing that is shown as a reason.
        """
        return self.finder.find(question, language or language_of(fold(question)))
