"""Cutting a message into the questions that it asks, each with the sides it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.engine.dialogues import office
from bot.engine.following import facets_in, last_entry, names_no_matter, without_rind
from bot.engine.intent import weigh
from bot.engine.phrases import fold
from bot.engine.recognise import is_question, recognise
from bot.engine.sentence_tables import both
from bot.engine.turn import Turn
from knowledge.facets import only_cues
from knowledge.procedure import FacetName
from knowledge.retrieval import Decision as Found

LONGEST = 300
"""A longer message tells a story."""
_LIGHTEST = 3
_ENDS = re.compile(r"(?<=[?？])|[。!！;；\n]+|(?:^|(?<=[\s:：,，]))[0-9][、.．)）]?(?=\s*[㐀-䶿一-鿿A-Za-z])")
_SEAMS = re.compile(r"([,，、]|以及|还有|[和与及跟]|(?<![A-Za-z])(?:and|plus)(?![A-Za-z]))", re.IGNORECASE)
_STOPS = frozenset(",，")
_Piece = tuple[str, str]
"""Some words, and those that ask for a side of them and stand elsewhere in the sentence."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a message."""

    text: str
    """The words that ask it, what leans on it included."""
    matter: str = ""
    """The words that name what it is about; empty when it leans on the entry answered before."""
    facets: tuple[FacetName, ...] = ()
    is_office: bool = False
    """It asks for our hours, address or telephone."""

    def leaning(self, words: str) -> Question:
        """The same with words that ask for another side of it."""
        return replace(self, text=f"{self.text}，{words}", facets=_joined(self.facets, facets_in(words)))


def questions_in(turn: Turn) -> tuple[Question, ...]:
    """The questions of a message in its order; what names no matter leans on the question before it."""
    found: list[Question] = []
    ahead = ""
    for piece, shared in _pieces(turn):
        if asks_for_office(turn, piece):
            found.append(Question(piece, is_office=True))
        elif not names_no_matter(piece):
            text = "，".join(words for words in (ahead, piece, shared) if words)
            found.append(Question(text, piece, facets_in(text)))
            ahead = ""
        elif facets_in(piece):
            before = next((at for at in reversed(range(len(found))) if not found[at].is_office), None)
            if before is not None:
                found[before] = found[before].leaning(piece)
            elif last_entry(turn):
                found.append(Question(piece, facets=facets_in(piece)))
            else:
                ahead = f"{ahead}，{piece}" if ahead else piece
    return tuple(found)


def asks_for_office(turn: Turn, words: str) -> bool:
    """Whether these words ask for our hours, address or telephone."""
    return bool(office.replies(replace(turn.saying(words), matches=recognise(words))))


def _pieces(turn: Turn) -> Iterator[_Piece]:
    """What stands between ends of sentences, numbers of a list, words such as "also", and the seams of a sentence."""
    sentences = [turn.text]
    for pattern in (_ENDS, *(words.between_questions for words in both())):
        sentences = [part for sentence in sentences for part in pattern.split(sentence)]
    for sentence in sentences:
        for piece, shared in _unseamed(turn, sentence):
            named = piece.strip(" \t,，、:：")
            if shared or weigh(fold(named)) >= _LIGHTEST or asks_for_office(turn, named):
                yield named, shared


def _unseamed(turn: Turn, sentence: str) -> list[_Piece]:
    """A sentence cut at those seams at which another question begins."""
    first, *rest = _SEAMS.split(sentence)
    cut: list[_Piece] = []
    current, shared = first, ""
    for seam, piece in zip(rest[::2], rest[1::2], strict=True):
        of_both = _shared(turn, current, seam, piece)
        if of_both or _begins_another(turn, current, piece):
            cut.append((current, shared or of_both))
            current, shared = piece, of_both
        else:
            current += seam + piece
    return [*cut, (current, shared)]


def _begins_another(turn: Turn, before: str, piece: str) -> bool:
    if asks_for_office(turn, piece.strip()) or asks_for_office(turn, before.strip()):
        return True
    return is_question(without_rind(before)) and is_question(piece) and _are_two_matters(turn, before, piece)


def _shared(turn: Turn, before: str, seam: str, piece: str) -> str:
    """The words that ask for the same side of two things named together, as in "how much are A and B"."""
    if seam in _STOPS:
        return ""
    first, second = facets_in(before), facets_in(piece)
    asks_behind = second and not first and not is_question(without_rind(before))
    asks_in_front = first and not second and is_question(without_rind(before)) and not is_question(piece.rstrip("?？ "))
    words = only_cues(fold(piece if asks_behind else before)) if asks_behind or asks_in_front else ""
    return words if words and _are_two_matters(turn, f"{before} {words}", f"{piece} {words}") else ""


def _are_two_matters(turn: Turn, before: str, piece: str) -> bool:
    if names_no_matter(before) or names_no_matter(piece):
        return False
    found = [turn.known.find(words, turn.language) for words in (before, piece)]
    is_sure = all(finding.decision is Found.ANSWER for finding in found)
    return is_sure and found[0].matches[0].slug != found[1].matches[0].slug


def _joined(*several: tuple[FacetName, ...]) -> tuple[FacetName, ...]:
    return tuple(dict.fromkeys(facet for facets in several for facet in facets))
