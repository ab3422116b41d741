"""Several questions in one message: each gets its own answer, and what has none is said to have none."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.engine.dialogues import ask_procedure, office
from bot.engine.following import names_no_matter
from bot.engine.intent import weigh
from bot.engine.phrases import fold
from bot.engine.recognise import is_question, recognise
from bot.engine.sentence_tables import both
from bot.engine.turn import Decision, ReplyDraft, Response, Turn
from knowledge.retrieval import Decision as Found

LONGEST = 300
"""A longer message tells a story."""
MOST_QUESTIONS = 4
_LIGHTEST = 3
_A_MERE_HOW = 4
"""A part of this weight, as "and how?", asks about the part before it."""
_MOST_OPEN = 2
_ENDS = re.compile(r"[?？。!！;；\n]+|(?:^|(?<=[\s:：,，]))[0-9][、.．)）]?(?=\s*[㐀-䶿一-鿿A-Za-z])")


def answer_several(turn: Turn) -> Response | None:
    """The answers, when the message asks for at least two things and one of them at least is published."""
    parts = _parts(turn.text)
    if not 2 <= len(parts) <= MOST_QUESTIONS or len(turn.text) > LONGEST:
        return None
    answered: dict[str, Response] = {}
    open_parts: list[Turn] = []
    for part in parts:
        asked = replace(turn.saying(part), matches=recognise(part))
        about, response = _answer(asked)
        if response is None and is_question(part) and weigh(fold(part)) > _A_MERE_HOW:
            open_parts.append(asked)
        elif response is not None:
            answered.setdefault(about, response)
    if len(answered) + len(open_parts) < 2 or not answered or len(open_parts) > _MOST_OPEN:
        return None
    if len(answered) == 1 and turn.finding.decision is Found.ANSWER and turn.finding.matches[0].slug in answered:
        return None
    responses = [*answered.values(), *(ask_procedure.answer(one, one.finding) for one in open_parts)]
    return Response(
        responses[-1].conversation,
        tuple(draft for response in responses for draft in response.drafts),
        tuple(command for response in responses for command in response.commands),
        Decision.ANSWER,
    )


def _answer(asked: Turn) -> tuple[str, Response | None]:
    draft: ReplyDraft | None = office.reply(asked)
    if draft is not None:
        return "office", Response(asked.conversation, (draft,))
    if asked.finding.decision is not Found.ANSWER:
        return "", None
    return asked.finding.matches[0].slug, ask_procedure.answer(asked, asked.finding)


def _parts(text: str) -> list[str]:
    """What stands between ends of sentences, numbers of a list, and words such as "also"."""
    pieces = [text]
    for pattern in (_ENDS, *(words.between_questions for words in both())):
        pieces = [part for piece in pieces for part in pattern.split(piece)]
    named = (piece.strip(" \t,，、:：") for piece in pieces)
    return [piece for piece in named if weigh(fold(piece)) >= _LIGHTEST and not names_no_matter(piece)]
