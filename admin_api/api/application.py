"""The whole API as one router, to be included in the application that the composition root makes."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from admin_api.api.docs_page import compose_docs
from admin_api.api.openapi import compose_openapi
from admin_api.api.routers import (
    audit,
    case_moves,
    case_steps,
    cases,
    catalogue,
    correspondence,
    entries,
    failed_addresses,
    figures,
    gaps,
    items,
    outbox,
    parties,
    redactions,
    staff,
    triage,
    triage_moves,
)

PREFIX = "/api/v1"
PUBLIC_PATHS = frozenset({f"{PREFIX}/openapi.json", f"{PREFIX}/docs"})
"""What needs no key: the description of the API."""
_DOCS_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}
_ROUTERS = (
    cases,
    case_moves,
    case_steps,
    redactions,
    correspondence,
    parties,
    triage,
    triage_moves,
    outbox,
    failed_addresses,
    catalogue,
    entries,
    items,
    gaps,
    figures,
    staff,
    audit,
)


@cache
def create_api() -> APIRouter:
    """Every route under `/api/v1`. The application needs `lend_context` and `install_error_handlers` too.

    Made once, like the routers of the pages: it holds nothing of the application that includes it.
    """
    api = APIRouter(prefix=PREFIX)
    for module in _ROUTERS:
        api.include_router(module.router)
    described = tuple(api.routes)

    @cache
    def document() -> dict[str, Any]:
        """The description, made when somebody first asks for it."""
        return compose_openapi(described)

    @api.get("/openapi.json", include_in_schema=False)
    def openapi_document() -> Response:
        """The OpenAPI document."""
        return Response(json.dumps(document(), ensure_ascii=False), media_type="application/json")

    @api.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        """A page that lists the operations and loads nothing."""
        return HTMLResponse(compose_docs(document()), headers=_DOCS_HEADERS)

    return api
