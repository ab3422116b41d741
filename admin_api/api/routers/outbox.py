"""What we promised to send: states, receipts, and another try for what failed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import OutboxErrand, OutboxReader
from admin_api.api.case_view import reference_of
from admin_api.api.schemas.fields import IdPath, Page
from admin_api.api.schemas.outbox import OutboxDetail, OutboxFilter, OutboxSummary, Retry
from casework.outbox import OutboxId, OutboxState
from casework.ports import UnitOfWork

router = APIRouter(prefix="/outbox", route_class=BoundedRoute, tags=["outbox"])


@router.get("", operation_id="listOutbox")
def list_outbox(wanted: Annotated[OutboxFilter, Query()], caller: OutboxReader) -> Page[OutboxSummary]:
    """Entries in these states, latest first."""
    page = wanted.page()
    with caller.context.store.read() as uow:
        found = uow.outbox.list(wanted.state or list(OutboxState), limit=page.limit + 1, after=page.after)
        items, next_cursor = page.cut(found, lambda entry: entry.id)
        shown = [OutboxSummary.of(entry, case=reference_of(uow, entry.case_id)) for entry in items]
    return Page(items=shown, next_cursor=next_cursor)


@router.get("/{outbox_id}", operation_id="getOutboxEntry")
def show_entry(outbox_id: IdPath, caller: OutboxReader) -> OutboxDetail:
    """One entry with its words and the receipt of every try."""
    with caller.context.store.read() as uow:
        return _detail(uow, OutboxId(outbox_id))


@router.post("/{outbox_id}/retry", operation_id="retryOutboxEntry", response_model=OutboxDetail)
def retry_entry(outbox_id: IdPath, wanted: Retry, errand: OutboxErrand) -> Response:  # noqa: ARG001 - an empty object
    """Make a failed entry due again."""

    def work(uow: UnitOfWork) -> OutboxDetail:
        uow.outbox.retry(OutboxId(outbox_id), now=errand.caller.now)
        return _detail(uow, OutboxId(outbox_id))

    return errand.once(work)


def _detail(uow: UnitOfWork, outbox_id: OutboxId) -> OutboxDetail:
    entry = uow.outbox.get(outbox_id)
    return OutboxDetail.with_receipts(entry, uow.outbox.receipts(entry.id), case=reference_of(uow, entry.case_id))
