"""What comes between while a dialogue is open: a question, a greeting, a wish for something else."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.conversation import CONFIRM, Progress
from bot.engine.dialogue import Dialogue
from bot.engine.dialogues import ask_procedure, case_status, office, small_talk, withdraw_case
from bot.engine.following import facets_in
from bot.engine.form import MORE
from bot.engine.intent import Intent, IntentMatch, weigh
from bot.engine.phrases import fold
from bot.engine.recognise import is_lone_question, is_question
from bot.engine.sentence_tables import sentences
from bot.engine.steering import IN_ORDER, active_dialogue, enter, go_on
from bot.engine.turn import LookUp, ReplyDraft, Response, Turn
from knowledge.procedure import FacetName
from knowledge.retrieval import Decision as Found

PERSONAL = frozenset({"applicant", "identity", "name", "unnamed"})
"""Slots whose purpose has a text of its own."""
EXPLAINED = frozenset({Intent.START_APPLICATION, Intent.FILE_COMPLAINT, Intent.REPORT_CRIME, Intent.SUGGESTION})
"""Wishes that may be a question about how it is done, which a published entry answers first."""
_TAKE_REFERENCES = frozenset({case_status.DIALOGUE.name, withdraw_case.DIALOGUE.name})
"""Dialogues whose answer is a reference."""
_SHORT_WISH = 15
_SHORT_QUESTION = 12
"""In the middle of a story only a message of this weight can be a wish for something else."""


def explain_purpose(turn: Turn) -> Response | None:
    """Why we ask what we ask, and the question again."""
    found = active_dialogue(turn.conversation)
    match = turn.wants(Intent.WHY)
    if found is None or match is None or turn.choice:
        return None
    dialogue, progress = found
    is_story = dialogue.takes_free_text(progress) and not match.whole and not is_lone_question(turn.text)
    if is_story or progress.asking in {CONFIRM, MORE}:
        return None
    key = f"why.{progress.asking}" if progress.asking in PERSONAL else "why.other"
    return Response(turn.conversation, (ReplyDraft(key), *go_on(turn, turn.conversation)))


def small_talk_aside(turn: Turn) -> Response | None:
    """A greeting, thanks, a call for help or for our telephone, and the question again."""
    found = active_dialogue(turn.conversation)
    drafts = _said_between(turn, *found) if found and not turn.choice else ()
    is_answer = turn.says(Intent.ANNOYED) or (
        turn.says(Intent.THANKS) and found is not None and found[1].asking == MORE
    )
    if not drafts or is_answer:
        return None
    without_choices = (replace(draft, choices=()) for draft in drafts)
    return Response(turn.conversation, (*without_choices, *go_on(turn, turn.conversation)))


def _said_between(turn: Turn, dialogue: Dialogue, progress: Progress) -> tuple[ReplyDraft, ...]:
    if talk := small_talk.reply(turn):
        return (talk,)
    is_asked = is_lone_question(turn.text) and not dialogue.takes_questions(progress)
    return office.replies(turn) if is_asked else ()


def answer_aside(turn: Turn) -> Response | None:
    """A question asked in the middle: answered, and the dialogue goes on."""
    found = active_dialogue(turn.conversation)
    if found is None or turn.choice or not _is_aside(turn, *found):
        return None
    answered = _about_its_matter(turn, found[0]) or ask_procedure.answer(turn, turn.finding)
    drafts = (*answered.drafts, *go_on(turn, turn.conversation))
    return Response(answered.conversation, drafts, answered.commands, answered.decision)


def switch(turn: Turn) -> Response | None:
    """A wish for something else: the open dialogue is set aside until that is done."""
    found = active_dialogue(turn.conversation)
    if found is None or turn.choice:
        return None
    current, progress = found
    if turn.known.look_up is not LookUp.NOT_ASKED and current.name not in _TAKE_REFERENCES:
        named = withdraw_case if withdraw_case.is_wish(turn.text) else case_status
        return enter(turn, named.DIALOGUE, None)
    for dialogue in IN_ORDER:
        match = turn.matches.get(dialogue.intent)
        if match is None or dialogue.name == current.name or dialogue.intent is Intent.ADD_TO_CASE:
            continue
        if _is_wish(turn, match, current, progress):
            return enter(turn, dialogue, match)
    return None


def _is_wish(turn: Turn, match: IntentMatch, current: Dialogue, progress: Progress) -> bool:
    """Whether the words want another dialogue, and are not part of an answer to the open question."""
    if match.whole:
        return True
    if match.intent in EXPLAINED and is_question(turn.text):
        return False
    if current.name == case_status.DIALOGUE.name:
        return True
    is_short = weigh(fold(turn.text)) <= _SHORT_WISH
    if match.states:
        return match.intent is Intent.REPORT_CRIME and progress.asking == CONFIRM and is_short
    return is_short or not current.takes_free_text(progress)


def _about_its_matter(turn: Turn, dialogue: Dialogue) -> Response | None:
    """The fee, the time and so on of what the open dialogue is about, when the question names nothing else."""
    facets = facets_in(turn.text)
    matter = sentences(turn.language).matters.get(dialogue.name)
    is_short = is_lone_question(turn.text) and weigh(fold(turn.text)) <= _SHORT_QUESTION
    # "Who deals with it?" asks about us, and not who may apply.
    if (
        not facets
        or facets == (FacetName.WHO,)
        or matter is None
        or not is_short
        or turn.finding.decision is Found.ANSWER
    ):
        return None
    finding = turn.known.find(f"{matter} {turn.text}", turn.language)
    if finding.decision is not Found.ANSWER:
        return None
    procedure = turn.known.library.get(finding.matches[0].slug)
    published = tuple(name for name in facets if name in procedure.facets)
    return ask_procedure.answer_facets(turn, procedure, published) if published else None


def _is_aside(turn: Turn, dialogue: Dialogue, progress: Progress) -> bool:
    if dialogue.takes_questions(progress):
        return False
    if _about_its_matter(turn, dialogue):
        return True
    if progress.asking == CONFIRM and is_lone_question(turn.text):
        return True
    if dialogue.takes_free_text(progress):
        return is_lone_question(turn.text) and turn.finding.decision is Found.ANSWER
    if not is_question(turn.text):
        return False
    asks_back = turn.text.endswith(("?", "？")) and turn.finding.decision is Found.ASK_BACK
    return asks_back or turn.finding.decision is Found.ANSWER
