"""Cases: the queue, one case with everything about it, and who was given it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from admin_api.api.authentication import Caller
from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import CasesReader
from admin_api.api.case_view import compose_case
from admin_api.api.paging import compose_cursor
from admin_api.api.schemas.cases import CaseDetail, CaseFilter, CaseSummary
from admin_api.api.schemas.fields import Page, ReferencePath
from admin_api.api.schemas.moves import AssignmentHistory, AssignmentView
from admin_api.api.sight import get_case
from admin_api.files import compose_download
from admin_api.packing import hand_out_pack
from casework.events import EventName
from casework.likely import likely_unlinked
from casework.message import StaffId
from casework.ports import QueueFilter
from casework.rights import may_know_writer, sight_of
from knowledge.likeness import alike

router = APIRouter(prefix="/cases", route_class=BoundedRoute)


@router.get("", operation_id="listCases", tags=["cases"])
def list_cases(wanted: Annotated[CaseFilter, Query()], caller: CasesReader) -> Page[CaseSummary]:
    """Cases as they should be taken: urgent first, then by deadline, then by age.

    The queue moves while it is read: a case that changes its place between two pages may be missed or seen twice. For
    a complete account read the audit events.
    """
    page, query = wanted.page(), _query_of(wanted, caller)
    if query.units == ():
        return Page(items=[])
    with caller.context.store.read() as uow:
        found = uow.cases.queue(query, limit=page.limit + 1, after=page.after)
    next_cursor = compose_cursor(page.after + page.limit) if len(found) > page.limit else None
    return Page(items=[CaseSummary.of(case, caller.today) for case in found[: page.limit]], next_cursor=next_cursor)


@router.get("/{reference}", operation_id="getCase", tags=["cases"])
def show_case(reference: ReferencePath, caller: CasesReader, response: Response) -> CaseDetail:
    """One case with its events, its deadline and all that was said about it; its version is the ETag."""
    with caller.context.store.read() as uow:
        case = get_case(uow, reference, caller)
        response.headers["ETag"] = f'"{case.version}"'
        named = may_know_writer(caller.staff, case, caller.bureau)
        likely = likely_unlinked(case, uow, likeness=alike, staff=caller.staff, bureau=caller.bureau, now=caller.now)
        return compose_case(uow, case, today=caller.today, named=named, likely=likely)


@router.get(
    "/{reference}/pack",
    operation_id="getCasePack",
    tags=["cases"],
    response_class=Response,
    responses={200: {"content": {"application/zip": {"example": "the bytes of the file"}}}},
)
def send_pack(
    reference: ReferencePath,
    caller: CasesReader,
    *,
    names: Annotated[bool, Query(description="With who wrote, where the account may see it.")] = True,
) -> Response:
    """Everything about a case in one ZIP that can be checked without us; 403 without the right to verify ledgers."""
    context = caller.context
    with context.store.read() as uow:
        case = get_case(uow, reference, caller)
        pack = hand_out_pack(
            case, uow, context.blobs, staff=caller.staff, office=context.office, names=names, now=caller.now
        )
    return compose_download(f"{case.reference}.zip", "application/zip", pack)


@router.get("/{reference}/assignments", operation_id="listAssignments", tags=["assignments"])
def list_assignments(reference: ReferencePath, caller: CasesReader) -> AssignmentHistory:
    """Everybody and every unit that was given the case, in order."""
    with caller.context.store.read() as uow:
        events = uow.cases.events(get_case(uow, reference, caller).id)
    moved = [event for event in events if event.name in (EventName.ASSIGNED, EventName.TRANSFERRED)]
    return AssignmentHistory(items=[AssignmentView.of(event) for event in moved])


def _query_of(wanted: CaseFilter, caller: Caller) -> QueueFilter:
    return QueueFilter(
        statuses=tuple(wanted.status) or None,
        kinds=tuple(wanted.kind) or None,
        units=tuple(dict.fromkeys(slug for unit in wanted.unit for slug in caller.bureau.under(unit))) or None,
        sight=sight_of(caller.staff, caller.bureau),
        assignee=StaffId(wanted.assignee) if wanted.assignee is not None else None,
        unassigned=wanted.unassigned,
        words=wanted.q.strip(),
    )
