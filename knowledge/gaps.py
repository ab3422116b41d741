"""Questions grouped by likeness: what many people ask in words of their own becomes one gap to be closed.

Pure and deterministic: the same questions give the same groups in whatever order they come. A question is compared only
with the heads of groups that share one of its rarest terms, so that the work grows with the number of questions and not
with its square.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from knowledge.normalise import fold
from knowledge.topic import only_words, unwrapped, with_synonyms
from knowledge.words import terms_of

ALIKE = 0.5
"""From how alike two questions are (0 to 1) they ask for the same."""
_SLIP = 0.85
"""From this likeness of spelling two questions differ by a slip of the finger; short ones are alike by chance."""
_RAREST = 4
"""Terms of a question by which heads of groups are found."""
_MOST_HEADS = 40
"""Heads kept under one term: what so many groups share tells nothing apart."""
_PIECE = re.compile(r"[㐀-䶿一-鿿\U00020000-\U0003ffff]|[^\W㐀-䶿一-鿿_]+")
_BETWEEN_SENTENCES = re.compile(r"(?<=[。！？!?;；])|(?<=\.)\s+|\n")
_SHORT = 60
"""Characters of a message that is taken as one question."""
_OTHERS = 200
"""Wordings that are thought to exist beside those at hand: among a few, what is shared must not pass for common."""


def asked_in(text: str) -> str:
    """What a message asks: of a long one, as letters are, the sentences that end as questions, when there are any."""
    if len(text) <= _SHORT:
        return text
    sentences = (sentence.strip() for sentence in _BETWEEN_SENTENCES.split(text))
    return " ".join(sentence for sentence in sentences if sentence.endswith(("?", "？"))) or text


def group_alike(questions: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """The places of alike questions together, the largest group first; every place stands in one group.

    Within a group the most frequent wording stands first. What has no words at all is a group of its own kind.
    """
    wordings, weights = _wordings(questions)
    groups = _Groups(weights)
    for wording in wordings:
        groups.place(wording)
    found = [_in_order([place for wording in group for place in wording.places], questions) for group in groups.members]
    return tuple(sorted(found, key=lambda places: (-len(places), questions[places[0]], places[0])))


def _in_order(places: Sequence[int], questions: Sequence[str]) -> tuple[int, ...]:
    """The most frequent words first; what is the same to the letter is told apart by nothing but its place."""
    asked = Counter(questions[place] for place in places)
    return tuple(sorted(places, key=lambda place: (-asked[questions[place]], questions[place], place)))


@dataclass(frozen=True, slots=True)
class _Wording:
    """All questions that differ in nothing but signs, politeness, script and synonyms."""

    key: str
    terms: frozenset[str]
    spelling: str
    """One of the questions, before synonyms were brought together."""
    places: tuple[int, ...]
    weight: int
    """Of all its terms together."""


def _wordings(questions: Sequence[str]) -> tuple[list[_Wording], Mapping[str, int]]:
    """The distinct wordings, the most frequent first as they become heads of groups, and what each term weighs."""
    places: dict[str, list[int]] = defaultdict(list)
    topics: dict[str, str] = {}
    spellings: dict[str, str] = {}
    for place, question in enumerate(questions):
        bare = _bare(question)
        topic = with_synonyms(bare)
        key = only_words(topic)
        places[key].append(place)
        topics[key] = min(topic, topics.get(key, topic))
        spellings[key] = min(only_words(bare), spellings.get(key, only_words(bare)))
    terms = {key: _terms(topic) for key, topic in topics.items()}
    weights = _weights(terms.values())
    found = [
        _Wording(key, terms[key], spellings[key], tuple(own), sum(weights[term] for term in terms[key]))
        for key, own in places.items()
    ]
    return sorted(found, key=lambda wording: (-len(wording.places), wording.key)), weights


def _bare(question: str) -> str:
    folded = fold(question)
    # A mere "how much?" has no topic; its own words must do.
    return unwrapped(folded) or folded


def _terms(topic: str) -> frozenset[str]:
    """The words that carry a topic; where there are none, the letters and the signs of the writing."""
    return frozenset(terms_of(topic).words) or frozenset(_PIECE.findall(topic))


def _weights(wordings: Collection[Iterable[str]]) -> Mapping[str, int]:
    """How much a term tells: the rarer, the more. Whole numbers, whose sum does not depend on the order of a set."""
    seen = Counter(term for terms in wordings for term in terms)
    return {term: round(1000 * math.log(1 + (len(wordings) + _OTHERS) / (0.5 + count))) for term, count in seen.items()}


@dataclass
class _Groups:
    """Groups in the making, each known by its head."""

    weights: Mapping[str, int]
    members: list[list[_Wording]] = field(default_factory=list)
    by_term: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def place(self, wording: _Wording) -> None:
        """Into the group that it is most like, or into one of its own."""
        near = [(self._likeness(wording, self.members[group][0]), -group) for group in self._candidates(wording)]
        likeness, group = max(near, default=(0.0, 0))
        if likeness >= ALIKE:
            self.members[-group].append(wording)
            return
        for term in wording.terms:
            if len(self.by_term[term]) < _MOST_HEADS:
                self.by_term[term].append(len(self.members))
        self.members.append([wording])

    def _candidates(self, wording: _Wording) -> Iterable[int]:
        telling = sorted(wording.terms, key=lambda term: (-self.weights[term], term))
        shared = [term for term in telling if term in self.by_term]
        return {group for term in shared[:_RAREST] for group in self.by_term[term]}

    def _likeness(self, one: _Wording, other: _Wording) -> float:
        """The greater of: weight of the shared terms, and likeness of the spelling, which forgives slips."""
        shared = sum(self.weights[term] for term in one.terms & other.terms)
        words = 2 * shared / (one.weight + other.weight)
        if words >= ALIKE:
            return words
        spelling = fuzz.ratio(one.spelling, other.spelling) / 100
        return spelling if spelling >= _SLIP else words
