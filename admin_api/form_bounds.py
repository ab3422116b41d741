"""Forms that are too large are refused before they are read."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from admin_api.error_handlers import HtmlErrors, problem_of, respond
from admin_api.errors import TooLarge

LARGEST_REPLY: Final = 24 * 2**20
"""Octets of a reply with twenty megabytes of files."""
LARGEST_FORM: Final = 256 * 2**10
"""Octets of any other form: twenty thousand characters, percent-encoded."""
_PAGES_WITH_FORMS: Final = ("/staff", "/status")
_FORMS_WITH_FILES: Final = ("/reply", "/add")
_PAGES_WITH_FILES: Final = ("/staff/items/", "/staff/new-item", "/staff/item-imports")


class FormBounds:
    """Stands before the pages: a form without a length, or beyond its bound, is answered at once."""

    def __init__(self, app: ASGIApp, html: HtmlErrors) -> None:
        """Wrap `app`; `html` makes the page of the refusal."""
        self._app = app
        self._html = html

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is within its bound."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith(_PAGES_WITH_FORMS):
            request = Request(scope)
            takes_files = scope["path"].endswith(_FORMS_WITH_FILES) or scope["path"].startswith(_PAGES_WITH_FILES)
            bound = LARGEST_REPLY if takes_files else LARGEST_FORM
            length = request.headers.get("content-length", "")
            if not (length.isascii() and length.isdigit()) or int(length[:12]) > bound:
                await respond(request, problem_of(TooLarge()), self._html)(scope, receive, send)
                return
        await self._app(scope, receive, send)
