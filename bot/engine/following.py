"""Questions that lean on what was said before: another side of the last entry, or the same for somebody else."""

from __future__ import annotations

from bot.engine.intent import weigh
from bot.engine.phrases import fold
from bot.engine.sentence_tables import both
from bot.engine.turn import Turn
from knowledge.card import compose_card
from knowledge.facets import asked_facet
from knowledge.procedure import FacetName, Procedure
from knowledge.retrieval import Decision as Found
from knowledge.retrieval import Finding
from knowledge.topic import unwrapped, with_synonyms
from knowledge.words import terms_of

_A_FEW_WORDS = 16
_MOST_SHARED = 2
_LIKE_ENOUGH = 0.5
_AS_LIKE = 0.9


def names_no_matter(text: str) -> bool:
    """Whether a text has no word that tells what it is about, as "and how much?" has none."""
    return not terms_of(with_synonyms(unwrapped(fold(text)))).words


def facet_of_last(turn: Turn) -> tuple[Procedure, FacetName] | None:
    """The entry answered last and the side of it that is asked for now; None when the question is no such one."""
    slug = turn.conversation.last_procedure
    facet = asked_facet(turn.text)
    if facet is None or slug is None or slug not in turn.known.library:
        return None
    procedure = turn.known.library.get(slug)
    is_meant = names_no_matter(turn.text) or _speaks_its_words(turn, procedure)
    return (procedure, facet) if is_meant and facet in procedure.facets else None


def _speaks_its_words(turn: Turn, procedure: Procedure) -> bool:
    """Whether a short question has no word that the entry does not use itself."""
    words = terms_of(with_synonyms(unwrapped(fold(turn.text)))).words
    card = fold(compose_card(procedure, turn.language))
    return len(words) <= _MOST_SHARED and all(word in card for word in words)


def neighbour_of_last(turn: Turn) -> Finding | None:
    """The entry that is meant by "and for my child?" after another one; None when that is not sure."""
    slug = turn.conversation.last_procedure
    if slug is None or slug not in turn.known.library or not _leans(turn.text) or names_no_matter(turn.text):
        return None
    last = turn.known.library.get(slug)
    finding = turn.known.find(f"{last.title.in_(turn.language)} {turn.text}", turn.language)
    if finding.decision is Found.ANSWER and finding.matches[0].slug != slug:
        return finding
    near = [
        match
        for match in turn.finding.matches
        if match.score >= max(_LIKE_ENOUGH, _AS_LIKE * turn.finding.matches[0].score)
        and match.slug != slug
        and turn.known.library.get(match.slug).unit == last.unit
    ]
    # Of several entries that the words alone might mean, the one of the same window.
    return Finding(Found.ANSWER, turn.finding.confidence, (near[0],)) if len(near) == 1 else None


def said_together(turn: Turn) -> Finding | None:
    """What is found when the question that is still open and this one are read as one; None when nothing is sure."""
    before = turn.conversation.question
    if not before or not names_no_matter(turn.text) or asked_facet(turn.text) is None:
        return None
    finding = turn.known.find(f"{before} {turn.text}", turn.language)
    return None if finding.decision is Found.HAND_OVER else finding


def _leans(text: str) -> bool:
    folded = fold(text).strip(" ?!.。")
    if weigh(folded) > _A_FEW_WORDS:
        return False
    return any(words.follow_start.match(folded) or folded.endswith(words.follow_ends) for words in both())
