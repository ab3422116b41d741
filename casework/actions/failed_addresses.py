"""Addresses that our messages did not reach: which cases that concerns, and writing there again on a clerk's word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from casework.case import Case, CaseStatus
from casework.events import EventName
from casework.party import FailedAddress
from casework.ports import UnitOfWork
from casework.staff import Staff

MOST_CASES = 20


def cases_concerned(failed: FailedAddress, uow: UnitOfWork) -> Sequence[Case]:
    """The cases of the citizen behind the address, latest first."""
    party = uow.parties.find(failed.address)
    return uow.cases.of_party(party.id, limit=MOST_CASES) if party else ()


def allow_again(failed_id: int, uow: UnitOfWork, *, staff: Staff, now: datetime) -> FailedAddress:
    """Let messages go to the address again; kept with the address, and told in the ledger of every open case of it."""
    failed = uow.parties.get_failed(failed_id)
    uow.parties.allow_again(failed_id, staff.id, now=now)
    for case in cases_concerned(failed, uow):
        if case.status is not CaseStatus.CLOSED:
            facts = {"channel": failed.address.channel.value, "failed_address": failed.id}
            uow.cases.append(case.id, EventName.ADDRESS_ALLOWED, at=now, actor=f"staff:{staff.id}", facts=facts)
    return uow.parties.get_failed(failed_id)
