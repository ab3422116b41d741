"""Reckoning the deadlines of a case from its ledger, and keeping them beside it, so that what is late is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from casework.actions.office import Office
from casework.bureau import Bureau
from casework.case import Case, CaseStatus
from casework.case_clock import keep, next_of, reckon_deadlines, regime_of, slug_for
from casework.clocks.deadline import Deadline
from casework.commands import OpenCase
from casework.events import CaseEvent, EventName
from casework.filing import Filing
from casework.kept_deadline import KeptDeadline
from casework.kinds import CaseKind
from casework.party import ChannelName
from casework.ports import UnitOfWork
from casework.regime import RuleUnit


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The deadlines of a new case: the one that the bureau owes next, all of them, and the event that sets it."""

    due_on: date | None
    events: tuple[CaseEvent, ...]
    deadlines: tuple[KeptDeadline, ...]


def file_case(
    command: OpenCase,
    received_at: datetime,
    *,
    office: Office,
    confirmed: bool,
    registered_post: bool = False,
) -> Filing:
    """How a case comes in under the law of the day."""
    bureau = office.bureau
    day = bureau.calendar.local_date(received_at)
    return Filing(
        received_at,
        day if confirmed else None,
        regime=slug_for(command.kind, day),
        applicant=command.applicant,
        accused_unit=accused_in(command, bureau),
        registered_post=registered_post,
    )


def reckon_first(
    kind: CaseKind, channel: ChannelName, filing: Filing, opened: CaseEvent, *, office: Office, now: datetime
) -> Reckoned:
    """The first deadlines of a case that is being opened."""
    bureau = office.bureau
    today = bureau.calendar.local_date(now)
    found = reckon_deadlines(kind, channel, filing.regime, (opened,), bureau, today=today)
    next_one = next_of(found)
    if next_one is None:
        return Reckoned(None, (), keep(found))
    event = CaseEvent(0, EventName.DEADLINE_SET, now, "system", deadline_facts(next_one, filing.received_on))
    return Reckoned(next_one.due_on, (event,), keep(found))


def deadline_facts(deadline: Deadline, start_on: date | None) -> Mapping[str, object]:
    """What the ledger keeps of a deadline that is set: what, until when, and on what ground."""
    rule = deadline.rule
    return {
        "name": deadline.name.value,
        "start_on": start_on.isoformat() if start_on else "",
        "due_on": deadline.due_on.isoformat() if deadline.due_on else "",
        "number": rule.number or 0,
        "unit": "working_day" if rule.unit is RuleUnit.WORKING_DAY else "calendar_day",
        "basis": rule.words.zh,
        "article": rule.article,
    }


def accused_in(command: OpenCase, bureau: Bureau) -> str | None:
    """The unit that a complaint is about, when it is one of ours: the bureau as a whole is not kept from its mail."""
    if command.kind is not CaseKind.COMPLAINT or command.accused is None:
        return None
    known = {unit.slug for unit in bureau.units} - {bureau.root.slug}
    return command.accused if command.accused in known else None


def opening_facts(filing: Filing) -> Mapping[str, object]:
    """What the first event of the ledger tells of how the case came in."""
    facts: dict[str, object] = {
        "received_at": filing.received_at.isoformat(),
        "confirmed": filing.received_on is not None,
        "regime": filing.regime,
    }
    if filing.accused_unit:
        facts["accused_unit"] = filing.accused_unit
    if filing.registered_post:
        facts["registered_post"] = True
    return facts


def reckon(case: Case, uow: UnitOfWork, *, office: Office, now: datetime) -> Case:
    """Reckon every deadline of the case anew and keep them; the case with what the bureau owes next.

    The ledger says so when that date moves; a case that is closed keeps the last one.
    """
    events = uow.cases.events(case.id)
    today = office.bureau.calendar.local_date(now)
    found = reckon_deadlines(case.kind, case.channel, case.regime, events, office.bureau, today=today)
    uow.deadlines.replace(case.id, keep(found))
    next_one = next_of(found)
    due_on = next_one.due_on if next_one else None
    if case.status is CaseStatus.CLOSED or due_on == case.due_on or not case.regime:
        return case
    facts = deadline_facts(next_one, case.received_on) if next_one else {"due_on": "", "because": "nothing_owed"}
    return uow.cases.append(
        case.id, EventName.DEADLINE_SET, at=now, actor="system", facts=facts, changes={"due_on": due_on}
    )


def longest_extension(case: Case, office: Office) -> int:
    """How many days more the law allows at most."""
    regime = regime_of(case.kind, case.regime, office.bureau)
    rule = regime.rule("extension") if regime else None
    return rule.cap or 0 if rule else 0
