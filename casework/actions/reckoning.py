"""Reckoning the deadlines of a case from its ledger, and keeping them beside it, so that what is late is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from casework.actions.office import Office
from casework.bureau import Bureau
from casework.case import Case
from casework.commands import OpenCase
from casework.events import CaseEvent, EventName
from casework.filing import Filing
from casework.kept_deadline import KeptDeadline
from casework.kinds import CaseKind
from casework.party import ChannelName
from casework.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The deadlines of a new case: the one to reply by, all of them, and the events that set them."""

    due_on: date | None
    events: tuple[CaseEvent, ...]
    deadlines: tuple[KeptDeadline, ...]


def file_case(
    command: OpenCase, channel: ChannelName, received_at: datetime, *, office: Office, confirmed: bool, now: datetime
) -> tuple[Filing, Reckoned]:
    """How a case comes in under the law, and its first deadlines."""
    bureau = office.bureau
    received_on = bureau.calendar.local_date(received_at) if confirmed else None
    filing = Filing(
        received_at,
        received_on,
        applicant=command.applicant,
        accused_unit=accused_in(command, bureau),
    )
    commitment = bureau.commitments.get(command.kind)
    if commitment is None or received_on is None:
        return filing, Reckoned(None, (), ())
    due_on = bureau.calendar.due_on(received_on, commitment.limit)
    facts = {
        "start_on": received_on.isoformat(),
        "due_on": due_on.isoformat(),
        "number": commitment.limit.number,
        "unit": commitment.limit.unit.value,
        "basis": commitment.basis.zh,
    }
    event = CaseEvent(0, EventName.DEADLINE_SET, now, "system", facts)
    return filing, Reckoned(due_on, (event,), (KeptDeadline("reply", "bureau", due_on, "running", ""),))


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
    }
    if filing.regime:
        facts["regime"] = filing.regime
    if filing.accused_unit:
        facts["accused_unit"] = filing.accused_unit
    return facts


def reckon(case: Case, uow: UnitOfWork, *, office: Office, now: datetime) -> Case:
    """Reckon every deadline of the case anew and keep them; the case with its date to reply by."""
    return case


def longest_extension(case: Case, office: Office) -> int:
    """How many days more the law allows at most."""
    return 20 if case.kind is CaseKind.DISCLOSURE_APPLICATION else 30
