"""Opening a case, and adding what a citizen writes later to the case it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from casework.actions.announcing import announce
from casework.actions.office import Office
from casework.actions.reckoning import file_case, opening_facts, reckon_first
from casework.case import Case, CaseStatus
from casework.commands import OpenCase
from casework.events import CaseEvent, EventName
from casework.kinds import CaseKind
from casework.message import Message, StaffId
from casework.ports import UnitOfWork
from casework.references import hash_query_code, make_query_code
from casework.signature import signature_of
from casework.thread import Thread


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A new case and the query code, which is told once and stored only as a hash."""

    case: Case
    query_code: str

    def __repr__(self) -> str:
        """Keep the code out of logs."""
        return f"OpenedCase({self.case.reference})"


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a case came in, and whether its receipt is settled."""

    at: datetime
    confirmed: bool = True
    """Both sides have confirmed the receipt, or need not."""
    registered_post: bool = False
    entered_by: StaffId | None = None
    """Who entered what came on paper."""


def open_case(
    command: OpenCase,
    uow: UnitOfWork,
    *,
    office: Office,
    thread: Thread,
    message: Message,
    now: datetime,
    arrival: Arrival | None = None,
) -> OpenedCase:
    """Open a case from a citizen's message, reckon its deadlines, put it before its unit and announce it there.

    `arrival` tells when the message was taken in, which after an outage lies well before `now`: the time that the law
    gives counts from that day, or from that on which both sides confirm the receipt (Regulations on Open Government
    Information (2019), art. 31).
    """
    code = make_query_code()
    case = _enter(command, code, uow, office=office, thread=thread, now=now, arrival=arrival or Arrival(now))
    uow.threads.set_message_case(message.id, case.id)
    announce("new_case", uow, bureau=office.bureau, notices=office.notices, case=case, now=now)
    return OpenedCase(case, code)


def _enter(
    command: OpenCase, code: str, uow: UnitOfWork, *, office: Office, thread: Thread, now: datetime, arrival: Arrival
) -> Case:
    """The case under its reference, with the first events of its ledger and its deadlines."""
    if thread.address is None or thread.party_id is None:
        raise ValueError("a case is opened from a citizen's thread")
    if command.party_name:
        uow.parties.name_unnamed(thread.party_id, command.party_name)
    bureau = office.bureau
    words = " ".join((command.subject, *command.details.values()))
    unit = bureau.unit(command.unit) if command.unit else bureau.unit_for(command.kind, words)
    channel = thread.address.channel
    filing = file_case(
        command,
        arrival.at,
        office=office,
        confirmed=arrival.confirmed,
        registered_post=arrival.registered_post,
    )
    facts = {"kind": command.kind.value, "unit": unit.slug, "channel": channel.value, **opening_facts(filing)}
    facts |= {"entered_by": f"staff:{arrival.entered_by}"} if arrival.entered_by is not None else {}
    opened = CaseEvent(0, EventName.OPENED, now, f"citizen:{thread.party_id}", facts)
    reckoned = reckon_first(command.kind, channel, filing, opened, office=office, now=now)
    case = uow.cases.add(
        command.kind,
        prefix=bureau.reference_prefix,
        subject=command.subject[:200],
        party_id=thread.party_id,
        thread_id=thread.id,
        channel=channel,
        language=thread.language,
        unit=unit.slug,
        now=now,
        year=bureau.calendar.local_date(now).year,
        urgent=command.kind is CaseKind.CRIME_REPORT,
        anonymous=command.anonymous,
        query_code_hash=hash_query_code(code, office.secret),
        details=dict(command.details),
        due_on=reckoned.due_on,
        events=(opened, *reckoned.events),
        filing=filing,
    )
    uow.deadlines.replace(case.id, reckoned.deadlines)
    uow.signatures.add(case.id, signature_of(words))
    return case


def add_to_case(
    case: Case,
    message: Message,
    uow: UnitOfWork,
    *,
    office: Office,
    now: datetime,
    reopens: bool = True,
    facts: Mapping[str, object] | None = None,
) -> Case:
    """Join a citizen's message to a case, tell the unit, and reopen the case when it was closed.

    `facts` are told in the ledger beside the message: of what came on paper, who entered it.
    """
    uow.threads.set_message_case(message.id, case.id)
    actor = f"citizen:{case.party_id}"
    was_closed = reopens and case.status is CaseStatus.CLOSED
    told = {"message": message.id, **(facts or {})}
    case = uow.cases.append(case.id, EventName.MESSAGE_RECEIVED, at=now, actor=actor, facts=told)
    if was_closed:
        case = uow.cases.append(
            case.id,
            EventName.REOPENED,
            at=now,
            actor=actor,
            facts={"because": "citizen_wrote"},
            changes={"disposition": None, "closed_at": None, "closed_on": None},
        )
    announce("message_received", uow, bureau=office.bureau, notices=office.notices, case=case, now=now)
    return case


def record_edit(original: Message, edit: Message, uow: UnitOfWork, *, now: datetime) -> None:
    """Note on the case of a message, when it has one, that the citizen corrected it."""
    if original.case_id is None:
        return
    case = uow.cases.get(original.case_id)
    uow.threads.set_message_case(edit.id, case.id)
    facts = {"message": original.id, "edit": edit.id}
    uow.cases.append(case.id, EventName.MESSAGE_EDITED, at=now, actor=f"citizen:{case.party_id}", facts=facts)
