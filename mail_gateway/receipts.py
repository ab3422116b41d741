"""The receipt for a letter that waits for a clerk: it says that the letter is here, and nothing else.

Whether one may leave is for `answer_budget` to say, as of all automatic mail.
"""

from __future__ import annotations

from datetime import datetime

from casework.message import Reply
from casework.outbox import OutboxKind
from casework.party import Address, ChannelName, Language
from casework.ports import UnitOfWork
from mail_gateway.texts import mail_wording
from mail_gateway.understanding import Understood, message_of


def acknowledge_held(understood: Understood, uow: UnitOfWork, *, now: datetime) -> bool:
    """Queue the receipt, once for each letter; whether it was queued."""
    message = message_of(understood)
    language = language_of(message.text)
    say = mail_wording().say
    entry = uow.outbox.add(
        OutboxKind.RECEIPT,
        Address(ChannelName.EMAIL, message.sender.value),
        Reply(say("held.text", language), key="held.text"),
        language=language,
        now=now,
        subject=message.mail.subject if message.mail and message.mail.subject else say("held.subject", language),
        in_reply_to=message.mail if message.mail and message.mail.message_id else None,
        key=f"held-{understood.entry.id}",
    )
    return entry is not None


def language_of(text: str) -> Language:
    """Chinese unless the text is plainly not: no Chinese character, and some Latin letters."""
    if any("\u4e00" <= character <= "\u9fff" for character in text):
        return "zh"
    return "en" if sum(character.isascii() and character.isalpha() for character in text) >= 10 else "zh"
