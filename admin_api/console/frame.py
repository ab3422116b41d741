"""What every console page has around its subject: the way to the other rooms, and how much waits in each."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi.responses import HTMLResponse

from admin_api.console.finding import signed_in
from admin_api.pages import Visit
from casework.inbox import InboxState
from casework.outbox import OutboxState
from casework.rights import Right, has_anywhere


@dataclass(frozen=True, slots=True)
class Rooms:
    """Which rooms an account may enter, and what waits there."""

    desk: bool
    administrator: bool
    paper: bool = False
    figures: bool = False
    triage: int = 0
    failed: int = 0


def show_page(visit: Visit, template: str, *, room: str, status: int = 200, **facts: object) -> HTMLResponse:
    """A console page in its frame; `room` is marked in the navigation. `?done=` of an accepted form is told on top."""
    done = visit.request.query_params.get("done", "")
    told = visit.say_or(f"done.{done}", "") if done.replace("_", "").isalpha() else ""
    return visit.show(template, status=status, room=room, rooms=_rooms(visit), done=told, **facts)


def _rooms(visit: Visit) -> Rooms:
    staff = signed_in(visit)
    if not has_anywhere(staff, Right.TRIAGE):
        return Rooms(
            desk=False,
            administrator=False,
            paper=has_anywhere(staff, Right.ENTER_PAPER),
            figures=has_anywhere(staff, Right.SEE_FIGURES),
        )
    with visit.context.store.read() as uow:
        waiting = uow.inbox.count(InboxState.HELD, archived=False) + uow.inbox.count(InboxState.SHUNTED)
        failed = uow.outbox.count(OutboxState.FAILED)
    return Rooms(
        desk=True,
        administrator=has_anywhere(staff, Right.ACCOUNTS),
        paper=has_anywhere(staff, Right.ENTER_PAPER),
        figures=has_anywhere(staff, Right.SEE_FIGURES),
        triage=waiting,
        failed=failed,
    )
