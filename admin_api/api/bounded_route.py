"""Routes that read no more than they must: nothing without a key, and no body beyond a size."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message, Receive

from admin_api.errors import NotSignedIn, TooLarge

MAX_BODY = 32 * 2**20
"""Octets of one request: a reply with some twenty megabytes of files in Base64."""


class BoundedRoute(APIRoute):
    """A route that refuses a request without a key before its body is read, and a body that is too large."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of FastAPI behind both bounds."""
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            if "authorization" not in request.headers:
                raise NotSignedIn
            return await handle(Request(request.scope, _bounded(request.receive)))

        return bounded


def _bounded(receive: Receive) -> Receive:
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MAX_BODY:
            raise TooLarge(f"a request has at most {MAX_BODY} octets: send fewer or smaller files")
        return message

    return counted
