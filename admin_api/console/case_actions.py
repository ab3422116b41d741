"""What a clerk does on the page of a case. Every form says which version of the case it was made from.

When somebody else changed the case meanwhile, nothing is done: the page comes back with what is new marked and with
everything that was typed still in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.responses import Response

from admin_api.access import may_see
from admin_api.console.attachments import seal, unseal
from admin_api.console.case_page import Refused, compose_case_page
from admin_api.console.finding import find_case, signed_in
from admin_api.console.refusals import why_refused
from admin_api.error_handlers import problem_of
from admin_api.errors import AdminConflict, AdminRejected
from admin_api.files import keep_uploads
from admin_api.pages import Visit
from admin_api.visits import own_form, staff_visit
from casework.actions.assignment import assign, give_back, take_over, transfer
from casework.actions.closure import close, reopen
from casework.actions.correspondence import add_note, reply_to_citizen
from casework.actions.stepping import Walker
from casework.case import Case
from casework.disposition import Disposition
from casework.errors import CaseworkConflict, CaseworkRejected
from casework.events import EventName
from casework.message import Attachment, StaffId
from casework.ports import UnitOfWork
from casework.rights import Right, require

router = APIRouter(prefix="/cases/{reference}", dependencies=[Depends(own_form)])
StaffVisit = Annotated[Visit, Depends(staff_visit)]
Text = Annotated[str, Form()]
Version = Annotated[int, Form()]

LONGEST_TEXT: Final = 20_000
NOT_NEWS: Final = frozenset({EventName.REPLY_DELIVERED, EventName.REPLY_REPEATED})
"""What the machines add by themselves after a reply; no reason to think again."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One form as it was sent."""

    visit: Visit
    reference: str
    form: str
    version: int
    right: Right | None = None
    """What the account must be allowed to do; None where the step itself looks."""
    typed: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


