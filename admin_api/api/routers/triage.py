"""Held, shunted and refused messages, and a clerk's word on them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import TriageErrand, TriageReader
from admin_api.api.case_view import reference_of
from admin_api.api.schemas.fields import IdPath, Page
from admin_api.api.schemas.triage import NewDecision, TriageDetail, TriageFilter, TriageSummary
from admin_api.api.sight import get_case
from admin_api.files import compose_download
from casework.actions.triage import decide
from casework.errors import CaseworkNotFound, CaseworkRejected
from casework.inbox import ClerkDecision, InboxEntry, files_of
from casework.message import InboxId
from casework.ports import UnitOfWork

router = APIRouter(prefix="/triage", route_class=BoundedRoute, tags=["triage"])


@router.get("", operation_id="listTriage")
def list_triage(wanted: Annotated[TriageFilter, Query()], caller: TriageReader) -> Page[TriageSummary]:
    """Held and shunted messages, latest first; refused ones when they are asked for."""
    page = wanted.page()
    with caller.context.store.read() as uow:
        found = uow.inbox.list(
            wanted.state,
            limit=page.limit + 1,
            after=page.after,
            reason=wanted.reason.strip(),
            sender=wanted.sender.strip(),
            archived=wanted.archived,
        )
        items, next_cursor = page.cut(found, lambda entry: entry.id)
        shown = [TriageSummary.of(entry, guess=_guess(uow, entry)) for entry in items]
    return Page(items=shown, next_cursor=next_cursor)


@router.get("/{inbox_id}", operation_id="getTriage")
def show_triage(inbox_id: IdPath, caller: TriageReader) -> TriageDetail:
    """One message with what could be read of it, and how far it has come since."""
    with caller.context.store.read() as uow:
        return _detail(uow, InboxId(inbox_id))


@router.get(
    "/{inbox_id}/mail",
    operation_id="downloadMail",
    response_class=Response,
    responses={200: {"content": {"message/rfc822": {"example": "Subject: …"}}}},
)
def download_mail(inbox_id: IdPath, caller: TriageReader) -> Response:
    """The mail as it came, to be saved."""
    with caller.context.store.read() as uow:
        entry = uow.inbox.get(InboxId(inbox_id))
    if entry.raw_mail is None:
        raise CaseworkNotFound(f"message {inbox_id} did not come by mail")
    return compose_download(f"{inbox_id}.eml", "message/rfc822", entry.raw_mail.data)


@router.get(
    "/{inbox_id}/attachments/{sha256}",
    operation_id="downloadHeldAttachment",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"example": "…"}}}},
)
def download_attachment(
    inbox_id: IdPath, sha256: Annotated[str, Path(max_length=64, examples=["9f86d081"])], caller: TriageReader
) -> Response:
    """A file that came with a message, to be saved."""
    with caller.context.store.read() as uow:
        entry = uow.inbox.get(InboxId(inbox_id))
    attachment = next((one for one in files_of(entry) if one.sha256 == sha256), None)
    if attachment is None:
        raise CaseworkNotFound(f"message {inbox_id} has no such attachment")
    return compose_download(attachment.name, attachment.content_type, caller.context.blobs.get(attachment.sha256))


@router.post("/{inbox_id}/decision", operation_id="decideTriage", response_model=TriageDetail)
def decide_triage(inbox_id: IdPath, wanted: NewDecision, errand: TriageErrand) -> Response:
    """Record the decision; the worker carries it out. `replay` tries a shunted message again, as it came."""
    caller = errand.caller

    def work(uow: UnitOfWork) -> TriageDetail:
        if wanted.decision is ClerkDecision.SPLIT:
            raise CaseworkRejected("a letter is split by `/api/v1/triage/{id}/split`, which says how")
        reference = _case_to_join(uow, wanted, errand)
        decide(
            InboxId(inbox_id),
            wanted.decision,
            uow,
            staff=caller.staff,
            now=caller.now,
            reference=reference,
            was_refused=wanted.was_refused,
        )
        return _detail(uow, InboxId(inbox_id))

    return errand.once(work)


def _case_to_join(uow: UnitOfWork, wanted: NewDecision, errand: TriageErrand) -> str | None:
    if wanted.reference is None:
        return None
    if wanted.decision is not ClerkDecision.JOIN:
        raise CaseworkRejected("a reference goes with the decision `join` alone")
    try:
        return get_case(uow, wanted.reference, errand.caller).reference
    except CaseworkNotFound as error:
        raise CaseworkRejected(str(error)) from error


def _detail(uow: UnitOfWork, inbox_id: InboxId) -> TriageDetail:
    entry = uow.inbox.get(inbox_id)
    return TriageDetail.of(entry, guess=_guess(uow, entry), shown=lambda case_id: reference_of(uow, case_id))


def _guess(uow: UnitOfWork, entry: InboxEntry) -> str | None:
    return reference_of(uow, entry.reading.guess) if entry.reading else None
