"""Trying revisions: what the answers would be if one were published, kept for a while since trying takes an index."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from knowledge.bodies import digest_of, procedure_of
from knowledge.effect import Effect, Label, effect_on, labels_of, with_entry
from knowledge.library import Library
from knowledge.normalise import fold
from knowledge.retrieval import KnowledgeBase
from knowledge.revisions import Revision
from knowledge.topic import only_words

_MOST_KEPT = 16


@dataclass(frozen=True, slots=True)
class Accepted:
    """A citizen's question that staff gave to an entry."""

    question: str
    slug: str
    phrasing: str
    """The wording that was proposed with it; empty when a whole entry was drafted for it."""


class Trials:
    """Tries revisions against a knowledge base. Pure but for what it remembers; safe to share by threads."""

    def __init__(self, build: Callable[[Library], KnowledgeBase]) -> None:
        """`build` makes the index as it is made for what is served."""
        self._build = build
        self._kept: OrderedDict[tuple[object, ...], tuple[KnowledgeBase, Effect]] = OrderedDict()
        self._lock = threading.Lock()

    def effect(
        self,
        knowledge: KnowledgeBase,
        revision: Revision,
        labelled: Iterable[tuple[str, Collection[str]]],
        accepted: Iterable[Accepted] = (),
    ) -> Effect:
        """What `revision` does to the answers of `knowledge`; KnowledgeRejected when it cannot be read as an entry."""
        library = library_with(knowledge.library, revision)
        labels = labels_of([*labelled, *_labels(accepted, library)], library)
        key = (id(knowledge), revision.slug, digest_of(revision.body), revision.standing.classification, labels)
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = (knowledge, _tried(knowledge, library, labels, self._build))
            self._keep(key, found)
        return found[1]

    def _keep(self, key: tuple[object, ...], found: tuple[KnowledgeBase, Effect]) -> None:
        with self._lock:
            # The knowledge base is kept with it: its id is only taken while it lives.
            self._kept[key] = found
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)


def library_with(library: Library, revision: Revision) -> Library:
    """What would be served if the revision were published; one that is not disclosed takes its entry out."""
    if revision.standing.classification.is_open:
        return with_entry(library, procedure_of(revision))
    return Library(entry for entry in library if entry.slug != revision.slug)


def _tried(
    knowledge: KnowledgeBase, library: Library, labels: tuple[Label, ...], build: Callable[[Library], KnowledgeBase]
) -> Effect:
    return effect_on(knowledge, build(library), labels)


def _labels(accepted: Iterable[Accepted], library: Library) -> Iterable[tuple[str, Collection[str]]]:
    """Questions whose proposal is in the library: one that a reviewer sent back is no label."""
    phrasings = {
        (entry.slug, only_words(fold(phrasing)))
        for entry in library
        for said in entry.phrasings.values()
        for phrasing in said
    }
    for one in accepted:
        if not one.phrasing or (one.slug, only_words(fold(one.phrasing))) in phrasings:
            yield one.question, (one.slug,)
