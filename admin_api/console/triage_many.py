"""Deciding on several waiting messages at once: what was ticked is shown once more, then done, then reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from admin_api.api.paging import MAX_ID
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.console.waiting import Waiting, compose_waiting
from admin_api.errors import AdminRejected
from admin_api.pages import Visit
from admin_api.visits import desk_visit, own_form
from casework.actions.triage import MOST_AT_ONCE, Done, decide_many, put_back
from casework.errors import CaseworkNotFound
from casework.inbox import ClerkDecision, InboxState
from casework.message import InboxId
from casework.ports import UnitOfWork

router = APIRouter(prefix="/triage")
DeskVisit = Annotated[Visit, Depends(desk_visit)]

FOR_MANY: Final = (ClerkDecision.ACCEPT, ClerkDecision.REPLAY, ClerkDecision.REFUSE, ClerkDecision.BLOCK)
_CAN_BE_TAKEN_BACK: Final = (ClerkDecision.REFUSE, ClerkDecision.BLOCK)
Ticked = Annotated[list[int], Form(alias="id", default_factory=list, max_length=MOST_AT_ONCE)]


@router.post("/many", dependencies=[Depends(own_form)])
def decide_on_many(
    visit: DeskVisit,
    ticked: Ticked,
    decision: Annotated[str, Form()] = "",
    was: Annotated[str, Form()] = "",
    confirmed: Annotated[str, Form()] = "",
) -> Response:
    """Ask once more about what was ticked; with `confirmed` do it, and report on each message."""
    chosen, ids = _read(ticked, decision)
    if not confirmed:
        with visit.context.store.read() as uow:
            rows = _rows(ids, uow, visit)
        return show_page(visit, "console/triage_ask.html", room="triage", decision=chosen.value, rows=rows, was=was)

    def record(uow: UnitOfWork) -> Sequence[Done]:
        staff, now = signed_in(visit), visit.context.clock()
        return decide_many(ids, chosen, uow, staff=staff, now=now, was_refused=was == InboxState.REFUSED)

    done = visit.context.store.write(record)
    visit.context.wake()
    return _report(visit, chosen.value, done)


@router.post("/put-back", dependencies=[Depends(own_form)])
def put_many_back(visit: DeskVisit, ticked: Ticked) -> Response:
    """Let what staff refused wait again, and unblock those who were blocked by it."""
    ids = _ids(ticked)
    done = visit.context.store.write(lambda uow: put_back(ids, uow, staff=signed_in(visit), now=visit.context.clock()))
    return _report(visit, "put_back", done)


def _read(ticked: Sequence[int], decision: str) -> tuple[ClerkDecision, Sequence[InboxId]]:
    if decision not in FOR_MANY:
        raise AdminRejected("choose what is to be done with all of them")
    return ClerkDecision(decision), _ids(ticked)


def _ids(ticked: Sequence[int]) -> Sequence[InboxId]:
    ids = [InboxId(one) for one in dict.fromkeys(ticked) if 0 < one <= MAX_ID]
    if not ids:
        raise AdminRejected("tick at least one message")
    return ids


def _rows(ids: Sequence[InboxId], uow: UnitOfWork, visit: Visit) -> Sequence[Waiting]:
    rows = []
    for inbox_id in ids:
        try:
            rows.append(compose_waiting(uow.inbox.get(inbox_id), uow, visit))
        except CaseworkNotFound:
            continue
    return rows


def _report(visit: Visit, what: str, done: Sequence[Done]) -> HTMLResponse:
    with visit.context.store.read() as uow:
        rows = {row.entry.id: row for row in _rows([one.inbox_id for one in done], uow, visit)}
    told = [(one, rows[one.inbox_id]) for one in done if one.inbox_id in rows]
    return show_page(
        visit,
        "console/triage_report.html",
        room="triage",
        what=what,
        succeeded=[row for one, row in told if one.obstacle is None],
        failed=[(one, row) for one, row in told if one.obstacle is not None],
        gone=len(done) - len(told),
        can_undo=what in _CAN_BE_TAKEN_BACK,
    )
