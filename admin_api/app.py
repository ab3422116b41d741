"""The application: the API, the console and the portal under one roof, with their static files and error pages.

The chat page and the operations routes are mounted beside them by the composition root.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

from admin_api import console, portal
from admin_api.access import Context, lend_context
from admin_api.api.application import create_api
from admin_api.console.news import LiveNews
from admin_api.error_handlers import Problem, install_error_handlers, problem_of
from admin_api.form_bounds import FormBounds
from admin_api.pages import SecurityHeaders, Visit, choose_language, htmx_file, static_folder
from admin_api.visits import FormRefused, PasswordChangeNeeded, SignInNeeded
from casework.party import LANGUAGES
from casework.wording import Wording

_ERROR_TEXTS: Final = {
    401: "forbidden",
    403: "forbidden",
    404: "missing",
    405: "missing",
    409: "conflict",
    413: "large",
    429: "slow",
    503: "trouble",
}
_STATIC_FOR: Final = "public, max-age=31536000, immutable"


def create_app(
    context: Context, *, site: str = "", reasons: Wording | None = None, stopping: Event | None = None
) -> FastAPI:
    """The application over `context`.

    `site` is its public address, such as `https://desk.example`, for links in mail; without it the address that a
    request names is believed, which is right only behind a server that checks it. `reasons` are the doors' texts for
    why a message is held, by key.
    Streams must end before a server waits for open connections: set `stopping`, or call `app.state.live.stop()`.
    """
    app = FastAPI(title="Sunwindow", openapi_url=None, docs_url=None, redoc_url=None, lifespan=_lifespan)
    lend_context(app, context)
    app.state.site = site.rstrip("/")
    app.state.reasons = reasons or Wording({language: {} for language in LANGUAGES})
    app.state.live = LiveNews(context.store, stopping=stopping)
    app.include_router(create_api())
    app.include_router(console.router)
    app.include_router(portal.router)
    _serve_static_files(app)
    install_error_handlers(app, html=compose_error_page)
    app.add_exception_handler(SignInNeeded, _ask_to_sign_in)
    app.add_exception_handler(PasswordChangeNeeded, _ask_for_password)
    app.add_exception_handler(FormRefused, _refuse_form)
    app.add_middleware(FormBounds, html=compose_error_page)
    app.add_middleware(SecurityHeaders)
    return app


def compose_error_page(request: Request, problem: Problem) -> Response:
    """What a person sees instead of problem details, in their language."""
    return _error_page(request, problem, _ERROR_TEXTS.get(problem.status, "input"))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.live.stop()


def _error_page(request: Request, problem: Problem, kind: str) -> Response:
    context: Context = request.app.state.context
    visit = Visit(request, context, choose_language(request))
    is_staff_page = request.url.path.startswith("/staff")
    return visit.show(
        "error.html",
        status=problem.status,
        kind=kind,
        number=problem.status,
        error_id=problem.error_id,
        staff_page=is_staff_page,
    )


async def _ask_to_sign_in(request: Request, _error: Exception) -> Response:
    """To the sign-in page, and back to where one wanted to go; scripts of ours are told to load that page whole."""
    wish = request.url.path if request.method == "GET" else ""
    address = "/staff/sign-in" + (f"?next={wish}" if wish not in ("", "/staff", "/staff/queue") else "")
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": "/staff/sign-in"})
    return RedirectResponse(address, 303)


async def _ask_for_password(_request: Request, _error: Exception) -> Response:
    return RedirectResponse("/staff/password", 303)


async def _refuse_form(request: Request, error: Exception) -> Response:
    return _error_page(request, problem_of(error), "form")


def _serve_static_files(app: FastAPI) -> None:
    """Our own files, and htmx out of its installed wheel; addresses carry a mark of the content, so they never age."""

    def send_htmx() -> FileResponse:
        return FileResponse(htmx_file(), media_type="text/javascript", headers={"cache-control": _STATIC_FOR})

    app.add_api_route("/static/htmx.min.js", send_htmx, include_in_schema=False)
    app.mount("/static", _LastingFiles(directory=static_folder()), name="static")


class _LastingFiles(StaticFiles):
    """Static files that browsers may keep."""

    def file_response(self, *args: object, **options: object) -> Response:
        """The file, with the header that lets it be kept."""
        response = super().file_response(*args, **options)  # type: ignore[arg-type] # handed through as they come
        response.headers["cache-control"] = _STATIC_FOR
        return response
