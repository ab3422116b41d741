"""Messages that wait for a person, held because somebody must decide or shunted because we failed; and refused ones."""

from __future__ import annotations

import hmac
from typing import Annotated, Final
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, Response

from admin_api.api.paging import MAX_ID
from admin_api.api.schemas.fields import IdPath
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.console.waiting import compose_waiting, reasons_for_choice, with_pictures
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminRejected
from admin_api.files import compose_download
from admin_api.pages import Visit
from admin_api.visits import desk_visit, own_form
from casework.actions.triage import LeftElsewhere, decide, is_from_blocked
from casework.errors import CaseworkConflict, CaseworkNotFound
from casework.inbox import DECIDABLE, WAITING, ClerkDecision, InboxState, files_of
from casework.message import InboxId
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from casework.references import parse_reference

router = APIRouter(prefix="/triage")
_log = structlog.get_logger()
DeskVisit = Annotated[Visit, Depends(desk_visit)]

PAGE_SIZE: Final = 25
TABS: Final = {"waiting": WAITING, "archive": WAITING, "refused": (InboxState.REFUSED,)}
ARCHIVED: Final = {"waiting": False, "archive": True}
"""What was old when it came stands apart, so that it does not bury what came today."""
KINDS: Final = {"held": (InboxState.HELD,), "shunted": (InboxState.SHUNTED,)}
_SINGLE: Final = (*(one for one in ClerkDecision if one is not ClerkDecision.SPLIT),)
_LETTER_POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
_LETTER_STYLE: Final = "body{font:16px/1.7 sans-serif;margin:12px;overflow-wrap:anywhere}img{max-width:100%}"


@router.get("")
def show_waiting(
    visit: DeskVisit,
    view: str = "waiting",
    after: Annotated[int, Query(le=MAX_ID)] = 0,
    *,
    kind: str = "",
    reason: Annotated[str, Query(max_length=80)] = "",
    sender: Annotated[str, Query(max_length=120)] = "",
    ticked: Annotated[bool, Query(alias="all")] = False,
    undo: Annotated[int, Query(le=MAX_ID)] = 0,
) -> HTMLResponse:
    """What waits, of today or of an archive, or was refused, latest first; narrowed by kind, reason and sender."""
    tab = view if view in TABS else "waiting"
    archived = ARCHIVED.get(tab)
    states = KINDS[kind] if tab == "waiting" and kind in KINDS else TABS[tab]
    wanted = {"kind": kind if kind in KINDS else "", "reason": reason.strip(), "sender": sender.strip()}
    with visit.context.store.read() as uow:
        entries = uow.inbox.list(
            states,
            limit=PAGE_SIZE + 1,
            after=max(after, 0),
            reason=wanted["reason"],
            sender=wanted["sender"],
            archived=archived,
        )
        rows = [compose_waiting(entry, uow, visit) for entry in entries[:PAGE_SIZE]]
        tabs = {
            name: {state.value: uow.inbox.count(state, archived=ARCHIVED.get(name)) for state in of_tab}
            for name, of_tab in TABS.items()
        }
        reasons = reasons_for_choice(uow.inbox.reasons(states, archived=archived), visit)
        blocked = uow.doors.list_blocked()
    return show_page(
        visit,
        "console/triage.html",
        room="triage",
        rows=rows,
        counts=tabs[tab],
        tab=tab,
        tabs={name: sum(counts.values()) for name, counts in tabs.items()},
        wanted=wanted,
        query=urlencode({"view": tab, **{name: value for name, value in wanted.items() if value}}),
        reasons=reasons,
        ticked=ticked,
        undo=undo,
        after=max(after, 0),
        older=entries[PAGE_SIZE - 1].id if len(entries) > PAGE_SIZE else None,
        blocked=blocked,
    )


@router.post("/unblock", dependencies=[Depends(own_form)])
def unblock(visit: DeskVisit, channel: Annotated[str, Form()] = "", address: Annotated[str, Form()] = "") -> Response:
    """Accept messages from an address again."""
    if channel not in list(ChannelName) or not address.strip():
        raise AdminRejected("name the channel and the address that is to be unblocked")
    visit.context.store.write(lambda uow: uow.doors.unblock_sender(Address(ChannelName(channel), address)))
    _log.info("sender unblocked", action="triage.unblocked", channel=channel, by=signed_in(visit).id)
    return visit.go("/staff/triage?done=unblock")


@router.get("/{inbox_id}")
def show_message(visit: DeskVisit, inbox_id: IdPath) -> HTMLResponse:
    """One message, whole; CaseworkNotFound."""
    return _show(visit, inbox_id)


