"""One table: which error is answered with which HTTP status; problem details (RFC 9457) for programs, pages for people.

No other module of this door chooses a status for an error. What nobody expected is our own fault and temporary: 503.
"""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin_api.allowed_methods import methods_at
from admin_api.errors import (
    AdminConflict,
    AdminError,
    AdminNotFound,
    AdminRejected,
    AdminUnavailable,
    Forbidden,
    HeaderMissing,
    NotSignedIn,
    TooLarge,
    TooManyTries,
)
from casework.errors import CaseworkConflict, CaseworkError, CaseworkNotFound, CaseworkRejected, CaseworkUnavailable
from casework.rights import RightMissing
from casework.steps import SecondPersonWanted
from knowledge.errors import (
    KnowledgeConflict,
    KnowledgeError,
    KnowledgeNotFound,
    KnowledgeRejected,
    KnowledgeUnavailable,
)

API_PREFIX = "/api/"
PROBLEM_JSON = "application/problem+json"
PROBLEM_TYPES = "/api/v1/docs#"
"""What a problem's `type` begins with: the page that explains it."""
RETRY_AFTER = timedelta(seconds=5)

# The first row that fits decides, so the finer class stands above the branch that it belongs to.
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotSignedIn, 401),
    (Forbidden, 403),
    (HeaderMissing, 400),
    (TooLarge, 413),
    (TooManyTries, 429),
    (AdminRejected, 422),
    (AdminNotFound, 404),
    (AdminConflict, 409),
    (AdminUnavailable, 503),
    (RightMissing, 403),
    (SecondPersonWanted, 403),
    (CaseworkRejected, 422),
    (CaseworkNotFound, 404),
    (CaseworkConflict, 409),
    (CaseworkUnavailable, 503),
    (KnowledgeRejected, 422),
    (KnowledgeNotFound, 404),
    (KnowledgeConflict, 409),
    (KnowledgeUnavailable, 503),
    (RequestValidationError, 422),
)
# What Python calls these differs between its versions.
_PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}
_KINDS = (AdminError, CaseworkError, KnowledgeError, RequestValidationError, HTTPException)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, for a program or for the page that shows it."""

    status: int
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[Mapping[str, str], ...] = ()
    """Each `{"pointer", "detail"}`: where in the request a fault lies; never what was sent there."""
    scope: str = ""
    """The scope that the key lacks."""
    error_id: str = ""
    """Under which our log has it, when the fault is ours."""

    @property
    def type(self) -> str:
        """Address of the explanation."""
        return PROBLEM_TYPES + self.title.lower().replace(" ", "-")

    @property
    def title(self) -> str:
        """The phrase of the status in RFC 9110 §15."""
        return _PHRASES.get(self.status) or HTTPStatus(self.status).phrase

    def as_json(self) -> dict[str, object]:
        """The members of RFC 9457 §3.1, and of ours those that have a value."""
        members: dict[str, object] = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": list(self.errors),
            "scope": self.scope,
            "error_id": self.error_id,
        }
        return {name: value for name, value in members.items() if value}


HtmlErrors = Callable[[Request, Problem], Response]
"""Makes the page that a person sees instead of problem details."""


def install_error_handlers(app: FastAPI, html: HtmlErrors | None = None) -> None:
    """Answer every error of `app`: with `html` where a browser asks for a page, else as problem details."""

    async def answer(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code == 405:
            return respond(request, _wrong_method(methods_at(request)), html)
        return respond(request, problem_of(error), html)

    for kind in _KINDS:
        app.add_exception_handler(kind, answer)
    app.add_middleware(_UnexpectedErrors, html=html)


def respond(request: Request, problem: Problem, html: HtmlErrors | None) -> Response:
    """The answer in the form that the caller can read."""
    if html is not None and wants_html(request):
        page = html(request, problem)
        page.headers.update(problem.headers)
        return page
    return JSONResponse(problem.as_json(), problem.status, dict(problem.headers), media_type=PROBLEM_JSON)


def wants_html(request: Request) -> bool:
    """Whether a person looks at the answer: the path is not of the API, and pages are accepted."""
    return not request.url.path.startswith(API_PREFIX) and "text/html" in request.headers.get("accept", "")


def problem_of(error: Exception) -> Problem:
    """The problem that an expected error is told as."""
    if isinstance(error, HTTPException):
        return Problem(error.status_code, _say(error), dict(error.headers or {}))
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 503)
    if isinstance(error, RequestValidationError):
        return Problem(status, "Some of what was sent is not as it should be: see errors.", errors=_faults(error))
    scope = error.scope if isinstance(error, Forbidden) else ""
    error_id = _log_trouble(error) if status == 503 else ""
    return Problem(status, str(error), _headers(error, status), scope=scope, error_id=error_id)


def _say(error: HTTPException) -> str:
    if error.status_code == 404:
        return "There is nothing at this address: see /api/v1/openapi.json for what there is."
    return error.detail


def _wrong_method(methods: tuple[str, ...]) -> Problem:
    allowed = ", ".join(methods)
    return Problem(405, f"This address does not take that method; it takes {allowed}.", {"Allow": allowed})


def _faults(error: RequestValidationError) -> tuple[Mapping[str, str], ...]:
    return tuple(
        {"pointer": "/".join(map(str, fault.get("loc", ()))), "detail": str(fault.get("msg", ""))}
        for fault in error.errors()
    )


def _headers(error: Exception, status: int) -> dict[str, str]:
    """RFC 6750 §3 for 401 and 403, RFC 9110 §10.2.3 for what passes."""
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": 'Bearer realm="sunwindow"' + (', error="invalid_token"' if error.presented else "")}
    if isinstance(error, Forbidden) and error.scope:
        return {"WWW-Authenticate": f'Bearer realm="sunwindow", error="insufficient_scope", scope="{error.scope}"'}
    if isinstance(error, TooManyTries):
        return {"Retry-After": str(max(1, round(error.retry_after.total_seconds())))}
    return {"Retry-After": str(round(RETRY_AFTER.total_seconds()))} if status == 503 else {}


def _log_trouble(error: Exception, **ids: object) -> str:
    """Log our own fault by kind and place, never by its message, which may hold a citizen's words; the id to quote."""
    error_id = secrets.token_hex(6)
    places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-4:]]
    cause = type(error.__cause__).__name__ if error.__cause__ else None
    log.error(
        "request failed",
        action="request_failed",
        error_id=error_id,
        error=type(error).__name__,
        cause=cause,
        places=places,
        **ids,
    )
    return error_id


class _UnexpectedErrors:
    """Stands outside the routes: turns what nobody caught into a 503 and a line in the log, never into a traceback."""

    def __init__(self, app: ASGIApp, html: HtmlErrors | None) -> None:
        self.app = app
        self.html = html

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours, and the caller may try again
            route = getattr(scope.get("route"), "path", "")
            error_id = _log_trouble(error, method=scope["method"], route=route)
            if not started:
                await self._answer(Request(scope), error_id)(scope, receive, send)

    def _answer(self, request: Request, error_id: str) -> Response:
        detail = f"Something failed on our side. Try again in a moment, and quote {error_id} if it stays so."
        retry_after = {"Retry-After": str(round(RETRY_AFTER.total_seconds()))}
        problem = Problem(503, detail, retry_after, error_id=error_id)
        try:
            return respond(request, problem, self.html)
        except Exception as error:  # noqa: BLE001 - the page that should tell of the trouble is in trouble itself
            _log_trouble(error)
            return respond(request, problem, None)
