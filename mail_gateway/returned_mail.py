"""What follows when another server reports that our mail did not arrive: the address is dead, and the unit is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from casework.actions.announcing import announce
from casework.errors import CaseworkNotFound
from casework.events import EventName
from casework.message import CaseId, ThreadId
from casework.party import ChannelName
from casework.ports import UnitOfWork
from mail_gateway.mailboxes import without_addresses
from mail_gateway.parsed_mail import DeliveryFailure
from mail_gateway.understanding import MailRoom


def record_failures(failures: Sequence[DeliveryFailure], uow: UnitOfWork, *, room: MailRoom, now: datetime) -> int:
    """Record failures of mail that bears our seal and went to that address; how many of them are for good.

    Anybody can write a delivery report; only who has our mail knows its sealed Message-ID.
    """
    return sum(_record(failure, uow, room, now) for failure in failures if failure.is_permanent or failure.is_temporary)


def _record(failure: DeliveryFailure, uow: UnitOfWork, room: MailRoom, now: datetime) -> bool:
    own = room.seals.read_message_id(failure.original_message_id or "")
    if own is None or own.thread_id is None:
        return False
    try:
        thread = uow.threads.get(own.thread_id)
    except CaseworkNotFound:
        return False
    named = {failure.recipient, failure.final_recipient}
    address = thread.address
    if address is None or address.channel is not ChannelName.EMAIL or address.value not in named:
        return False
    detail = without_addresses(f"{failure.status} {failure.diagnostic}").strip()[:500]
    uow.parties.note_failure(address, detail, permanent=failure.is_permanent, now=now)
    if not failure.is_permanent:
        return False
    uow.parties.set_undeliverable(address, now)
    case_id = thread.case_id or _latest_case(thread.id, uow)
    if case_id is not None:
        facts = {"outbox": own.key, "detail": detail}
        case = uow.cases.append(case_id, EventName.REPLY_FAILED, at=now, actor="system", facts=facts)
        office = room.office
        announce("delivery_failed", uow, bureau=office.bureau, notices=office.notices, case=case, now=now)
    return True


def _latest_case(thread_id: ThreadId, uow: UnitOfWork) -> CaseId | None:
    return next((case.id for case in uow.cases.of_thread(thread_id)), None)