@router.get("/{inbox_id}/letter")
def show_letter(visit: DeskVisit, inbox_id: IdPath) -> HTMLResponse:
    """The sanitised HTML of a letter, for the frame in its page: no script, no address outside, nothing to send."""
    with visit.context.store.read() as uow:
        reading = uow.inbox.get(InboxId(inbox_id)).reading
    if reading is None or not reading.safe_html:
        raise CaseworkNotFound(f"message {inbox_id} has no HTML part")
    return HTMLResponse(
        f'<!doctype html><meta charset="utf-8"><title>{inbox_id}</title><style>{_LETTER_STYLE}</style>'
        f"{with_pictures(reading, visit.context.blobs)}",
        headers={
            "content-security-policy": _LETTER_POLICY,
            "x-frame-options": "SAMEORIGIN",
            "cache-control": "private, no-store",
        },
    )


@router.get("/{inbox_id}/attachments/{sha256}")
def send_attachment(visit: DeskVisit, inbox_id: IdPath, sha256: str) -> Response:
    """A file that came with the message, to be saved; CaseworkNotFound."""
    with visit.context.store.read() as uow:
        files = files_of(uow.inbox.get(InboxId(inbox_id)))
    attachment = next((one for one in files if hmac.compare_digest(one.sha256.encode(), sha256.encode())), None)
    if attachment is None:
        raise CaseworkNotFound(f"message {inbox_id} has no such attachment")
    return compose_download(attachment.name, attachment.content_type, visit.context.blobs.get(attachment.sha256))


@router.get("/{inbox_id}/source")
def send_source(visit: DeskVisit, inbox_id: IdPath) -> Response:
    """The raw mail, to be saved."""
    with visit.context.store.read() as uow:
        raw = uow.inbox.get(InboxId(inbox_id)).raw_mail
    if raw is None:
        raise CaseworkNotFound(f"message {inbox_id} is not a mail")
    return compose_download(f"message-{inbox_id}.eml", "message/rfc822", raw.data)


@router.post("/{inbox_id}/decision", dependencies=[Depends(own_form)])
def decide_on(
    visit: DeskVisit,
    inbox_id: IdPath,
    decision: Annotated[str, Form()] = "",
    reference: Annotated[str, Form()] = "",
    was: Annotated[str, Form()] = "",
) -> Response:
    """A clerk's word: the worker carries it out, refusing ends the message here. `was` is the state that was seen."""
    context, staff = visit.context, signed_in(visit)
    chosen = ClerkDecision(decision) if decision in _SINGLE else None
    canonical = parse_reference(reference, context.office.bureau.reference_prefix) if reference.strip() else None
    if chosen is None:
        return _show(visit, inbox_id, fault="choose", error=AdminRejected())

    def record(uow: UnitOfWork) -> str:
        if chosen is ClerkDecision.JOIN and (canonical is None or uow.cases.find(canonical) is None):
            return "reference"
        is_heard = chosen in (ClerkDecision.ACCEPT, ClerkDecision.JOIN)
        if is_heard and is_from_blocked(uow.inbox.get(InboxId(inbox_id)), uow):
            return "blocked"
        decide(
            InboxId(inbox_id),
            chosen,
            uow,
            staff=staff,
            now=context.clock(),
            reference=canonical,
            was_refused=was == InboxState.REFUSED,
        )
        return ""

    try:
        if fault := context.store.write(record):
            return _show(visit, inbox_id, fault=fault, typed=reference, error=AdminRejected())
    except LeftElsewhere as error:
        return _show(visit, inbox_id, fault="left_elsewhere", error=error)
    except CaseworkConflict as error:
        return _show(visit, inbox_id, fault="conflict", error=error)
    context.wake()
    is_over = chosen in (ClerkDecision.REFUSE, ClerkDecision.BLOCK)
    return visit.go(f"/staff/triage?done={chosen.value}" + (f"&undo={inbox_id}" if is_over else ""))


def _show(
    visit: Visit, inbox_id: int, *, fault: str = "", typed: str = "", error: Exception | None = None
) -> HTMLResponse:
    with visit.context.store.read() as uow:
        row = compose_waiting(uow.inbox.get(InboxId(inbox_id)), uow, visit)
    return show_page(
        visit,
        "console/triage_message.html",
        room="triage",
        status=problem_of(error).status if error else 200,
        row=row,
        fault=fault,
        typed=typed,
        open=row.entry.state in DECIDABLE,
        is_refused=row.entry.state is InboxState.REFUSED,
    )
