"""Routes that read no more than they must, nothing without a key and no body beyond a size; no answer is cached."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
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
            body = _BoundedBody(request.receive)
            try:
                response = await handle(Request(request.scope, body.receive))
            except HTTPException as error:
                # FastAPI says 400 of whatever goes wrong while it reads a body.
                if body.is_too_large:
                    raise TooLarge(f"a request has at most {MAX_BODY} octets: send fewer or smaller files") from error
                raise
            response.headers.setdefault("Cache-Control", "private, no-store")
            return response

        return bounded


class _BoundedBody:
    """A request's body, read up to its bound."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._octets = 0

    @property
    def is_too_large(self) -> bool:
        """Whether more came than is read."""
        return self._octets > MAX_BODY

    async def receive(self) -> Message:
        """The next piece; TooLarge beyond the bound."""
        message = await self._receive()
        self._octets += len(message.get("body", b""))
        if self.is_too_large:
            raise TooLarge
        return message
