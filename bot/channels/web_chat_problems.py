"""Everything that this door refuses or cannot do just now, as problem details (RFC 9457), in one table.

The same words for a wrong token, somebody else's token and a conversation that does not exist: who asks learns
nothing. What nobody expected is our own fault and temporary: 503.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Coroutine
from enum import StrEnum
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from bot.channels.web_chat_words import language_of
from casework.errors import CaseworkNotFound
from casework.party import Language
from casework.wording import Wording

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 5

log = structlog.get_logger()


class Refusal(StrEnum):
    """Why a request is not carried out; the explanation is the text `problem.…` of the same name."""

    NOT_JSON = "not_json"
    NOT_A_MESSAGE = "not_a_message"
    NO_CLIENT_ID = "no_client_id"
    BAD_CHOICE = "bad_choice"
    BAD_CURSOR = "bad_cursor"
    NOT_ADMITTED = "not_admitted"
    NOT_OUR_FORM = "not_our_form"
    NO_SUCH_FILE = "no_such_file"
    NO_FILE = "no_file"
    EMPTY_FILE = "empty_file"
    UNKNOWN_ATTACHMENT = "unknown_attachment"
    TOO_MANY_ATTACHMENTS = "too_many_attachments"
    TEXT_TOO_LONG = "text_too_long"
    FILE_TOO_LARGE = "file_too_large"
    TOO_MANY_MESSAGES = "too_many_messages"
    TOO_MANY_FILES = "too_many_files"
    TOO_MANY_CONVERSATIONS = "too_many_conversations"
    TROUBLE = "trouble"


_STATUS: dict[Refusal, int] = {
    Refusal.NOT_JSON: 400,
    Refusal.NOT_A_MESSAGE: 422,
    Refusal.NO_CLIENT_ID: 422,
    Refusal.BAD_CHOICE: 422,
    Refusal.BAD_CURSOR: 422,
    Refusal.NOT_ADMITTED: 401,
    Refusal.NOT_OUR_FORM: 403,
    Refusal.NO_SUCH_FILE: 404,
    Refusal.NO_FILE: 422,
    Refusal.EMPTY_FILE: 422,
    Refusal.UNKNOWN_ATTACHMENT: 422,
    Refusal.TOO_MANY_ATTACHMENTS: 422,
    Refusal.TEXT_TOO_LONG: 413,
    Refusal.FILE_TOO_LARGE: 413,
    Refusal.TOO_MANY_MESSAGES: 429,
    Refusal.TOO_MANY_FILES: 429,
    Refusal.TOO_MANY_CONVERSATIONS: 429,
    Refusal.TROUBLE: 503,
}


class ChatRefused(Exception):
    """The request is not carried out, and nothing of it was kept."""

    def __init__(self, refusal: Refusal, *, retry_after: int | None = None, **facts: object) -> None:
        """Say also what fills the explanation, and after how many seconds to try again."""
        super().__init__(refusal.value)
        self.refusal = refusal
        self.facts = facts
        self.retry_after = RETRY_AFTER_SECONDS if refusal is Refusal.TROUBLE else retry_after

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _STATUS[self.refusal]

    def explain(self, wording: Wording, language: Language) -> str:
        """What went wrong and the way out, for a person."""
        return wording.say(f"problem.{self.refusal.value}", language, **self.facts, seconds=self.retry_after or 0)


def compose_problem(refused: ChatRefused, wording: Wording, language: Language) -> Response:
    """The answer to a program."""
    members = {
        "type": f"/chat#{refused.refusal.value}",
        "title": HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "detail": refused.explain(wording, language),
    }
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    if refused.status == 401:
        headers["www-authenticate"] = 'Bearer realm="sunwindow"'
    if refused.retry_after is not None:
        headers["retry-after"] = str(refused.retry_after)
    body = json.dumps(members, ensure_ascii=False)
    return Response(body, refused.status, headers, PROBLEM_JSON)


def refusal_of(error: Exception) -> ChatRefused:
    """The refusal that an error is told as; what is our own fault is logged by kind, never by its message."""
    if isinstance(error, ChatRefused):
        return error
    if isinstance(error, CaseworkNotFound):
        return ChatRefused(Refusal.NO_SUCH_FILE)
    log_trouble("web_chat_failed", error)
    return ChatRefused(Refusal.TROUBLE)


def log_trouble(action: str, error: Exception) -> None:
    """Log our own fault by kind and place, never by its message, which may hold a citizen's words."""
    places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-4:]]
    log.error("chat failed", action=action, error=type(error).__name__, places=places)


def chat_route(wording: Wording) -> type[APIRoute]:
    """The kind of route that this door's errors leave in these words."""
    return type("ChatRoute", (_ChatRoute,), {"wording": wording})


class _ChatRoute(APIRoute):
    """A route of the chat's API: whatever goes wrong leaves as problem details."""

    wording: ClassVar[Wording]

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of FastAPI, with this door's errors answered here."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except ClientDisconnect:
                raise
            except Exception as error:  # noqa: BLE001 - unexpected is temporary: the client sends the same again
                return compose_problem(refusal_of(error), self.wording, language_of(request))

        return answered
