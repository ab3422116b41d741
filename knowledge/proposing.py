"""What a question or a staff answer becomes when it is proposed for publication: the contents of a draft, for review.

Nothing here is published: a proposal is a draft, which may have gaps still, and goes the way of every draft.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from knowledge.errors import KnowledgeRejected
from knowledge.library import Library
from knowledge.masking import is_personal
from knowledge.normalise import fold
from knowledge.procedure import OPTIONAL_FACETS, FacetName
from knowledge.revisions import Body
from knowledge.text import Language
from knowledge.topic import only_words

LONGEST_PHRASING = 200
LONGEST_SUMMARY = 4_000
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 60


class PhrasingRefused(KnowledgeRejected):
    """The phrasing cannot be added as it stands."""

    def __init__(self, reason: str, message: str) -> None:
        """`reason` is a word for which the doors have a sentence: `empty`, `long`, `personal`, `there`, `claimed`."""
        super().__init__(message)
        self.reason = reason


def check_phrasing(phrasing: str, slug: str, library: Library) -> str:
    """The phrasing without needless blanks, when entry `slug` may have it; PhrasingRefused says why not."""
    said = " ".join(phrasing.split())
    if not only_words(fold(said)):
        raise PhrasingRefused("empty", "a phrasing is a question in words")
    if len(said) > LONGEST_PHRASING:
        raise PhrasingRefused("long", f"a phrasing has at most {LONGEST_PHRASING} characters: shorten it")
    if is_personal(said):
        raise PhrasingRefused("personal", "a phrasing becomes public: take out numbers that point to one person")
    owner = owner_of(said, library)
    if owner == slug:
        raise PhrasingRefused("there", f"entry {slug!r} has this phrasing already")
    if owner is not None:
        raise PhrasingRefused("claimed", f"entry {owner!r} has this phrasing: an answer cannot be two entries")
    return said


def owner_of(phrasing: str, library: Library) -> str | None:
    """The entry that has the phrasing already, however it is spelled."""
    wanted = only_words(fold(phrasing))
    for entry in library:
        for phrasings in entry.phrasings.values():
            if any(only_words(fold(own)) == wanted for own in phrasings):
                return entry.slug
    return None


def with_phrasing(body: Body, language: Language, phrasing: str) -> Body:
    """The contents of an entry with one more phrasing, unless they have it already."""
    found = body.get("phrasings")
    phrasings = dict(found) if isinstance(found, Mapping) else {}
    own = phrasings.get(language)
    before = list(own) if isinstance(own, list | tuple) else []
    if phrasing not in before:
        before.append(phrasing)
    return {**body, "phrasings": {**phrasings, language: before}}


def entry_from_answer(slug: str, *, unit: str, question: str, answer: str, language: Language, today: date) -> Body:
    """The beginnings of an entry out of a question and what staff answered.

    Title and first phrasing are the question, the summary is the answer, both in the language in which they were said;
    every side that people ask about is marked as still to be filled in. The other language, the law and more phrasings
    are for the editor: until then the draft has faults and cannot be reviewed.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST_SLUG:
        raise KnowledgeRejected(f"{slug[:80]!r} cannot be the name of an entry: use a-z, 0-9 and hyphens")
    said, summary = " ".join(question.split()), answer.strip()
    if not said or not summary:
        raise KnowledgeRejected("an entry needs a question and an answer")
    if len(said) > LONGEST_PHRASING or len(summary) > LONGEST_SUMMARY:
        raise KnowledgeRejected(
            f"the question has at most {LONGEST_PHRASING} characters and the answer {LONGEST_SUMMARY}: shorten them"
        )
    if is_personal(said) or is_personal(summary):
        raise KnowledgeRejected("an entry becomes public: take out numbers that point to one person")
    facets = {name.value: {"bureau_must_fill": True} for name in FacetName if name not in OPTIONAL_FACETS}
    return {
        "slug": slug,
        "version": today.isoformat(),
        "unit": unit,
        "checked_on": today.isoformat(),
        "title": {language: said},
        "summary": {language: summary},
        **facets,
        "basis": [],
        "phrasings": {language: [said]},
    }
