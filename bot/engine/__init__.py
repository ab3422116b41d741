"""The pure engine: a conversation, a message and what is known in; replies by key, commands and the conversation out.

Only `desk` and tests call it. Start reading with `respond`, then `policy` (the table) and `dialogues`.
"""

from bot.engine.conversation import Conversation, Progress, compose_state, parse_state
from bot.engine.dialogues.case_status import MOST_CASES
from bot.engine.respond import respond
from bot.engine.sentence_tables import both as load_sentences
from bot.engine.thumbs import thumbs_for
from bot.engine.turn import (
    ChoiceDraft,
    Decision,
    Fact,
    Incoming,
    Keyed,
    Known,
    LookUp,
    Outlook,
    ReplyDraft,
    Response,
)
from bot.engine.wanted import Wanted, wanted

__all__ = [
    "MOST_CASES",
    "ChoiceDraft",
    "Conversation",
    "Decision",
    "Fact",
    "Incoming",
    "Keyed",
    "Known",
    "LookUp",
    "Outlook",
    "Progress",
    "ReplyDraft",
    "Response",
    "Wanted",
    "compose_state",
    "load_sentences",
    "parse_state",
    "respond",
    "thumbs_for",
    "wanted",
]
