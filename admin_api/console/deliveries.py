"""What could not be delivered: to whom, what the other side said, and trying again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, Response

from admin_api.access import may_see
from admin_api.api.paging import MAX_ID
from admin_api.api.schemas.fields import IdPath
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.pages import Visit, local_path
from admin_api.visits import NotAllowed, desk_visit, own_form, staff_visit
from casework.case import Case
from casework.outbox import OutboxEntry, OutboxId, OutboxState
from casework.ports import UnitOfWork
from casework.rights import Right, has_anywhere, may_know_writer

router = APIRouter(prefix="/outbox")

PAGE_SIZE: Final = 25
TABS: Final[Mapping[str, tuple[OutboxState, ...]]] = {
    "failed": (OutboxState.FAILED,),
    "due": (OutboxState.DUE, OutboxState.SENDING),
    "withheld": (OutboxState.WITHHELD,),
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One entry of the outbox and every try that was made."""

    entry: OutboxEntry
    case: Case | None
    named: bool
    """Whether the address may be shown."""
    receipts: Sequence[Mapping[str, object]]


@router.get("")
def show_deliveries(
    visit: Annotated[Visit, Depends(desk_visit)], view: str = "failed", after: Annotated[int, Query(le=MAX_ID)] = 0
) -> HTMLResponse:
    """Failed entries, or those that still wait."""
    tab = view if view in TABS else "failed"
    with visit.context.store.read() as uow:
        entries = uow.outbox.list(TABS[tab], limit=PAGE_SIZE + 1, after=max(after, 0))
        rows = [_view(entry, uow, visit) for entry in entries[:PAGE_SIZE]]
        counts = {name: sum(uow.outbox.count(state) for state in states) for name, states in TABS.items()}
    older = entries[PAGE_SIZE - 1].id if len(entries) > PAGE_SIZE else None
    return show_page(visit, "console/outbox.html", room="outbox", rows=rows, counts=counts, tab=tab, older=older)


@router.post("/{outbox_id}/retry", dependencies=[Depends(own_form)])
def retry(
    visit: Annotated[Visit, Depends(staff_visit)], outbox_id: IdPath, back: Annotated[str, Form()] = ""
) -> Response:
    """Make a failed entry due again; a clerk only those of the own cases. CaseworkConflict when it did not fail."""
    context, staff = visit.context, signed_in(visit)

    def make_due(uow: UnitOfWork) -> None:
        entry = uow.outbox.get(OutboxId(outbox_id))
        case = uow.cases.get(entry.case_id) if entry.case_id is not None else None
        if not has_anywhere(staff, Right.OUTBOX) and (case is None or not may_see(staff, case, context.office.bureau)):
            raise NotAllowed
        uow.outbox.retry(entry.id, now=context.clock())

    context.store.write(make_due)
    context.wake()
    return visit.go(local_path(back, "/staff/outbox?done=retry"))


def _view(entry: OutboxEntry, uow: UnitOfWork, visit: Visit) -> Delivery:
    case = uow.cases.get(entry.case_id) if entry.case_id is not None else None
    named = case is None or may_know_writer(signed_in(visit), case, visit.context.office.bureau)
    return Delivery(entry, case, named, uow.outbox.receipts(entry.id))
