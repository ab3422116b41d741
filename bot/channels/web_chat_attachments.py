"""Files in the web chat: sent ahead of the message that names them, and given out for saving only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from python_multipart.exceptions import MultipartParseError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.types import Message

from bot.channels.web_chat_conversations import COOKIE
from bot.channels.web_chat_json import HEADERS, encode
from bot.channels.web_chat_problems import ChatRefused, Refusal
from bot.channels.web_chat_requests import MAX_ATTACHMENTS, MAX_CHARACTERS, read_body
from bot.channels.web_chat_room import ChatRoom
from casework.attaching import download_headers, keep_file
from casework.message import Attachment
from casework.ports import BlobStore

MAX_FILE = 20_000_000
MAX_FIELD = 1_400_000
"""Octets of one field of a form: the longest message, every octet of it escaped."""
_ENVELOPE = 1_500_000
"""Octets that a form may need beside its files."""


def add_attachment_routes(router: APIRouter, room: ChatRoom) -> None:
    """Sending and fetching files."""

    @router.post("/chat/conversations/{conversation}/attachments", status_code=201)
    async def send_file(request: Request, conversation: str) -> Response:
        """Keep one file (the part `file` of a multipart form, at most 20 MB); its id is named in a message later."""
        await room.admission.admit(request, conversation)
        form = await read_form(request, most=1)
        if len(form.files) != 1:
            raise ChatRefused(Refusal.NO_FILE)
        [(name, data)] = form.files
        upload_id, file = await room.keep_file(conversation, lambda: keep_chosen(name, data, room.chat.blobs))
        members = {"id": upload_id, "name": file.name, "content_type": file.content_type, "size": file.size}
        return Response(encode(members), 201, HEADERS, "application/json")

    @router.get("/chat/conversations/{conversation}/attachments/{sha256}")
    async def fetch_file(request: Request, conversation: str, sha256: str) -> Response:
        """A file of this conversation, to be saved; the page without scripts is known by its cookie."""
        mine, _, token = request.cookies.get(COOKIE, "").partition(".")
        if mine != conversation or not await room.admission.holds(conversation, token):
            await room.admission.admit(request, conversation)
        file, data = await room.fetch_file(conversation, sha256)
        return Response(data, headers=download_headers(file.name, file.content_type))


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent with a form, read whole."""

    fields: Mapping[str, str]
    files: tuple[tuple[str, bytes], ...]
    """Name and bytes of each part `file`; parts of a form that were left empty are no files."""

    def __repr__(self) -> str:
        """Keep the citizen's words out of logs."""
        return f"Form({len(self.files)} files, …)"


async def read_form(request: Request, *, most: int) -> Form:
    """A form whose files, at most `most` and each of at most 20 MB, have at most 20 MB together."""
    body = await read_body(request, MAX_FILE + _ENVELOPE, Refusal.FILE_TOO_LARGE)

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        parts = Request(request.scope, replay).form(max_files=most, max_fields=20, max_part_size=MAX_FIELD)
        async with parts as form:
            fields = {name: part for name, part in form.multi_items() if isinstance(part, str)}
            uploads = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
            files = tuple([(part.filename or "", await part.read()) for part in uploads])
    except (MultiPartException, MultipartParseError, HTTPException) as error:
        raise _refusal_of_form(error) from error
    if any(len(data) > MAX_FILE for _, data in files):
        raise ChatRefused(Refusal.FILE_TOO_LARGE, megabytes=MAX_FILE // 1_000_000)
    return Form(fields, tuple((name, data) for name, data in files if name or data))


def _refusal_of_form(error: Exception) -> ChatRefused:
    said = str(getattr(error, "detail", "") or getattr(error, "message", "") or error)
    if "exceeded" in said:
        return ChatRefused(Refusal.TEXT_TOO_LONG, most=MAX_CHARACTERS)
    if "Too many files" in said:
        return ChatRefused(Refusal.TOO_MANY_ATTACHMENTS, most=MAX_ATTACHMENTS)
    return ChatRefused(Refusal.NO_FILE)


def keep_chosen(name: str, data: bytes, blobs: BlobStore) -> Attachment:
    """The attachment that a chosen file becomes; one without content is a slip of the finger."""
    if not data:
        raise ChatRefused(Refusal.EMPTY_FILE)
    return keep_file(name, data, blobs)
