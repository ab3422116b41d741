"""Asking the citizen how content they are when a case has ended, and telling them that it goes on."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from casework.actions.office import Office
from casework.case import Case
from casework.disposition import Disposition
from casework.message import Author, Choice, Direction, Reply
from casework.outbox import OutboxKind
from casework.party import ON_PAPER, ChannelName
from casework.ports import UnitOfWork

RATE = "rate:"
"""How the value of a button begins with which a case is rated: `rate:REFERENCE:GRADE`."""
_NOT_OURS = frozenset({Disposition.WITHDRAWN, Disposition.DUPLICATE})
"""Endings in which there is nothing of ours to be content with."""


def ask_for_rating(case: Case, uow: UnitOfWork, *, office: Office, now: datetime) -> None:
    """Ask over the citizen's own channel: in a chat with five buttons, by mail with the address of the status page.

    Nothing is asked where it cannot be answered: on paper, by mail without a public address, or of a matter that the
    citizen took back or that goes on in another case.
    """
    if case.disposition is None or case.disposition in _NOT_OURS or case.channel in ON_PAPER:
        return
    is_mail = case.channel is ChannelName.EMAIL
    if is_mail and not office.site:
        return
    say, language = office.notices.say, case.language
    facts = {
        "kind": say(f"kind.{case.kind.value}", language),
        "reference": case.reference,
        "disposition": say(f"disposition.{case.disposition.value}", language),
        "link": f"{office.site}/status?{urlencode({'reference': case.reference})}",
    }
    key = "rating_asked.by_mail" if is_mail else "rating_asked.in_chat"
    buttons = (
        ()
        if is_mail
        else tuple(
            Choice(f"{RATE}{case.reference}:{grade}", say(f"grade.{grade}", language)) for grade in range(5, 0, -1)
        )
    )
    _tell(Reply(say(key, language, **facts), buttons, case=case.reference, key=key), case, uow, now=now)


def tell_redone(case: Case, uow: UnitOfWork, *, office: Office, now: datetime) -> None:
    """Tell the citizen that the case is open again and will be mended; who is written to on paper reads it there."""
    _tell_words("redone.text", case, uow, office=office, now=now)


def tell_merged(case: Case, into: Case, uow: UnitOfWork, *, office: Office, now: datetime) -> None:
    """Tell the citizen in which case the matter goes on; who is written to on paper gets a letter instead."""
    _tell_words("merged.text", case, uow, office=office, now=now, into=into.reference)


def _tell_words(key: str, case: Case, uow: UnitOfWork, *, office: Office, now: datetime, **facts: str) -> None:
    if case.channel in ON_PAPER:
        return
    kind = office.notices.say(f"kind.{case.kind.value}", case.language)
    words = office.notices.say(key, case.language, kind=kind, reference=case.reference, **facts)
    _tell(Reply(words, case=case.reference, key=key), case, uow, now=now)


def _tell(reply: Reply, case: Case, uow: UnitOfWork, *, now: datetime) -> None:
    thread = uow.threads.get(case.thread_id, lock=True)
    if thread.address is None:
        return
    message = uow.threads.add_message(
        thread.id, Direction.OUTBOUND, Author.DESK, reply.text, now=now, reply=reply, case_id=case.id
    )
    uow.outbox.add(
        OutboxKind.RECEIPT,
        thread.address,
        reply,
        language=case.language,
        now=now,
        subject=thread.subject,
        thread_id=thread.id,
        message_id=message.id,
        case_id=case.id,
        in_reply_to=uow.threads.last_mail(thread.id),
    )
