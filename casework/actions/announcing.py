"""Telling a unit that there is work: by mail to the unit, without the citizen's words.

A notice leaves at once. What comes before it has left joins it, so that a unit that gets a hundred letters in a minute
gets a few mails and not a hundred. What is urgent always has a mail of its own.
"""

from __future__ import annotations

from datetime import datetime

from casework.bureau import Bureau
from casework.case import Case
from casework.message import Reply
from casework.outbox import OutboxKind
from casework.party import Address, ChannelName, Language
from casework.ports import UnitOfWork
from casework.reminder import Reminder
from casework.seal import Seal
from casework.wording import Wording

NOTICE_LANGUAGE: Language = "zh"
"""Units are written to in the language of the house."""
_JOINABLE = frozenset({"new_case", "message_received", "transferred"})
_TAKING_MORE = frozenset(f"notice.{key}" for key in _JOINABLE)
"""Reply keys of notices that others may join."""


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
    if key in _JOINABLE and not case.urgent and _join(key, mail, uow, notices=notices, facts=facts):
        return
    _queue(key, mail, uow, notices=notices, facts=facts, case=case, now=now)


def remind_by_mail(
    address: str,
    case: Case,
    reminder: Reminder,
    uow: UnitOfWork,
    *,
    bureau: Bureau,
    notices: Wording,
    now: datetime,
) -> None:
    """Queue a reminder of a deadline; an address that is missing is told nothing, the console shows it anyway."""
    if not address:
        return
    facts: dict[str, object] = {
        "reference": case.reference,
        "kind": notices.say(f"kind.{case.kind.value}", NOTICE_LANGUAGE),
        "unit": bureau.unit(case.unit).name.in_(NOTICE_LANGUAGE),
        "deadline": notices.say(f"deadline.{reminder.name.partition(':')[0]}", NOTICE_LANGUAGE),
        "due_on": reminder.due_on.isoformat(),
        "late": notices.say("reminder_late", NOTICE_LANGUAGE) if reminder.late else "",
    }
    _queue(f"reminder_{reminder.moment.value}", address, uow, notices=notices, facts=facts, case=case, now=now)


def alert_staff(key: str, uow: UnitOfWork, *, bureau: Bureau, notices: Wording, thread: int, now: datetime) -> None:
    """Queue an urgent notice to the bureau's root unit: somebody may be in danger. Names the thread, not the words."""
    if bureau.root.mail:
        _queue(key, bureau.root.mail, uow, notices=notices, facts={"thread": thread}, case=None, now=now)


def _join(key: str, mail: str, uow: UnitOfWork, *, notices: Wording, facts: dict[str, object]) -> bool:
    """Name the case in a notice that has not left yet, if there is one."""
    named = notices.say(f"{key}.subject", NOTICE_LANGUAGE, **facts)
    return uow.outbox.join_notice(
        Address(ChannelName.EMAIL, mail),
        notices.say("several.more", NOTICE_LANGUAGE, subject=named),
        subject=notices.say("several.subject", NOTICE_LANGUAGE, unit=facts["unit"]),
        keys=_TAKING_MORE,
    )


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
        Reply(notices.say(f"{key}.text", NOTICE_LANGUAGE, **facts), key=_reply_key(key, case)),
        language=NOTICE_LANGUAGE,
        now=now,
        subject=notices.say(f"{key}.subject", NOTICE_LANGUAGE, **facts),
        case_id=case.id if case else None,
    )


def _reply_key(key: str, case: Case | None) -> str:
    return f"notice.{key}.urgent" if case is not None and case.urgent else f"notice.{key}"
