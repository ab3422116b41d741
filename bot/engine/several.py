"""Several questions in one message: each gets its own answer, and what has none is said to have none."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.engine.conversation import Conversation
from bot.engine.dialogues import ask_procedure, office
from bot.engine.following import facets_before, last_entry, leans, neighbour_of_last
from bot.engine.questions import LONGEST, Question, questions_in
from bot.engine.recognise import is_question, recognise
from bot.engine.turn import Decision, Response, Turn
from knowledge.retrieval import Decision as Found
from knowledge.retrieval import Finding

MOST_QUESTIONS = 4
_FEWEST = 2
_MOST_OPEN = 2
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with what is known about it."""

    question: Question
    finding: Finding | None = None
    """What was found; None for what needs no search."""

    @property
    def about(self) -> str:
        """What it asks about, so that a second question about it needs no second card."""
        if self.finding is None:
            return "office" if self.question.is_office else "the entry before"
        return self.finding.matches[0].slug if self.is_answered else self.question.text

    @property
    def is_answered(self) -> bool:
        """Whether there is something published to say."""
        return self.finding is None or self.finding.decision is Found.ANSWER

    def is_near(self, other: Asked) -> bool:
        """Whether what `other` is about came near, as in "my card is lost, can I do it online?"."""
        nearest = self.finding.matches[:_NEAREST] if self.finding else ()
        return other.about in {match.slug for match in nearest}


def answer_several(turn: Turn) -> Response | None:
    """The answers, when the message asks for at least two things and one of them at least is published."""
    if len(turn.text) > LONGEST:
        return None
    questions = questions_in(turn)
    if len(questions) < _FEWEST:
        return None
    asked = look_up(turn, questions)
    answered = [one for one in asked if one.is_answered]
    open_ones = [one for one in asked if not one.is_answered]
    if not _FEWEST <= len(asked) <= MOST_QUESTIONS or not answered or len(open_ones) > _MOST_OPEN:
        return None
    is_known = turn.finding.decision is Found.ANSWER and turn.finding.matches[0].slug == answered[0].about
    if len(answered) == 1 and is_known and all(one.is_near(answered[0]) for one in open_ones):
        return None
    return say(turn, asked)


def look_up(turn: Turn, questions: tuple[Question, ...]) -> tuple[Asked, ...]:
    """What is known about each question, in their order; statements among them are left out."""
    found: dict[str, Asked] = {}
    for question in questions:
        asked = Asked(question, _find(turn, question) if question.matter else None)
        is_asked = is_question(question.matter)
        if asked.about in found:
            before = found[asked.about].question
            facets = tuple(dict.fromkeys((*before.facets, *question.facets)))
            found[asked.about] = replace(found[asked.about], question=replace(before, facets=facets))
        elif asked.is_answered or is_asked:
            found[asked.about] = asked
    return tuple(found.values())


def say(turn: Turn, several: tuple[Asked, ...]) -> Response:
    """An answer to each, in their order; what follows leans on the last entry among them."""
    conversation = turn.conversation
    open_question = ""
    responses: list[Response] = []
    for asked in several:
        response = _answer(replace(turn, conversation=conversation), asked)
        responses.append(_without_what_stands_there(response, responses))
        if asked.is_answered:
            conversation = response.conversation
        else:
            open_question = response.conversation.question
    return Response(
        replace(conversation, question=open_question),
        tuple(draft for response in responses for draft in response.drafts),
        tuple(command for response in responses for command in response.commands),
        Decision.ANSWER,
    )


def _without_what_stands_there(response: Response, before: list[Response]) -> Response:
    """A response without facets of an entry whose whole card was said already."""
    said = {source for one in before for draft in one.drafts if draft.key == "answer.card" for source in draft.sources}
    kept = tuple(draft for draft in response.drafts if not draft.sources or not said.issuperset(draft.sources))
    return replace(response, drafts=kept)


def _find(turn: Turn, question: Question) -> Finding:
    """What is said to its matter, else to all its words, else to them after the entry answered before."""
    finding = turn.known.find(question.matter, turn.language)
    if finding.decision is Found.ANSWER:
        return finding
    if question.text != question.matter:
        whole = turn.known.find(question.text, turn.language)
        if whole.decision is Found.ANSWER:
            return whole
    return neighbour_of_last(turn.saying(question.matter)) or finding


def _answer(turn: Turn, asked: Asked) -> Response:
    words = turn.saying(asked.question.text)
    if asked.question.is_office:
        return Response(turn.conversation, office.replies(replace(words, matches=recognise(words.text))))
    entry = last_entry(turn)
    if asked.finding is None and entry:
        return ask_procedure.answer_facets(words, entry, asked.question.facets)
    if asked.finding is not None and asked.is_answered:
        leaning = facets_before(turn) if leans(asked.question.text) else ()
        return ask_procedure.answer_found(words, asked.finding, asked.question.facets or leaning)
    fresh = replace(words, conversation=Conversation(language=turn.conversation.language))
    return ask_procedure.answer(fresh, asked.finding or fresh.finding)
