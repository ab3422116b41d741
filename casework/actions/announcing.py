"""Telling a unit that there is work: by mail to the unit, without the citizen's words."""

from __future__ import annotations

from datetime import datetime

from casework.bureau import Bureau
from casework.case import Case
from casework.message import Reply
from casework.outbox import OutboxKind
from casework.party import Address, ChannelName, Language
from casework.ports import UnitOfWork
from casework.seal import Seal
from casework.wording import Wording

NOTICE_LANGUAGE: Language = "zh"
"""Units are written to in the language of the house."""


def announce(key: str, uow: UnitOfWork, *, bureau: Bureau, notices: Wording, case: Case, now: datetime) -> None:
    """Queue the notice `key` about a case to its unit; a unit without a mail address sees it in the console only."""
    unit = bureau.unit(case.unit)
    mail = unit.mail or bureau.root.mail
    if not mail:
        return
    facts: dict[str, object] = {
        "reference": case.reference,
        "kind": notices.say(f"kind.{case.kind.value}", NOTICE_LANGUAGE),
        "unit": unit.name.in_(NOTICE_LANGUAGE),
        "due_on": case.due_on.isoformat() if case.due_on else notices.say("no_deadline", NOTICE_LANGUAGE),
    }
    _queue(key, mail, uow, notices=notices, facts=facts, case=case, now=now)


def alert_staff(key: str, uow: UnitOfWork, *, bureau: Bureau, notices: Wording, thread: int, now: datetime) -> None:
    """Queue an urgent notice to the bureau's root unit: somebody may be in danger. Names the thread, not the words."""
    if bureau.root.mail:
        _queue(key, bureau.root.mail, uow, notices=notices, facts={"thread": thread}, case=None, now=now)


def announce_seal(seal: Seal, uow: UnitOfWork, *, bureau: Bureau, notices: Wording, now: datetime) -> None:
    """Mail a seal out of the house, where nobody who can write to the database can change it."""
    if bureau.root.mail:
        on = bureau.calendar.local_date(seal.at).isoformat()
        facts: dict[str, object] = {"number": seal.id, "on": on, "digest": seal.digest, "last": seal.last_event_id}
        _queue("ledger_sealed", bureau.root.mail, uow, notices=notices, facts=facts, case=None, now=now)


def _queue(
    key: str,
    mail: str,
    uow: UnitOfWork,
    *,
    notices: Wording,
    facts: dict[str, object],
    case: Case | None,
    now: datetime,
) -> None:
    uow.outbox.add(
        OutboxKind.NOTICE,
        Address(ChannelName.EMAIL, mail),
        Reply(notices.say(f"{key}.text", NOTICE_LANGUAGE, **facts), key=f"notice.{key}"),
        language=NOTICE_LANGUAGE,
        now=now,
        subject=notices.say(f"{key}.subject", NOTICE_LANGUAGE, **facts),
        case_id=case.id if case else None,
    )
