"""The front door: conversation, message and what is known in; replies, commands and the conversation after it out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.engine.choices import typed_choice
from bot.engine.conversation import Conversation, Offer
from bot.engine.language import language_of, wished_language
from bot.engine.letters import answer_letter
from bot.engine.policy import decide
from bot.engine.recognise import recognise
from bot.engine.steering import active_dialogue, where_we_were
from bot.engine.thumbs import take_thumb, thumb_of
from bot.engine.turn import Decision, Incoming, Known, ReplyDraft, Response, Turn
from casework.message import MAX_CHAT_CHARACTERS

RESUME_AFTER = timedelta(hours=8)
"""After so long a silence in a dialogue we first say where we were."""
FORGET_AFTER = timedelta(days=30)
"""Unfinished dialogues and questions are forgotten after so long a silence: nobody waits for what they hold."""


def respond(conversation: Conversation, message: Incoming, known: Known, now: datetime) -> Response:
    """What to say and to do about one message, and the conversation after it. Pure."""
    turn = read(_still_remembered(conversation, now), message, known, now)
    if thumb_of(message.choice):
        return take_thumb(turn, conversation)
    response = answer_letter(turn) if message.is_letter else decide(turn)
    drafts = (*_part_notice(turn), *_long_notice(turn), *_reminder(turn, response), *response.drafts)
    return replace(response, drafts=drafts, conversation=_remembered(turn, response, drafts))


def _still_remembered(conversation: Conversation, now: datetime) -> Conversation:
    if conversation.spoke_at is None or now - conversation.spoke_at < FORGET_AFTER:
        return conversation
    return Conversation(language=conversation.language, last_case=conversation.last_case, version=conversation.version)


def read(conversation: Conversation, message: Incoming, known: Known, now: datetime) -> Turn:
    """The message as it is understood, its language decided and a typed choice resolved."""
    words = message.text[:MAX_CHAT_CHARACTERS]
    matches = recognise(words if message.choice is None else "")
    language = wished_language(matches) or language_of(
        words, matches, before=conversation.language, in_dialogue=conversation.active is not None
    )
    spoken = language or conversation.language or message.language or "zh"
    return Turn(
        message=replace(message, text=words),
        conversation=replace(conversation, language=spoken),
        known=known,
        now=now,
        language=spoken,
        matches=matches,
        choice=message.choice or typed_choice(conversation, words),
    )


def _part_notice(turn: Turn) -> tuple[ReplyDraft, ...]:
    """Which of the matters of a split letter this mail is about, in the citizen's own words."""
    part = turn.message.part
    if part is None:
        return ()
    return (ReplyDraft("letter.part", {"number": part.number, "count": part.count, "words": part.title}),)


def _long_notice(turn: Turn) -> tuple[ReplyDraft, ...]:
    if not turn.message.was_cut or turn.known.taken_over or turn.message.is_letter:
        return ()
    return (ReplyDraft("input.long", {"read": MAX_CHAT_CHARACTERS}),)


def _reminder(turn: Turn, response: Response) -> tuple[ReplyDraft, ...]:
    """Where we were, when the dialogue goes on after a long silence."""
    before, after = turn.conversation, response.conversation
    was_long_ago = before.spoke_at is not None and turn.now - before.spoke_at >= RESUME_AFTER
    found = active_dialogue(before)
    goes_on = after.active is not None and found is not None and after.active.dialogue == found[0].name
    is_said = response.decision is Decision.EMERGENCY or not response.drafts
    if not was_long_ago or not goes_on or found is None or is_said or response.drafts[0].key.startswith("resume.where"):
        return ()
    return (where_we_were(turn, *found),)


def _remembered(turn: Turn, response: Response, drafts: tuple[ReplyDraft, ...]) -> Conversation:
    """What is kept until the next message."""
    offered = next((draft.choices for draft in reversed(drafts) if draft.choices), ())
    active = response.conversation.active
    if active and active.filled and active == turn.conversation.active:
        active = replace(active, filled="")
    return replace(
        response.conversation,
        active=active,
        offers=tuple(Offer(choice.value) for choice in offered) if drafts else turn.conversation.offers,
        last_message=turn.message.edit_of or turn.message.external_id,
        spoke_at=turn.now,
    )
