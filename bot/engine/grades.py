"""How content somebody is with how their case ended: one of five buttons under the message that it is closed."""

from __future__ import annotations

import re

from bot.engine.dialogues import rate_case
from bot.engine.steering import go_on, stepped
from bot.engine.turn import LookUp, ReplyDraft, Response, Turn
from casework.case import CaseStatus
from casework.commands import RateCase

POOR = 2
"""This grade and below ask for words."""
_GRADE = re.compile(r"rate:([A-Z]{2,8}-[0-9]{4}-[0-9]{6,9}-[0-9]):([1-5])")


def grade_of(choice: str | None) -> RateCase | None:
    """What a pressed button says of a case; None when it is another button."""
    found = _GRADE.fullmatch(choice or "")
    return RateCase(found[1], int(found[2])) if found else None


def take_grade(turn: Turn) -> Response | None:
    """Record the grade of a case of the citizen's own, each ending once; a poor one asks what went wrong."""
    given = grade_of(turn.message.choice)
    if given is None:
        return None
    case = turn.known.found if turn.known.look_up is LookUp.FOUND else None
    if case is None or case.reference != given.reference:
        return _said(ReplyDraft("input.stale_choice"), turn)
    outlook = turn.known.outlooks.get(case.reference)
    if case.status is not CaseStatus.CLOSED or outlook is None or outlook.is_rated:
        return _said(ReplyDraft("rate_case.already"), turn)
    if given.grade > POOR or turn.conversation.active is not None:
        response = _said(ReplyDraft("rate_case.thanks"), turn)
    else:
        response = stepped(turn, rate_case.DIALOGUE.asked(turn, case.reference))
    return Response(response.conversation, response.drafts, (given, *response.commands))


def _said(draft: ReplyDraft, turn: Turn) -> Response:
    return Response(turn.conversation, (draft, *go_on(turn, turn.conversation)))
