"""The queue: which cases wait, the urgent first, then the nearest deadline; filters, search and paging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from admin_api.access import units_seen_by
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.deadline import Deadline, deadline_of
from admin_api.pages import Visit
from admin_api.visits import staff_visit
from casework.bureau import Unit
from casework.case import Case, CaseStatus
from casework.kinds import CaseKind
from casework.likely import mark_likely
from casework.ports import QueueFilter, UnitOfWork
from casework.rights import may_know_writer, sight_of
from knowledge.likeness import alike

router = APIRouter()

PAGE_SIZE: Final = 25
LAST_PAGE: Final = 400
MOST_SHOWN: Final = PAGE_SIZE * LAST_PAGE
"""Of more cases nobody turns the pages, and counting them would take longer than showing them."""
OPEN: Final = (CaseStatus.NEW, CaseStatus.IN_PROGRESS, CaseStatus.WAITING)
TABS: Final = ("open", "mine", "unassigned", "closed", "all")


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case as the queue shows it."""

    case: Case
    deadline: Deadline
    unit: str
    party: str | None
    """None when the account may not see who wrote."""
    assignee: str | None
    likely: str
    """Reference of another case that is likely of the same matter; empty without one."""


@dataclass(frozen=True, slots=True)
class QueueTab:
    """One slice of the queue and how many cases are in it."""

    name: str
    count: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class QueueWish:
    """What the form of the queue asks for, as it was sent."""

    tab: str = "open"
    kind: str = ""
    status: str = ""
    unit: str = ""
    words: str = ""
    page: int = 1

    def href(self, **changes: str | int) -> str:
        """The address of the queue with some of it changed; the page starts anew unless it is given."""
        wish = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type] # names of fields, as above
        named = {"view": wish.tab, "kind": wish.kind, "status": wish.status, "unit": wish.unit, "q": wish.words}
        query = {name: value for name, value in named.items() if value and (name, value) != ("view", "open")}
        if wish.page > 1:
            query["page"] = str(wish.page)
        return "/staff/queue" + (f"?{urlencode(query)}" if query else "")


def read_wish(
    view: str = "open", kind: str = "", status: str = "", unit: str = "", q: str = "", page: int = 1
) -> QueueWish:
    """The wish in the address; what it does not know is taken as no filter."""
    return QueueWish(
        tab=view if view in TABS else "open",
        kind=kind if kind in list(CaseKind) else "",
        status=status if status in list(CaseStatus) else "",
        unit=unit[:100],
        words=q.strip()[:100],
        page=min(max(page, 1), LAST_PAGE),
    )


@router.get("/queue")
def show_queue(
    visit: Annotated[Visit, Depends(staff_visit)], wish: Annotated[QueueWish, Depends(read_wish)]
) -> HTMLResponse:
    """A page of the queue."""
    with visit.context.store.read() as uow:
        wanted = filter_of(wish, visit)
        count = uow.cases.count(wanted, most=MOST_SHOWN)
        cases = uow.cases.queue(wanted, limit=PAGE_SIZE, after=(wish.page - 1) * PAGE_SIZE)
        rows = _rows(cases, uow, visit=visit)
        tabs = _tabs(wish, uow, visit=visit)
    last = min(LAST_PAGE, max(1, -(-count // PAGE_SIZE)))
    return show_page(
        visit,
        "console/queue.html",
        room="queue",
        rows=rows,
        tabs=tabs,
        wish=wish,
        count=shown_count(count),
        last=last,
        kinds=list(CaseKind),
        statuses=list(CaseStatus),
        units=units_to_choose(visit),
    )


def filter_of(wish: QueueWish, visit: Visit) -> QueueFilter:
    """What to ask the store for, within what this account may see."""
    staff, bureau = signed_in(visit), visit.context.office.bureau
    return QueueFilter(
        statuses=(CaseStatus(wish.status),) if wish.status else _STATUSES_OF_TAB.get(wish.tab, OPEN),
        kinds=(CaseKind(wish.kind),) if wish.kind else None,
        units=bureau.under(wish.unit) if wish.unit else None,
        sight=sight_of(staff, bureau),
        assignee=staff.id if wish.tab == "mine" else None,
        unassigned=wish.tab == "unassigned",
        words=wish.words,
    )


def shown_count(count: int) -> str:
    """A count as the page says it: 10000+ where counting ended."""
    return str(count) if count <= MOST_SHOWN else f"{MOST_SHOWN}+"


def units_to_choose(visit: Visit) -> Sequence[Unit]:
    """The units that this account can filter by."""
    bureau = visit.context.office.bureau
    seen = units_seen_by(signed_in(visit), bureau)
    return [unit for unit in bureau.units if seen is None or unit.slug in seen]


_STATUSES_OF_TAB: Mapping[str, tuple[CaseStatus, ...] | None] = {"closed": (CaseStatus.CLOSED,), "all": None}


def _tabs(wish: QueueWish, uow: UnitOfWork, *, visit: Visit) -> list[QueueTab]:
    return [
        QueueTab(
            name,
            shown_count(uow.cases.count(filter_of(QueueWish(tab=name), visit), most=MOST_SHOWN)),
            wish.href(tab=name, status=""),
            current=name == wish.tab,
        )
        for name in TABS
    ]


def _rows(cases: Sequence[Case], uow: UnitOfWork, *, visit: Visit) -> list[QueueRow]:
    bureau, staff = visit.context.office.bureau, signed_in(visit)
    today = bureau.calendar.local_date(visit.context.clock())
    new = [case for case in cases if case.status is CaseStatus.NEW]
    likely = mark_likely(new, uow, likeness=alike, staff=staff, bureau=bureau, now=visit.context.clock())
    names = {colleague.id: colleague.display_name for colleague in uow.accounts.list_staff()}
    return [
        QueueRow(
            case=case,
            deadline=deadline_of(case, today),
            unit=bureau.unit(case.unit).name.in_(visit.language),
            party=(uow.parties.get(case.party_id).name or "") if may_know_writer(staff, case, bureau) else None,
            assignee=names.get(case.assignee) if case.assignee is not None else None,
            likely=likely[case.id].case.reference if case.id in likely else "",
        )
        for case in cases
    ]
