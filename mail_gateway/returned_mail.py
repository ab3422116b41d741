"""What follows when another server reports that our mail did not arrive: the address is dead, and the unit is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from casework.actions.announcing import announce
from casework.errors import CaseworkNotFound
from casework.events import EventName
from casework.message import CaseId, ThreadId
from casework.outbox import OutboxEntry
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from mail_gateway.bounces.failures import says_delayed
from mail_gateway.letter import Letter
from mail_gateway.mailboxes import without_addresses
from mail_gateway.parsed_mail import DeliveryFailure
from mail_gateway.seals import SealState
from mail_gateway.understanding import MailRoom


def record_failures(failures: Sequence[DeliveryFailure], uow: UnitOfWork, *, room: MailRoom, now: datetime) -> int:
    """Record failures of mail that bears our seal and went to that address; how many of them are for good.

    Anybody can write a delivery report; only who has our mail knows its sealed Message-ID.
    """
    return sum(_record(failure, uow, room, now) for failure in failures if failure.is_permanent or failure.is_temporary)


def find_returned(letter: Letter, uow: UnitOfWork) -> OutboxEntry | None:
    """The mail of ours whose return address the letter came to; None when it names none that we know."""
    token = letter.returned
    if token is None or token.state is not SealState.VALID or token.outbox_id is None:
        return None
    try:
        entry = uow.outbox.get(token.outbox_id)
    except CaseworkNotFound:
        return None
    return entry if entry.to.channel is ChannelName.EMAIL else None


def record_return(entry: OutboxEntry, letter: Letter, uow: UnitOfWork, *, room: MailRoom, now: datetime) -> bool:
    """Record that a mail of ours did not arrive, whatever its notice can tell of it; whether it failed for good.

    The seal of the return address says which mail and which recipient; what the notice names may be another address.
    """
    final = next((failure for failure in letter.failures if failure.is_permanent), None)
    if final is None and (letter.failures or says_delayed(letter.mail)):
        detail = next((_shown(failure) for failure in letter.failures), "")
        uow.parties.note_failure(entry.to, detail, permanent=False, now=now)
        return False
    detail = _shown(final) if final else ""
    case_id = entry.case_id or (_latest_case(entry.thread_id, uow) if entry.thread_id is not None else None)
    _mark(entry.to, case_id, {"outbox": entry.key, "detail": detail}, uow, room=room, now=now)
    return True


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
    detail = _shown(failure)
    if not failure.is_permanent:
        uow.parties.note_failure(address, detail, permanent=False, now=now)
        return False
    case_id = thread.case_id or _latest_case(thread.id, uow)
    _mark(address, case_id, {"outbox": own.key, "detail": detail}, uow, room=room, now=now)
    return True


def _mark(
    address: Address, case_id: CaseId | None, facts: dict[str, str], uow: UnitOfWork, *, room: MailRoom, now: datetime
) -> None:
    uow.parties.note_failure(address, facts["detail"], permanent=True, now=now)
    uow.parties.set_undeliverable(address, now)
    if case_id is None:
        return
    told = (e.facts for e in uow.cases.events(case_id) if e.name is EventName.REPLY_FAILED)
    if any(known.get("outbox") == facts["outbox"] for known in told):
        # Some servers send a notice twice, and staff was told.
        return
    case = uow.cases.append(case_id, EventName.REPLY_FAILED, at=now, actor="system", facts=facts)
    office = room.office
    announce("delivery_failed", uow, bureau=office.bureau, notices=office.notices, case=case, now=now)


def _shown(failure: DeliveryFailure) -> str:
    """What the other server said, without the addresses that it named."""
    return without_addresses(f"{failure.status} {failure.diagnostic}").strip()[:500]


def _latest_case(thread_id: ThreadId, uow: UnitOfWork) -> CaseId | None:
    return next((case.id for case in uow.cases.of_thread(thread_id)), None)
