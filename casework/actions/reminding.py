"""Reminding of deadlines: the person, then the unit, then the leader, each once, however long nobody could.

What is due is found by the state of the deadlines that are kept, not by a window of time, so that an outage of any
length loses none. Outside office hours only what is urgent is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from casework.actions.announcing import remind_by_mail
from casework.actions.office import Office
from casework.actions.reckoning import reckon
from casework.case import Case
from casework.case_clock import DUTIES
from casework.events import EventName
from casework.kept_deadline import KeptDeadline
from casework.message import CaseId
from casework.ports import UnitOfWork
from casework.regime import Owed
from casework.reminder import LADDER, Level, Reminder, reminders_due
from casework.staff import Role, Staff

Place = tuple[date, CaseId, str]
AHEAD = max(-rung.working_days for rung in LADDER)
"""So many working days before a deadline the first reminder is due."""
_DUTIES = frozenset(name.value for name in DUTIES)


@dataclass(frozen=True, slots=True)
class Round:
    """What one look over some deadlines did, and where the next one goes on; None when it was the last."""

    sent: int
    after: Place | None


def remind(uow: UnitOfWork, *, office: Office, now: datetime, after: Place | None = None, limit: int = 200) -> Round:
    """Send what is due among the next deadlines in the order of their days, and reckon anew what a day has changed."""
    calendar = office.bureau.calendar
    today = calendar.local_date(now)
    rows = uow.deadlines.running(until=calendar.shift(today, AHEAD), limit=limit, after=after)
    sent_before = uow.deadlines.reminded([case_id for case_id, _ in rows])
    sent = 0
    for case_id, deadline in rows:
        case = uow.cases.get(case_id)
        if _has_passed(deadline, today):
            reckon(case, uow, office=office, now=now)
        if _is_duty(deadline) and (case.urgent or calendar.is_open(now)):
            due = reminders_due(case_id, deadline, sent_before, now=now, today=today, shift=calendar.shift)
            sent += sum(_send(case, reminder, uow, office=office, now=now) for reminder in due)
    last = rows[-1] if len(rows) == limit else None
    return Round(sent, (last[1].due_on or today, last[0], last[1].name) if last else None)


def _is_duty(deadline: KeptDeadline) -> bool:
    return deadline.owed_by == Owed.BUREAU.value and deadline.name.partition(":")[0] in _DUTIES


def _has_passed(deadline: KeptDeadline, today: date) -> bool:
    """Whether its day is over and it is still kept as running: a silent third party ends a pause, too."""
    return deadline.state == "running" and deadline.due_on is not None and deadline.due_on < today


def _send(case: Case, reminder: Reminder, uow: UnitOfWork, *, office: Office, now: datetime) -> bool:
    """Record and queue one reminder; False when another process was quicker."""
    if not uow.deadlines.note_reminder(reminder):
        return False
    facts = {
        "deadline": reminder.name,
        "due_on": reminder.due_on.isoformat(),
        "level": reminder.level.value,
        "moment": reminder.moment.value,
        "late": reminder.late,
    }
    uow.cases.append(case.id, EventName.REMINDED, at=now, actor="system", facts=facts)
    for address in dict.fromkeys(_addresses(case, reminder.level, uow, office=office)):
        remind_by_mail(address, case, reminder, uow, bureau=office.bureau, notices=office.notices, now=now)
    return True


def _addresses(case: Case, level: Level, uow: UnitOfWork, *, office: Office) -> Sequence[str]:
    """Where it goes: to the person in charge or, while there is none, the unit; then the unit; then its head."""
    unit = office.bureau.unit(case.unit)
    of_unit = unit.mail or office.bureau.root.mail
    if level is Level.PERSON:
        person = uow.accounts.get_staff(case.assignee) if case.assignee is not None else None
        return [person.mail if person and person.active and person.mail else of_unit]
    if level is Level.UNIT:
        return [of_unit]
    heads = [one for one in uow.accounts.list_staff() if _heads(one, case, office)]
    return [one.mail for one in heads] or [office.bureau.root.mail or of_unit]


def _heads(one: Staff, case: Case, office: Office) -> bool:
    return one.role is Role.LEADER and one.active and bool(one.mail) and case.unit in office.bureau.under(one.unit)
