"""Addresses that our messages did not reach, and writing there again on a clerk's word."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import OutboxErrand, OutboxReader
from admin_api.api.schemas.failed_addresses import Allowance, FailedAddressView
from admin_api.api.schemas.fields import IdPath, Page, PageQuery
from casework.actions.failed_addresses import allow_again, cases_concerned
from casework.errors import CaseworkNotFound
from casework.party import FailedAddress
from casework.ports import UnitOfWork

router = APIRouter(prefix="/failed-addresses", route_class=BoundedRoute, tags=["outbox"])


@router.get("", operation_id="listFailedAddresses")
def list_failed(wanted: Annotated[PageQuery, Query()], caller: OutboxReader) -> Page[FailedAddressView]:
    """Addresses that were not reached, latest failure first."""
    page = wanted.page()
    with caller.context.store.read() as uow:
        before = _place(page.after, uow) if page.after else None
        found = uow.parties.list_failed(limit=page.limit + 1, before=before)
        items, next_cursor = page.cut(found, lambda failed: failed.id)
        shown = [_view(failed, uow) for failed in items]
    return Page(items=shown, next_cursor=next_cursor)


@router.post("/{failed_id}/allow", operation_id="allowAddress", response_model=FailedAddressView)
def allow_address(failed_id: IdPath, wanted: Allowance, errand: OutboxErrand) -> Response:  # noqa: ARG001 - an empty object
    """Allow messages to an address again; the ledger of its open cases says who did."""
    caller = errand.caller
    return errand.once(lambda uow: _view(allow_again(failed_id, uow, staff=caller.staff, now=caller.now), uow))


def _place(failed_id: int, uow: UnitOfWork) -> tuple[datetime, int] | None:
    try:
        failed = uow.parties.get_failed(failed_id)
    except CaseworkNotFound:
        return None
    return failed.failed_at, failed.id


def _view(failed: FailedAddress, uow: UnitOfWork) -> FailedAddressView:
    return FailedAddressView.of(
        failed,
        stopped_since=uow.parties.undeliverable_since(failed.address),
        cases=[case.reference for case in cases_concerned(failed, uow)],
    )
