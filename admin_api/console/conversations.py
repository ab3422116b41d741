"""One conversation by its number, as urgent notices name it: for the desk, also when no case has come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from admin_api.access import may_read_all
from admin_api.api.schemas.fields import IdPath
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.pages import Visit
from admin_api.visits import desk_visit
from casework.errors import CaseworkNotFound
from casework.message import Message, ThreadId
from casework.thread import Audience

router = APIRouter(prefix="/conversations")
DeskVisit = Annotated[Visit, Depends(desk_visit)]

LATEST: Final = 200
_LONGEST_NUMBER: Final = 12


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message and who said it."""

    message: Message
    author: str


@router.get("")
def find_conversation(visit: DeskVisit, number: str = "") -> Response:
    """To the conversation whose number was typed."""
    typed = number.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST_NUMBER):
        raise CaseworkNotFound("a conversation has a number: see the notice")
    return visit.go(f"/staff/conversations/{int(typed)}")


@router.get("/{thread_id}")
def show_conversation(visit: DeskVisit, thread_id: IdPath) -> HTMLResponse:
    """What was said lately, and the cases of the conversation; CaseworkNotFound."""
    with visit.context.store.read() as uow:
        thread = uow.threads.get(ThreadId(thread_id))
        if thread.audience is Audience.INTERNAL:
            raise CaseworkNotFound(f"there is no conversation {thread_id} with a citizen")
        cases = uow.cases.of_thread(thread.id)
        if not may_read_all(signed_in(visit), cases, visit.context.office.bureau):
            raise CaseworkNotFound(f"there is no conversation {thread_id} that this account may read")
        party = uow.parties.get(thread.party_id) if thread.party_id is not None else None
        names = {staff.id: staff.display_name for staff in uow.accounts.list_staff()}
        said = [
            Spoken(message, names.get(message.staff_id, "") if message.staff_id else "")
            for message in uow.threads.messages(thread.id, after=max(0, thread.last_number - LATEST), limit=LATEST)
        ]
    return show_page(
        visit, "console/conversation.html", room="triage", thread=thread, party=party, said=said, cases=cases
    )
