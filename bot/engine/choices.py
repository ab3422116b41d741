"""Which offered choice a message means: the one that was pressed, or typed by its number or its label."""

from __future__ import annotations

from bot.engine.conversation import Conversation
from bot.engine.intent import Intent
from bot.engine.phrases import bare, fold
from bot.engine.recognise import Matches, recognise

NO_THANKS = "no_thanks"
NONE_OF_THESE = "none"
_SHORTEST_LABEL = 2
_LONGEST = 80


def typed_choice(conversation: Conversation, words: str) -> str | None:
    """The value of the offered choice that was typed, or that a plain yes or no decides; None when it is none."""
    said = bare(fold(words))
    if not conversation.offers or not said or len(said) > _LONGEST:
        return None
    for number, offer in enumerate(conversation.offers, 1):
        if said == str(number) or (len(said) >= _SHORTEST_LABEL and said == bare(fold(offer.label))):
            return offer.value
    return _decided(conversation, recognise(words)) if conversation.active is None else None


def _decided(conversation: Conversation, matches: Matches) -> str | None:
    values = [offer.value for offer in conversation.offers]
    if _says(matches, Intent.CONFIRM) and NO_THANKS in values:
        return values[0]
    if _says(matches, Intent.DENY):
        return next((value for value in values if value in {NO_THANKS, NONE_OF_THESE}), None)
    return None


def _says(matches: Matches, intent: Intent) -> bool:
    return intent in matches and matches[intent].whole
