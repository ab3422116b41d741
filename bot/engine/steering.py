"""Moving between dialogues: entering, leaving, going back in, and saying where we were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.engine.conversation import Conversation, Progress
from bot.engine.dialogue import Dialogue
from bot.engine.dialogues import (
    add_to_case,
    case_status,
    file_complaint,
    handoff,
    rate_case,
    report_crime,
    start_application,
    suggestion,
    withdraw_case,
)
from bot.engine.form import MORE
from bot.engine.intent import IntentMatch
from bot.engine.turn import ChoiceDraft, Keyed, ReplyDraft, Response, Step, Turn

IN_ORDER: tuple[Dialogue, ...] = (
    # Who writes of a theft and complains of the police in one breath means the theft first.
    handoff.DIALOGUE,
    # Taking a complaint back names the complaint.
    withdraw_case.DIALOGUE,
    report_crime.DIALOGUE,
    file_complaint.DIALOGUE,
    start_application.DIALOGUE,
    case_status.DIALOGUE,
    suggestion.DIALOGUE,
    add_to_case.DIALOGUE,
)
DIALOGUES: Mapping[str, Dialogue] = {dialogue.name: dialogue for dialogue in (*IN_ORDER, rate_case.DIALOGUE)}
RESUME = ChoiceDraft("resume", Keyed("choice.resume"))


def active_dialogue(conversation: Conversation) -> tuple[Dialogue, Progress] | None:
    """The dialogue that is open, with how far it has come."""
    progress = conversation.active
    return (DIALOGUES[progress.dialogue], progress) if progress and progress.dialogue in DIALOGUES else None


def enter(turn: Turn, dialogue: Dialogue, match: IntentMatch | None) -> Response:
    """Begin a dialogue; what it interrupts is set aside and comes back when it is over.

    Who asks for it in words speaks of another matter than the entry answered last.
    """
    parked = turn.conversation.park().forget(dialogue.name)
    if match is not None:
        parked = replace(parked, last_procedure=None, last_facets=())
    return stepped(replace(turn, conversation=parked), dialogue.begin(turn, match))


def stepped(turn: Turn, step: Step) -> Response:
    """The response to a step of the active dialogue; when it is over, an interrupted one goes on."""
    conversation = replace(turn.conversation, active=step.progress, question="")
    interrupted = next(iter(conversation.parked), None)
    if step.progress is None and interrupted and not interrupted.was_left:
        conversation = conversation.unpark()
        return Response(conversation, (*step.drafts, *go_on(turn, conversation)), step.commands)
    return Response(conversation, step.drafts, step.commands)


def leave(turn: Turn) -> Response:
    """Set the active dialogue aside; it can be gone back in."""
    active = turn.conversation.active
    if active is None:
        return Response(turn.conversation, (ReplyDraft("leave.nothing"),))
    left = replace(turn.conversation, active=replace(active, was_left=True)).park()
    draft = ReplyDraft("leave.left", {"dialogue": Keyed(f"dialogue.{active.dialogue}")}, choices=(RESUME,))
    return Response(left, (draft,))


def resume(turn: Turn) -> Response:
    """Go back into the dialogue that was set aside last, and say where we were."""
    back = turn.conversation if turn.conversation.active else turn.conversation.unpark()
    found = active_dialogue(back)
    if found is None:
        return Response(turn.conversation, (ReplyDraft("resume.nothing"),))
    dialogue, progress = found
    progress = replace(progress, was_left=False)
    return Response(
        replace(back, active=progress), (where_we_were(turn, dialogue, progress), dialogue.ask(turn, progress))
    )


def where_we_were(turn: Turn, dialogue: Dialogue, progress: Progress) -> ReplyDraft:
    """Which dialogue is open and what was said in it."""
    said = dialogue.summary(turn, progress)
    name = Keyed(f"dialogue.{dialogue.name}")
    if not said:
        return ReplyDraft("resume.where_nothing_said", {"dialogue": name})
    return ReplyDraft("resume.where", {"dialogue": name, "summary": said})


def go_on(turn: Turn, conversation: Conversation) -> tuple[ReplyDraft, ...]:
    """The open question again, after something came between; nothing when none is open, or all is filed already."""
    found = active_dialogue(conversation)
    if found is None or found[1].asking == MORE:
        return ()
    dialogue, progress = found
    open_question = dialogue.ask(turn, progress)
    facts = {"dialogue": Keyed(f"dialogue.{dialogue.name}"), "question": Keyed(open_question.key, open_question.facts)}
    return (ReplyDraft("resume.go_on", facts, choices=open_question.choices),)
