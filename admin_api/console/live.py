"""The stream of server-sent events that keeps open pages up to date: new work in the queue, news in a case.

An event only says that there is something new; the page then fetches it. So a stream that broke off has nothing to
make up for: on opening it says where the case stands, and the page compares (WHATWG HTML, §9.2).
"""

from __future__ import annotations

import json
from asyncio import timeout
from collections.abc import AsyncIterator
from datetime import timedelta
from time import monotonic
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from admin_api.access import may_see
from admin_api.console.finding import find_case, fingerprint
from admin_api.console.news import LiveNews, News
from admin_api.pages import Visit
from admin_api.visits import find_session, staff_visit
from casework.case import Case
from casework.events import EventName
from casework.rights import Right, has_anywhere
from casework.staff import Staff

router = APIRouter()

BEAT_SECONDS: Final = 15
LONGEST: Final = timedelta(minutes=30)
"""After this a stream ends and the browser opens another, so that none outlives its worker for long."""
ANNOUNCED: Final = frozenset(
    {
        EventName.OPENED,
        EventName.MESSAGE_RECEIVED,
        EventName.TRANSFERRED,
        EventName.REOPENED,
        EventName.REPLY_FAILED,
    }
)
"""What is new work for somebody."""


@router.get("/live")
async def stream_news(
    request: Request, visit: Annotated[Visit, Depends(staff_visit)], case: str = ""
) -> StreamingResponse:
    """News for this account; with `case`, also whatever changes in that case."""
    watched = await run_in_threadpool(_watched_case, visit, case) if case else None
    events = _tell(request, visit, watched)
    return StreamingResponse(
        events, media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"}
    )


def announcement(news: News, staff: Staff, visit: Visit) -> dict[str, object] | None:
    """What a page says of `news`, or None when it is not work for this account."""
    bureau = visit.context.office.bureau
    if news.case_id is None:
        said = {"text": visit.say("live.set_aside"), "href": "/staff/triage", "urgent": False}
        return said if has_anywhere(staff, Right.TRIAGE) else None
    case = news.case
    if case is None or news.name not in ANNOUNCED or news.actor == f"staff:{staff.id}":
        return None
    if not may_see(staff, case, bureau):
        return None
    text = visit.say(f"live.{news.name.value}", kind=visit.say(f"kind.{case.kind.value}"), reference=case.reference)
    return {"text": text, "href": f"/staff/cases/{case.reference}", "urgent": case.urgent}


def _watched_case(visit: Visit, reference: str) -> Case:
    with visit.context.store.read() as uow:
        return find_case(reference, uow, visit=visit)


async def _tell(request: Request, visit: Visit, watched: Case | None) -> AsyncIterator[str]:
    live: LiveNews = request.app.state.live
    ends_at = monotonic() + LONGEST.total_seconds()
    session, checked_at = visit.session, monotonic()
    with live.subscribed(watched.id if watched else None, watched.thread_id if watched else None) as subscription:
        yield "retry: 2000\n\n"
        if watched is not None:
            yield _event("case", await run_in_threadpool(_standing, visit, watched))
        while monotonic() < ends_at:
            if monotonic() - checked_at >= BEAT_SECONDS:
                session, checked_at = await run_in_threadpool(find_session, request, visit.context), monotonic()
            if session is None:
                break
            try:
                async with timeout(BEAT_SECONDS):
                    news = await subscription.waiting.get()
            except TimeoutError:
                yield ": beat\n\n"
                continue
            if news is None:
                break
            if watched is not None and news.case_id == watched.id:
                yield _event("case", await run_in_threadpool(_standing, visit, watched))
            elif (said := announcement(news, session.staff, visit)) is not None:
                yield _event("news", json.dumps(said, ensure_ascii=False))


def _standing(visit: Visit, watched: Case) -> str:
    with visit.context.store.read() as uow:
        return fingerprint(watched, uow)


def _event(name: str, content: str) -> str:
    """One server-sent event; `content` has no line breaks."""
    return f"event: {name}\ndata: {content}\n\n"
