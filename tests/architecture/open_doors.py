"""The routes of an application, and which of them anyone may call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts

from admin_api.api.authentication import current_caller
from admin_api.visits import current_session

PUBLIC = Path(__file__).with_name("public_routes.txt")
GATES = frozenset({current_caller, current_session})
"""Every page and every call of staff passes one of these: an API key, or a signed-in browser."""


def public_routes() -> frozenset[str]:
    """`METHOD path` of each line; what follows the second word is the reason."""
    rows = [line.split() for line in PUBLIC.read_text(encoding="utf-8").splitlines() if line[:1] not in {"", "#"}]
    assert all(len(row) > 3 for row in rows), "each public route has its reason in words"
    return frozenset(f"{method} {path}" for method, path, *_ in rows)


def routes_of(app: FastAPI) -> dict[str, RouteContext]:
    """Every route by `METHOD path`; routers that were included are walked through."""
    return {
        f"{method} {context.path}": context
        for context in iter_route_contexts(app.routes)
        for method in sorted(context.methods or {"ANY"})
        if method not in {"HEAD", "OPTIONS"}
    }


def is_gated(context: RouteContext) -> bool:
    """Whether a dependency of the route, however deep, asks who is there."""
    dependant: Dependant | None = getattr(context, "dependant", None)
    return dependant is not None and any(call in GATES for call in _calls(dependant))


def _calls(dependant: Dependant) -> Iterator[object]:
    for below in dependant.dependencies:
        yield below.call
        yield from _calls(below)


def open_doors(app: FastAPI) -> set[str]:
    """Routes that anyone may call."""
    return {name for name, context in routes_of(app).items() if not is_gated(context)}
