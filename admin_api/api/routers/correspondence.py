"""Threads, messages and the files that came with them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from admin_api.api.bounded_route import BoundedRoute
from admin_api.api.callers import CasesReader
from admin_api.api.schemas.correspondence import MessageView, ThreadView
from admin_api.api.schemas.fields import IdPath, Page, PageQuery
from admin_api.api.sight import ThreadSight, get_message, look_at_thread
from admin_api.files import compose_download
from casework.message import Message, MessageId, ThreadId

router = APIRouter(route_class=BoundedRoute)

Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", examples=["9f86d081884c7d659a2feaa0c55ad015" + "a" * 32])]


@router.get("/threads/{thread_id}", operation_id="getThread", tags=["threads"])
def show_thread(thread_id: IdPath, caller: CasesReader) -> ThreadView:
    """One correspondence, and the cases that it is about as far as the key sees them."""
    with caller.context.store.read() as uow:
        sight = look_at_thread(uow, ThreadId(thread_id), caller)
    return ThreadView.of(sight.thread, cases=[case.reference for case in sight.cases], named=sight.named)


@router.get("/threads/{thread_id}/messages", operation_id="listMessages", tags=["threads"])
def list_messages(thread_id: IdPath, wanted: Annotated[PageQuery, Query()], caller: CasesReader) -> Page[MessageView]:
    """Messages of a thread in order."""
    page = wanted.page()
    with caller.context.store.read() as uow:
        sight = look_at_thread(uow, ThreadId(thread_id), caller)
        found = uow.threads.messages(sight.thread.id, after=page.after, limit=page.limit + 1)
    items, next_cursor = page.cut(found, lambda message: message.number)
    return Page(items=[_view(message, sight) for message in items if sight.shows(message)], next_cursor=next_cursor)


@router.get("/messages/{message_id}", operation_id="getMessage", tags=["messages"])
def show_message(message_id: IdPath, caller: CasesReader) -> MessageView:
    """One message."""
    with caller.context.store.read() as uow:
        return _view(*get_message(uow, MessageId(message_id), caller))


@router.get(
    "/messages/{message_id}/attachments/{sha256}",
    operation_id="downloadAttachment",
    tags=["messages"],
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"example": "the bytes of the file"}}}},
)
def download_attachment(message_id: IdPath, sha256: Digest, caller: CasesReader) -> Response:
    """The bytes of a file, to be saved and never shown in a browser."""
    with caller.context.store.read() as uow:
        message, _ = get_message(uow, MessageId(message_id), caller)
        attachment = uow.threads.get_attachment(message.id, sha256)
    data = caller.context.blobs.get(attachment.sha256)
    return compose_download(attachment.name, attachment.content_type, data)


def _view(message: Message, sight: ThreadSight) -> MessageView:
    references = {case.id: case.reference for case in sight.cases}
    case = references.get(message.case_id) if message.case_id is not None else None
    return MessageView.of(message, case=case, named=sight.named)
