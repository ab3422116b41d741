"""Which methods an address takes, over all routes of the application (RFC 9110 §15.5.6)."""

from __future__ import annotations

from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path


def methods_at(request: Request) -> tuple[str, ...]:
    """The methods of every route that fits the path; Starlette names those of the first one alone."""
    found: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        path, methods = getattr(context, "path", None), getattr(context, "methods", None)
        if path and methods and compile_path(path)[0].match(request.url.path):
            found |= methods
    return tuple(sorted(found))
