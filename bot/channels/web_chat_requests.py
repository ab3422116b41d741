"""Reads what a client sends, by hand: it is the hot path, and each refusal names what to change."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from starlette.requests import HTTPConnection, Request

from bot.channels.web_chat_problems import ChatRefused, Refusal

MAX_CHARACTERS = 100_000
MAX_BODY = 1_400_000
"""Octets: the longest text with every character escaped as a surrogate pair, and room for the rest."""
MAX_ATTACHMENTS = 10
MAX_CHOICE_OCTETS = 60
_CLIENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_UPLOAD_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as the client sent it."""

    text: str
    client_id: str
    choice: str | None = None
    attachments: tuple[str, ...] = ()
    """Ids of files that were sent ahead."""

    def __repr__(self) -> str:
        """Keep the citizen's words out of logs."""
        return f"Sent({self.client_id!r}, …)"


async def read_body(request: Request, limit: int, refusal: Refusal) -> bytes:
    """The whole body; a larger one is refused as soon as that is known."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise ChatRefused(refusal, **_limits(limit))
    parts: list[bytes] = []
    read = 0
    async for part in request.stream():
        read += len(part)
        if read > limit:
            raise ChatRefused(refusal, **_limits(limit))
        parts.append(part)
    return b"".join(parts)


def parse_sent(body: bytes) -> Sent:
    """The message that a JSON body states."""
    try:
        sent = json.loads(body)
    except ValueError as error:
        raise ChatRefused(Refusal.NOT_JSON) from error
    except RecursionError as error:
        raise ChatRefused(Refusal.NOT_JSON) from error
    if not isinstance(sent, dict) or not isinstance(sent.get("text", ""), str):
        raise ChatRefused(Refusal.NOT_A_MESSAGE)
    return make_sent(sent.get("text", ""), sent.get("client_id"), sent.get("choice"), sent.get("attachments"))


def make_sent(text: str, client_id: object, choice: object, attachments: object) -> Sent:
    """A message whose every part is as it must be."""
    if len(text) > MAX_CHARACTERS:
        raise ChatRefused(Refusal.TEXT_TOO_LONG, most=MAX_CHARACTERS)
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise ChatRefused(Refusal.NO_CLIENT_ID)
    return Sent(mend(text), client_id, _read_choice(choice), _read_attachments(attachments))


def mend(text: str) -> str:
    """The text with halves of characters replaced, which JSON may hold and no database keeps."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def read_cursor(request: HTTPConnection) -> int:
    """The number of the last message that the client has: from the header Last-Event-ID, else from `?after=`."""
    wish = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    if not (wish.isascii() and wish.isdigit() and len(wish) <= 9):
        raise ChatRefused(Refusal.BAD_CURSOR)
    return int(wish)


def _read_choice(choice: object) -> str | None:
    if choice is None or not choice:
        return None
    if not isinstance(choice, str) or len(mend(choice).encode()) > MAX_CHOICE_OCTETS:
        raise ChatRefused(Refusal.BAD_CHOICE)
    return mend(choice)


def _read_attachments(attachments: object) -> tuple[str, ...]:
    if attachments is None:
        return ()
    if not isinstance(attachments, list):
        raise ChatRefused(Refusal.UNKNOWN_ATTACHMENT)
    if len(attachments) > MAX_ATTACHMENTS:
        raise ChatRefused(Refusal.TOO_MANY_ATTACHMENTS, most=MAX_ATTACHMENTS)
    if not all(isinstance(one, str) and _UPLOAD_ID.fullmatch(one) for one in attachments):
        raise ChatRefused(Refusal.UNKNOWN_ATTACHMENT)
    return tuple(dict.fromkeys(attachments))


def _limits(octets: int) -> dict[str, int]:
    return {"most": MAX_CHARACTERS, "megabytes": octets // 1_000_000}
