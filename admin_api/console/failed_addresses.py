"""Addresses that our messages did not reach: what the other side said, whom it concerns, and writing there again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from admin_api.api.paging import MAX_ID
from admin_api.api.schemas.fields import IdPath
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.pages import Visit
from admin_api.visits import desk_visit, own_form
from casework.actions.failed_addresses import allow_again, cases_concerned
from casework.case import Case
from casework.errors import CaseworkNotFound
from casework.party import FailedAddress
from casework.ports import UnitOfWork
from casework.rights import may_know_writer

router = APIRouter(prefix="/failed-addresses")
_log = structlog.get_logger()
DeskVisit = Annotated[Visit, Depends(desk_visit)]
PAGE_SIZE: Final = 25


@dataclass(frozen=True, slots=True)
class FailedRow:
    """One address with whom it concerns."""

    failed: FailedAddress
    stopped_since: datetime | None
    """Since when nothing arrives there, as far as we know; None when it may be written to."""
    cases: Sequence[Case]
    allowed_by: str
    is_named: bool
    """Whether the address may be shown."""


@router.get("")
def show_failed(visit: DeskVisit, after: Annotated[int, Query(le=MAX_ID)] = 0) -> HTMLResponse:
    """Every address that was not reached, latest failure first."""
    with visit.context.store.read() as uow:
        before = _place(after, uow) if after > 0 else None
        found = uow.parties.list_failed(limit=PAGE_SIZE + 1, before=before)
        rows = [_row(failed, uow, visit) for failed in found[:PAGE_SIZE]]
    older = found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None
    return show_page(visit, "console/failed_addresses.html", room="outbox", rows=rows, older=older)


@router.post("/{failed_id}/allow", dependencies=[Depends(own_form)])
def allow(visit: DeskVisit, failed_id: IdPath) -> Response:
    """Write to an address again; CaseworkNotFound."""
    staff = signed_in(visit)
    visit.context.store.write(lambda uow: allow_again(failed_id, uow, staff=staff, now=visit.context.clock()))
    _log.info("address allowed again", action="address.allowed", failed_address=failed_id, by=staff.id)
    return visit.go("/staff/failed-addresses?done=allow")


def _place(after: int, uow: UnitOfWork) -> tuple[datetime, int] | None:
    try:
        failed = uow.parties.get_failed(after)
    except CaseworkNotFound:
        return None
    return failed.failed_at, failed.id


def _row(failed: FailedAddress, uow: UnitOfWork, visit: Visit) -> FailedRow:
    cases = cases_concerned(failed, uow)
    names = {int(staff.id): staff.display_name for staff in uow.accounts.list_staff()} if failed.allowed_by else {}
    return FailedRow(
        failed=failed,
        stopped_since=uow.parties.undeliverable_since(failed.address),
        cases=cases,
        allowed_by=names.get(failed.allowed_by, "") if failed.allowed_by else "",
        is_named=all(may_know_writer(signed_in(visit), case, visit.context.office.bureau) for case in cases),
    )
