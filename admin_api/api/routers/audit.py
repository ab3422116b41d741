"""The audit trail: every event of every case, and the proof that a ledger is as it was written."""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile
from typing import Annotated

from fastapi import APIRouter, Query

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import AuditReader
from admin_api.api.schemas.audit import AuditEvent, ChainReport
from admin_api.api.schemas.fields import Page, PageQuery, ReferencePath
from admin_api.api.sight import get_case
from casework.events import broken_links

UNSETTLED_FOR = timedelta(seconds=10)
"""On PostgreSQL an event may become visible after one with a higher number; none takes so long."""

router = APIRouter(prefix="/audit", route_class=BoundedRoute, tags=["audit"])


@router.get("/events", operation_id="listAuditEvents")
def list_events(wanted: Annotated[PageQuery, Query()], caller: AuditReader) -> Page[AuditEvent]:
    """Events of all cases in the order in which they were written; ask for the last page again to read on later.

    Events of the last ten seconds come with the next page: their numbers are given before they are committed.
    """
    page = wanted.page()
    settled = caller.context.clock() - UNSETTLED_FOR
    with caller.context.store.read() as uow:
        read = uow.cases.all_events(after=page.after, limit=page.limit + 1)
        found = list(takewhile(lambda row: row[2].at <= settled, read))
        items, next_cursor = page.cut(found, lambda row: row[0])
        references = {case_id: uow.cases.get(case_id).reference for case_id in {row[1] for row in items}}
    shown = [AuditEvent.of_case(event_id, references[case_id], event) for event_id, case_id, event in items]
    return Page(items=shown, next_cursor=next_cursor)


@router.get("/cases/{reference}", operation_id="verifyCase")
def verify_case(reference: ReferencePath, caller: AuditReader) -> ChainReport:
    """Whether the ledger of a case is whole, and what is wrong with it."""
    with caller.context.store.read() as uow:
        case = get_case(uow, reference, caller)
        events = uow.cases.events(case.id)
    broken = broken_links(events)
    return ChainReport(case=case.reference, events=len(events), is_whole=not broken, broken_links=list(broken))
