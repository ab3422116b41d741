"""Opening a case, and adding what a citizen writes later to the case it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from casework.actions.announcing import announce
from casework.bureau import Bureau
from casework.case import Case, CaseStatus
from casework.commands import OpenCase
from casework.events import CaseEvent, EventName
from casework.kinds import CaseKind
from casework.message import Message
from casework.ports import UnitOfWork
from casework.references import hash_query_code, make_query_code
from casework.thread import Thread
from casework.wording import Wording


@dataclass(frozen=True, slots=True)
class Office:
    """What every action needs of the bureau: its data, its texts for staff, and the key for query codes."""

    bureau: Bureau
    notices: Wording
    secret: bytes

    def __repr__(self) -> str:
        """Keep the secret out of logs."""
        return f"Office({self.bureau.slug})"


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A new case and the query code, which is told once and stored only as a hash."""

    case: Case
    query_code: str

    def __repr__(self) -> str:
        """Keep the code out of logs."""
        return f"OpenedCase({self.case.reference})"


def open_case(
    command: OpenCase,
    uow: UnitOfWork,
    *,
    office: Office,
    thread: Thread,
    message: Message,
    now: datetime,
) -> OpenedCase:
    """Open a case from a citizen's message, set its deadline, put it before its unit and announce it there.

    The clock starts on the local date of `now`; the day itself is not counted. The full rules of receipt
    (Regulations on Open Government Information, art. 31) come with the regimes.
    """
    code = make_query_code()
    case = _enter(command, code, uow, office=office, thread=thread, now=now)
    uow.threads.set_message_case(message.id, case.id)
    announce("new_case", uow, bureau=office.bureau, notices=office.notices, case=case, now=now)
    return OpenedCase(case, code)


def _enter(command: OpenCase, code: str, uow: UnitOfWork, *, office: Office, thread: Thread, now: datetime) -> Case:
    """The case under its reference, with the first events of its ledger."""
    if thread.address is None or thread.party_id is None:
        raise ValueError("a case is opened from a citizen's thread")
    if command.party_name:
        uow.parties.name_unnamed(thread.party_id, command.party_name)
    bureau = office.bureau
    words = " ".join((command.subject, *command.details.values()))
    unit = bureau.unit(command.unit) if command.unit else bureau.unit_for(command.kind, words)
    channel = thread.address.channel
    facts = {"kind": command.kind.value, "unit": unit.slug, "channel": channel.value}
    opened = CaseEvent(0, EventName.OPENED, now, f"citizen:{thread.party_id}", facts)
    due_on, deadline = _deadline(command.kind, bureau, now)
    return uow.cases.add(
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
        due_on=due_on,
        events=(opened, *deadline),
    )


def add_to_case(case: Case, message: Message, uow: UnitOfWork, *, office: Office, now: datetime) -> Case:
    """Join a citizen's message to a case, tell the unit, and reopen the case when it was closed."""
    uow.threads.set_message_case(message.id, case.id)
    actor = f"citizen:{case.party_id}"
    was_closed = case.status is CaseStatus.CLOSED
    case = uow.cases.append(case.id, EventName.MESSAGE_RECEIVED, at=now, actor=actor, facts={"message": message.id})
    if was_closed:
        case = uow.cases.append(
            case.id,
            EventName.REOPENED,
            at=now,
            actor=actor,
            facts={"because": "citizen_wrote"},
            changes={"disposition": None, "closed_at": None},
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


def _deadline(kind: CaseKind, bureau: Bureau, now: datetime) -> tuple[date | None, tuple[CaseEvent, ...]]:
    """The last day to answer a case of this kind, and the event that sets it; neither when nothing was promised."""
    commitment = bureau.commitments.get(kind)
    if commitment is None:
        return None, ()
    start_on = bureau.calendar.local_date(now)
    due_on = bureau.calendar.due_on(start_on, commitment.limit)
    facts = {
        "start_on": start_on.isoformat(),
        "due_on": due_on.isoformat(),
        "number": commitment.limit.number,
        "unit": commitment.limit.unit.value,
        "basis": commitment.basis.zh,
    }
    return due_on, (CaseEvent(0, EventName.DEADLINE_SET, now, "system", facts),)