@router.post("/reply")
def reply(
    visit: StaffVisit,
    reference: str,
    version: Version,
    text: Text = "",
    kept: Annotated[list[str] | None, Form()] = None,
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Answer the citizen, with files."""
    context = visit.context
    attachments = unseal(kept or (), context.office.secret) + keep_uploads(files or (), context.blobs)
    sent = Sent(visit, reference, "reply", version, Right.WRITE, {"text": text}, attachments)
    staff, now = signed_in(visit), context.clock()
    return carry_out(
        sent,
        lambda case, uow: reply_to_citizen(case, text, uow, staff=staff, now=now, attachments=attachments),
        fault=_fault_of(text),
    )


@router.post("/note")
def note(visit: StaffVisit, reference: str, version: Version, text: Text = "") -> Response:
    """Write a note for colleagues."""
    staff, now = signed_in(visit), visit.context.clock()
    return carry_out(
        Sent(visit, reference, "note", version, Right.WRITE, {"text": text}),
        lambda case, uow: add_note(case, text, uow, staff=staff, now=now),
        fault=_fault_of(text),
    )


@router.post("/take-over")
def speak(visit: StaffVisit, reference: str, version: Version) -> Response:
    """Take the conversation over: the assistant is silent."""
    staff, now = signed_in(visit), visit.context.clock()
    return carry_out(
        Sent(visit, reference, "take_over", version, Right.WRITE),
        lambda case, uow: take_over(case, uow, staff=staff, now=now),
    )


@router.post("/give-back")
def fall_silent(visit: StaffVisit, reference: str, version: Version) -> Response:
    """Give the conversation back to the assistant."""
    staff, now = signed_in(visit), visit.context.clock()
    return carry_out(
        Sent(visit, reference, "give_back", version, Right.WRITE),
        lambda case, uow: give_back(case, uow, staff=staff, now=now),
    )


@router.post("/assign")
def hand_to(visit: StaffVisit, reference: str, version: Version, to: Text = "") -> Response:
    """Give the case to a colleague who sees it."""
    staff, now = signed_in(visit), visit.context.clock()

    def work(case: Case, uow: UnitOfWork) -> None:
        colleague = uow.accounts.get_staff(StaffId(int(to)))
        if not may_see(colleague, case, visit.context.office.bureau):
            raise CaseworkRejected("this colleague does not see cases of that unit: transfer the case instead")
        assign(case, colleague, uow, by=staff, now=now)

    fault = "" if to.isascii() and to.isdigit() and len(to) < 10 else "choose"
    return carry_out(Sent(visit, reference, "assign", version, Right.ASSIGN, {"to": to}), work, fault=fault)


@router.post("/transfer")
def hand_over(visit: StaffVisit, reference: str, version: Version, unit: Text = "", reason: Text = "") -> Response:
    """Hand the case to another unit, with the reason."""
    context, staff, now = visit.context, signed_in(visit), visit.context.clock()
    known = unit in {one.slug for one in context.office.bureau.units}
    return carry_out(
        Sent(visit, reference, "transfer", version, Right.TRANSFER, {"unit": unit, "reason": reason}),
        lambda case, uow: transfer(case, unit, reason, uow, office=context.office, by=staff, now=now),
        fault="choose" if not known else "reason" if not reason.strip() else _fault_of(reason),
        leaves=True,
    )


@router.post("/close")
def end(visit: StaffVisit, reference: str, version: Version, disposition: Text = "", reason: Text = "") -> Response:
    """Close the case with a disposition that its kind allows."""
    known = disposition in list(Disposition)
    return carry_out(
        Sent(visit, reference, "close", version, Right.CLOSE, {"disposition": disposition, "reason": reason}),
        lambda case, uow: close(case, Disposition(disposition), _walker(uow, visit), reason=reason),
        fault="" if known else "choose",
    )


@router.post("/reopen")
def open_again(visit: StaffVisit, reference: str, version: Version, reason: Text = "") -> Response:
    """Open a closed case again, with the reason."""
    return carry_out(
        Sent(visit, reference, "reopen", version, Right.REOPEN, {"reason": reason}),
        lambda case, uow: reopen(case, reason, _walker(uow, visit)),
        fault="" if reason.strip() else "reason",
    )


def _walker(uow: UnitOfWork, visit: Visit) -> Walker:
    return Walker(uow, visit.context.office, signed_in(visit), visit.context.clock())


def carry_out(
    sent: Sent,
    work: Callable[[Case, UnitOfWork], object],
    *,
    fault: str = "",
    leaves: bool = False,
    done: str = "",
    run: Callable[[Callable[[UnitOfWork], Case | None]], Case | None] | None = None,
) -> Response:
    """Do `work` on the case under its lock, unless the form has a fault or the case has moved on.

    With `leaves` the case may be out of the clerk's sight afterwards; `done` is what the next page tells. `run` runs
    the unit of work, where more than the store has a part in it.
    """
    context = sent.visit.context
    if fault:
        return give_back_form(sent, fault, AdminRejected())

    def attempt(uow: UnitOfWork) -> Case | None:
        case = uow.cases.get(find_case(sent.reference, uow, visit=sent.visit).id, lock=True)
        if sent.right is not None:
            require(signed_in(sent.visit), sent.right, case, context.office.bureau)
        if _has_moved_on(case, sent.version, uow):
            return None
        work(case, uow)
        return uow.cases.get(case.id)

    try:
        case = run(attempt) if run is not None else context.store.write(attempt)
    except CaseworkRejected as error:
        return give_back_form(sent, "rejected", error)
    except CaseworkConflict as error:
        return give_back_form(sent, "conflict", error)
    if case is None:
        return give_back_form(sent, "stale", AdminConflict())
    context.wake()
    if leaves and not may_see(signed_in(sent.visit), case, context.office.bureau):
        return sent.visit.go(f"/staff/queue?done={done or sent.form}")
    return sent.visit.go(f"/staff/cases/{case.reference}?done={done or sent.form}")


def _has_moved_on(case: Case, version: int, uow: UnitOfWork) -> bool:
    """Whether something happened since the page was made that its reader should know before acting."""
    if case.version == version:
        return False
    return any(event.number > version and event.name not in NOT_NEWS for event in uow.cases.events(case.id))


def give_back_form(sent: Sent, fault: str, error: Exception) -> Response:
    """The page of the case with everything that was typed, and why the form was not carried out."""
    secret = sent.visit.context.office.secret
    refused = Refused(
        sent.form,
        fault,
        sent.typed,
        tuple((seal(attachment, secret), attachment.name) for attachment in sent.attachments),
        sent.version if fault == "stale" else None,
        why_refused(error, sent.visit),
    )
    return compose_case_page(sent.visit, sent.reference, status=problem_of(error).status, refused=refused)


def _fault_of(text: str) -> str:
    if not text.strip():
        return "empty"
    return "long" if len(text) > LONGEST_TEXT else ""
