"""Which sites may show the chat in a frame, the script that does so there, and the page's own files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from bot.channels.web_chat_drawing import script_texts
from bot.channels.web_chat_problems import ChatRefused, Refusal
from bot.channels.web_chat_room import ChatRoom
from casework.party import LANGUAGES

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors "
)
_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file of the page, kept in memory."""

    data: bytes
    content_type: str
    etag: str


def headers_of_page(ancestors: Sequence[str]) -> dict[str, str]:
    """The headers of the page, which only these origins may frame; none when there are none."""
    headers = {
        "content-security-policy": _POLICY + (" ".join(ancestors) or "'none'"),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "cache-control": "no-store",
        "vary": "Cookie, Accept-Language",
    }
    return headers if ancestors else {**headers, "x-frame-options": "DENY"}


def add_frame_routes(router: APIRouter, room: ChatRoom) -> None:
    """The page's files, and the script for other sites."""
    bureau, wording = room.chat.bureau, room.chat.wording

    @router.get("/chat/embed.js")
    async def embed(request: Request) -> Response:
        """A script that adds the chat to a page of the sites that the bureau lists; elsewhere it does nothing."""
        given = {
            "origins": list(bureau.embed_origins),
            "texts": {language: json.loads(script_texts(wording, language)) for language in LANGUAGES},
        }
        script = static_file("embed.js").data.decode().rstrip().removesuffix(";")
        made = f"{script}({json.dumps(given, ensure_ascii=False)});\n".encode()
        return _compose_file(request, StaticFile(made, _KINDS["js"], _mark(made)), open_to_sites=True)

    @router.get("/chat/files/{name}")
    async def file(request: Request, name: str) -> Response:
        """A style sheet, script or picture of the page."""
        return _compose_file(request, static_file(name))


@cache
def _all_files() -> dict[str, StaticFile]:
    found = {}
    for entry in (files("bot.channels") / "web_chat_files").iterdir():
        kind = _KINDS.get(entry.name.rpartition(".")[2])
        if kind:
            data = entry.read_bytes()
            found[entry.name] = StaticFile(data, kind, _mark(data))
    return found


def static_file(name: str) -> StaticFile:
    """A file of the page; refused when there is none of this name."""
    found = _all_files().get(name)
    if found is None:
        raise ChatRefused(Refusal.NO_SUCH_FILE)
    return found


def _mark(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()[:16]}"'


def _compose_file(request: Request, file: StaticFile, *, open_to_sites: bool = False) -> Response:
    headers = {
        "etag": file.etag,
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "cross-origin" if open_to_sites else "same-origin",
    }
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.data, headers=headers, media_type=file.content_type)
