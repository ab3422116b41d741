"""Who answers a message of a chat: an ordered table. The first row that has something to say decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.engine.asides import EXPLAINED, answer_aside, explain_purpose, small_talk_aside, switch
from bot.engine.choices import NO_THANKS, NONE_OF_THESE
from bot.engine.dialogues import ask_procedure, case_status, emergency, office, small_talk, withdraw_case
from bot.engine.form import MORE
from bot.engine.grades import take_grade
from bot.engine.intent import Intent, weigh
from bot.engine.language import wished_language
from bot.engine.phrases import fold
from bot.engine.recognise import is_question
from bot.engine.sentence_tables import sentences
from bot.engine.several import answer_several
from bot.engine.steering import DIALOGUES, IN_ORDER, active_dialogue, enter, go_on, leave, resume, stepped
from bot.engine.turn import ChoiceDraft, Decision, Keyed, LookUp, ReplyDraft, Response, Turn
from casework.commands import AddToCase, Command, DeclineEntries
from knowledge.retrieval import Decision as Found
from knowledge.retrieval import Finding

START = "start:"
_A_STORY = 16
"""Weight of words from which a message tells more than a cry for help."""
_OF_A_DIALOGUE = ("yes", "skip", "done", "change", "pick:", "fix:")
"""Choices that only mean something to the dialogue that offered them."""

Row = Callable[[Turn], Response | None]


def decide(turn: Turn) -> Response:
    """The response of the first row that has one."""
    for name, row in POLICY:
        response = row(turn)
        if response is not None:
            return replace(response, because=(name, *response.because))
    raise AssertionError("the last row answers everything")


def danger(turn: Turn) -> Response | None:
    """Somebody may be in danger: the numbers to call, before anything else."""
    match = turn.wants(Intent.EMERGENCY)
    if match is None:
        return None
    commands = (*emergency.commands(match.because), *_joined(turn))
    told = _told(turn)
    return Response(
        told.conversation,
        (emergency.card(turn), *told.drafts),
        (*commands, *told.commands),
        Decision.EMERGENCY,
        match.because,
    )


def _told(turn: Turn) -> Response:
    """A story of danger that answers the open question is taken as its answer too, so that nobody tells it twice."""
    found = active_dialogue(turn.conversation)
    is_story = found is not None and found[0].takes_free_text(found[1]) and weigh(fold(turn.text)) >= _A_STORY
    taken = _taking(turn) if is_story and not turn.known.taken_over else None
    return taken or Response(turn.conversation)


def _silence(turn: Turn) -> Response | None:
    if not turn.known.taken_over:
        return None
    return Response(turn.conversation, commands=_joined(turn), decision=Decision.HAND_OVER)


def _joined(turn: Turn) -> tuple[Command, ...]:
    return (AddToCase(turn.known.case.reference),) if turn.known.case else ()


def _edit(turn: Turn) -> Response | None:
    if turn.message.edit_of is None:
        return None
    noted = Response(turn.conversation, (ReplyDraft("edit.noted"),))
    if turn.message.edit_of != turn.conversation.last_message:
        return noted
    found = active_dialogue(turn.conversation)
    if found is None:
        return None if is_question(turn.text) else noted
    dialogue, progress = found
    step = dialogue.amend(turn, progress, progress.filled, turn.text) if progress.filled else None
    return stepped(turn, step) if step else noted


def _language(turn: Turn) -> Response | None:
    if wished_language(turn.matches) is None:
        return None
    switched = ReplyDraft("language.switched")
    return Response(turn.conversation, (switched, *go_on(turn, turn.conversation)))


def _no_words(turn: Turn) -> Response | None:
    if turn.choice or any(character.isalnum() for character in turn.text):
        return None
    if turn.message.attachments:
        return _files(turn)
    said = ReplyDraft("input.no_words")
    return Response(turn.conversation, (said, *go_on(turn, turn.conversation)))


def _files(turn: Turn) -> Response | None:
    active = turn.conversation.active
    if active and active.asking in {"identity", MORE}:
        return None
    if active:
        return Response(turn.conversation, (ReplyDraft("input.file_kept"), *go_on(turn, turn.conversation)))
    if reference := turn.conversation.last_case:
        added = ReplyDraft("add_to_case.added", {"reference": reference}, case=reference)
        return Response(turn.conversation, (added,), (AddToCase(reference),))
    return Response(turn.conversation, (ReplyDraft("input.file_alone", choices=small_talk.menu()),))


def _pressed(turn: Turn) -> Response | None:
    choice, active = turn.choice, turn.conversation.active
    if choice is None:
        return None
    if choice.startswith(ask_procedure.ASK):
        answered = ask_procedure.answer_entry(turn, choice.removeprefix(ask_procedure.ASK))
        return _with_open_question(turn, answered or ask_procedure.withdrawn(turn))
    if choice.startswith(START):
        dialogue = DIALOGUES.get(choice.removeprefix(START))
        return enter(turn, dialogue, None) if dialogue else _stale(turn)
    if choice == NONE_OF_THESE and turn.conversation.question:
        draft = ask_procedure.unknown(turn.conversation.question)
        return Response(turn.conversation, (draft,), (DeclineEntries(),), Decision.HAND_OVER)
    if choice == "resume":
        return resume(turn)
    if choice == "leave" and active and active.asking != MORE:
        return leave(turn)
    if choice == NO_THANKS:
        return Response(turn.conversation, (ReplyDraft("small_talk.fine"),))
    return None if active and choice.startswith(_OF_A_DIALOGUE) else _stale(turn)


def _stale(turn: Turn) -> Response:
    return Response(turn.conversation, (ReplyDraft("input.stale_choice"), *go_on(turn, turn.conversation)))


def _with_open_question(turn: Turn, answered: Response) -> Response:
    return replace(answered, drafts=(*answered.drafts, *go_on(turn, answered.conversation)))


def _leaving(turn: Turn) -> Response | None:
    active = turn.conversation.active
    is_leaving = turn.says(Intent.LEAVE) and not (active and active.asking == MORE)
    return leave(turn) if is_leaving else None


def _back(turn: Turn) -> Response | None:
    found = active_dialogue(turn.conversation)
    if turn.says(Intent.BACK) and found:
        dialogue, progress = found
        return stepped(turn, dialogue.back(turn, progress))
    return resume(turn) if turn.says(Intent.BACK, Intent.RESUME) else None


def _correction(turn: Turn) -> Response | None:
    found = active_dialogue(turn.conversation)
    if found is None or turn.choice:
        return None
    dialogue, progress = found
    step = dialogue.correct(turn, progress)
    return stepped(turn, step) if step else None


def _taking(turn: Turn) -> Response | None:
    found = active_dialogue(turn.conversation)
    if found is None:
        return None
    dialogue, progress = found
    return stepped(turn, dialogue.take(turn, progress))


def _small_talk(turn: Turn) -> Response | None:
    draft = small_talk.reply(turn)
    return Response(turn.conversation, (draft,)) if draft else None


def _office(turn: Turn) -> Response | None:
    drafts = office.replies(turn)
    return Response(turn.conversation, drafts) if drafts else None


def _look_up(turn: Turn) -> Response | None:
    if turn.known.look_up is LookUp.NOT_ASKED and not case_status.names_a_case(turn.text):
        return None
    if withdraw_case.is_wish(turn.text):
        return enter(turn, withdraw_case.DIALOGUE, None)
    return enter(turn, case_status.DIALOGUE, None)


def _starting(turn: Turn) -> Response | None:
    for dialogue in IN_ORDER:
        match = turn.matches.get(dialogue.intent)
        if match is None or (dialogue.intent is Intent.ADD_TO_CASE and _has_nothing_to_add_to(turn)):
            continue
        asks_how = dialogue.intent in EXPLAINED and not match.whole and not match.states and is_question(turn.text)
        finding = _how_it_is_done(turn, dialogue.name) if asks_how else turn.finding
        if asks_how and finding.decision is Found.ANSWER:
            return _answer_with_start(turn, finding, dialogue.name)
        return enter(turn, dialogue, match)
    return None


def _has_nothing_to_add_to(turn: Turn) -> bool:
    return turn.conversation.last_case is None and not turn.says(Intent.ADD_TO_CASE)


def _how_it_is_done(turn: Turn, name: str) -> Finding:
    """What the entries say to the question, or else to the question about the matter of the dialogue."""
    matter = sentences(turn.language).matters.get(name, "")
    is_known = turn.finding.decision is Found.ANSWER or not matter
    return turn.finding if is_known else turn.known.find(f"{matter} {turn.text}", turn.language)


def _answer_with_start(turn: Turn, finding: Finding, name: str) -> Response:
    answered = ask_procedure.answer(turn, finding)
    first, *others = answered.drafts
    offered = replace(first, choices=(ChoiceDraft(f"{START}{name}", Keyed(f"choice.start.{name}")), *first.choices))
    return replace(answered, drafts=(offered, *others))


def _nothing_open(turn: Turn) -> Response | None:
    said = turn.says(Intent.CONFIRM, Intent.DENY, Intent.SKIP, Intent.DONE)
    return Response(turn.conversation, (ReplyDraft("small_talk.fine"),)) if said else None


def _asking(turn: Turn) -> Response:
    return ask_procedure.answer(turn, turn.finding)


POLICY: tuple[tuple[str, Row], ...] = (
    ("danger", danger),
    ("a grade", take_grade),
    ("a person has taken over", _silence),
    ("an edited message", _edit),
    ("another language", _language),
    ("no words", _no_words),
    ("a choice was pressed", _pressed),
    ("leaving", _leaving),
    ("going back", _back),
    ("a correction", _correction),
    ("why do you ask", explain_purpose),
    ("a greeting in a dialogue", small_talk_aside),
    ("another dialogue", switch),
    ("a question in a dialogue", answer_aside),
    ("the open question", _taking),
    ("small talk", _small_talk),
    ("a reference", _look_up),
    ("a dialogue begins", _starting),
    ("several questions", answer_several),
    ("the office", _office),
    ("nothing is open", _nothing_open),
    ("a question", _asking),
)
