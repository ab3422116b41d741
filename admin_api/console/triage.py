"""Messages that wait for a person, held because somebody must decide or shunted because we failed; and refused ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, Response

from admin_api.api.paging import MAX_ID
from admin_api.api.schemas.fields import IdPath
from admin_api.console.finding import signed_in
from admin_api.console.frame import show_page
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminRejected
from admin_api.files import compose_download
from admin_api.pages import Visit
from admin_api.visits import desk_visit, own_form
from casework.actions.triage import decide, is_from_blocked
from casework.case import Case
from casework.errors import CaseworkConflict, CaseworkError, CaseworkNotFound
from casework.inbox import DECIDABLE, WAITING, ClerkDecision, InboxEntry, InboxState
from casework.message import InboxId
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from casework.references import parse_reference
from casework.wording import Wording

router = APIRouter(prefix="/triage")
_log = structlog.get_logger()
DeskVisit = Annotated[Visit, Depends(desk_visit)]

PAGE_SIZE: Final = 25
TABS: Final = {"waiting": WAITING, "refused": (InboxState.REFUSED,)}
_SHOWN_OF_SOURCE: Final = 8_000
_LETTER_POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message that waits or was refused, as its row and its page show it."""

    entry: InboxEntry
    sender: str
    subject: str
    text: str
    reasons: Sequence[str]
    guess: Case | None
    source: str
    """The beginning of the raw mail, when nothing could be read of it."""

    @property
    def has_html(self) -> bool:
        """Whether there is a sanitised HTML part to look at."""
        return bool(self.entry.reading and self.entry.reading.safe_html)


@router.get("")
def show_waiting(visit: DeskVisit, view: str = "waiting", after: Annotated[int, Query(le=MAX_ID)] = 0) -> HTMLResponse:
    """Everything that waits, or all that was refused, latest first."""
    tab = view if view in TABS else "waiting"
    with visit.context.store.read() as uow:
        entries = uow.inbox.list(TABS[tab], limit=PAGE_SIZE + 1, after=max(after, 0))
        rows = [_view(entry, uow, visit) for entry in entries[:PAGE_SIZE]]
        counts = {state.value: uow.inbox.count(state) for state in DECIDABLE}
        blocked = uow.doors.list_blocked()
    tabs = {name: sum(counts[state.value] for state in states) for name, states in TABS.items()}
    return show_page(
        visit,
        "console/triage.html",
        room="triage",
        rows=rows,
        counts=counts,
        tab=tab,
        tabs=tabs,
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
        f'<!doctype html><meta charset="utf-8"><title>{inbox_id}</title>{reading.safe_html}',
        headers={
            "content-security-policy": _LETTER_POLICY,
            "x-frame-options": "SAMEORIGIN",
            "cache-control": "private, no-store",
        },
    )


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
    chosen = ClerkDecision(decision) if decision in list(ClerkDecision) else None
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
    except CaseworkConflict as error:
        return _show(visit, inbox_id, fault="conflict", error=error)
    context.wake()
    return visit.go(f"/staff/triage?done={chosen.value}")


def _show(
    visit: Visit, inbox_id: int, *, fault: str = "", typed: str = "", error: Exception | None = None
) -> HTMLResponse:
    with visit.context.store.read() as uow:
        row = _view(uow.inbox.get(InboxId(inbox_id)), uow, visit)
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


def _view(entry: InboxEntry, uow: UnitOfWork, visit: Visit) -> Waiting:
    reading, message, raw = entry.reading, entry.message, entry.raw_mail
    words: Wording = visit.request.app.state.reasons
    reasons = [words.texts[visit.language].get(reason, reason) for reason in entry.reasons]
    if not reasons and entry.error:
        reasons = [visit.say("triage.our_failure", error=entry.error)]
    source = ""
    if raw is not None and not (reading and (reading.text or reading.safe_html)):
        source = raw.data[:_SHOWN_OF_SOURCE].decode("utf-8", "replace")
    return Waiting(
        entry=entry,
        sender=(reading.sender if reading else "")
        or (raw.mail_from if raw else "")
        or (message.sender_name or "" if message else ""),
        subject=reading.subject if reading else "",
        text=(reading.text if reading else "") or (message.text if message else ""),
        reasons=reasons,
        guess=_guess(entry, uow),
        source=source,
    )


def _guess(entry: InboxEntry, uow: UnitOfWork) -> Case | None:
    if entry.reading is None or entry.reading.guess is None:
        return None
    try:
        return uow.cases.get(entry.reading.guess)
    except CaseworkError:
        return None
