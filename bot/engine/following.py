"""Questions that lean on what was said before: another side of the last entry, or the same for somebody else."""

from __future__ import annotations

from functools import lru_cache

from bot.engine.intent import weigh
from bot.engine.phrases import fold
from bot.engine.sentence_tables import both
from bot.engine.turn import Turn
from knowledge.card import compose_card, compose_facets
from knowledge.facet_slips import mend_cues
from knowledge.facets import asked_facets, without_cues
from knowledge.procedure import FacetName, Language, Procedure
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
    return not _matter_words(text)


@lru_cache(maxsize=512)
def facets_in(text: str) -> tuple[FacetName, ...]:
    """The facets that a text asks for; whether somebody else may come asks who may."""
    folded = fold(text)
    by_proxy = any(words.follow_proxy.search(folded) for words in both())
    return tuple(dict.fromkeys([FacetName.WHO] * by_proxy + list(asked_facets(folded))))


def last_entry(turn: Turn) -> Procedure | None:
    """The entry that was answered last and is still published."""
    slug = turn.conversation.last_procedure
    return turn.known.library.get(slug) if slug is not None and slug in turn.known.library else None


def facets_before(turn: Turn) -> tuple[FacetName, ...]:
    """What was asked for last: "and for a child?" after a fee asks for the fee."""
    return tuple(FacetName(name) for name in turn.conversation.last_facets if name in set(FacetName))


def facets_of_last(turn: Turn) -> tuple[Procedure, tuple[FacetName, ...]] | None:
    """The entry answered last and the sides of it that a question asks for which names no matter of its own."""
    entry = last_entry(turn)
    if entry is None:
        return None
    facets = _facets_alone(turn.text)
    if not facets and weigh(fold(turn.text)) <= _A_FEW_WORDS:
        facets = _facets_alone(mend_cues(turn.text))
    return (entry, facets) if facets else None


def _facets_alone(text: str) -> tuple[FacetName, ...]:
    return facets_in(text) if names_no_matter(text) else ()


def facets_in_its_words(turn: Turn) -> tuple[Procedure, tuple[FacetName, ...]] | None:
    """The same for a short question all of whose words the entry uses itself, as "and the photo?" may be."""
    entry = last_entry(turn)
    words = _matter_words(turn.text)
    if entry is None or not words or len(words) > _MOST_SHARED:
        return None
    facets = facets_in(turn.text)
    if facets:
        return (entry, facets) if set(words) <= _own_words(entry) or _stand_in(entry, words, turn.language) else None
    if not leans(turn.text):
        return None
    said = {name: fold(compose_facets(entry, turn.language, name)) for name in entry.facets}
    found = tuple(name for name in FacetName if name in said and all(word in said[name] for word in words))
    return (entry, found) if found else None


def _own_words(entry: Procedure) -> set[str]:
    """The words by which people ask for the entry."""
    asked = (said for phrasings in entry.phrasings.values() for said in phrasings)
    return {word for said in asked for word in _matter_words(said)}


def _stand_in(entry: Procedure, words: tuple[str, ...], language: Language) -> bool:
    card = fold(compose_card(entry, language))
    return all(word in card for word in words)


def neighbour_of_last(turn: Turn) -> Finding | None:
    """The entry that is meant by "and for my child?" after another one; None when that is not sure."""
    last = last_entry(turn)
    if last is None or not leans(turn.text) or names_no_matter(turn.text):
        return None
    for matter in (_matter_of(last, turn.language), last.title.in_(turn.language)):
        finding = turn.known.find(f"{turn.text} {matter}", turn.language)
        if finding.decision is Found.ANSWER and finding.matches[0].slug != last.slug:
            return finding
    near = [
        match
        for match in turn.finding.matches
        if match.score >= max(_LIKE_ENOUGH, _AS_LIKE * turn.finding.matches[0].score)
        and match.slug != last.slug
        and turn.known.library.get(match.slug).unit == last.unit
    ]
    # Of several entries that the words alone might mean, the one of the same window.
    return Finding(Found.ANSWER, turn.finding.confidence, (near[0],)) if len(near) == 1 else None


def _matter_of(entry: Procedure, language: Language) -> str:
    """What the entry is about in the fewest words: the barest of the questions that have what most of them share."""
    asked = [(unwrapped(fold(said)), set(_matter_words(said))) for said in entry.phrasings[language]]
    shared = {
        word
        for word in _matter_words(entry.title.in_(language))
        if 2 * sum(word in words for _, words in asked) >= len(asked)
    }
    bare = [topic for topic, words in asked if shared and shared <= words]
    return min(bare, key=len, default="")


def said_together(turn: Turn) -> Finding | None:
    """What is found when the question that is still open and this one are read as one; None when nothing is sure."""
    before = turn.conversation.question
    if not before or not names_no_matter(turn.text) or not facets_in(turn.text):
        return None
    finding = turn.known.find(f"{before} {turn.text}", turn.language)
    return None if finding.decision is Found.HAND_OVER else finding


def without_rind(text: str) -> str:
    """A text, folded, without courtesy and other words that say nothing of a matter."""
    folded = fold(text)
    for words in both():
        folded = words.follow_light.sub(" ", words.follow_proxy.sub(" ", folded))
    return folded.strip()


# Asked again and again of the same words within a turn, and of an entry's own phrasings in every one.
@lru_cache(maxsize=2048)
def _matter_words(text: str) -> tuple[str, ...]:
    return terms_of(with_synonyms(unwrapped(without_cues(without_rind(text))))).words


def leans(text: str) -> bool:
    """Whether a short text leans on what was said before by its form, as "and for my child?" does."""
    folded = fold(text).strip(" ?!.。")
    if weigh(folded) > _A_FEW_WORDS:
        return False
    return any(words.follow_start.match(folded) or folded.endswith(words.follow_ends) for words in both())
