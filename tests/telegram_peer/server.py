"""The HTTP side of the Bot API server: /bot<token>/METHOD, /file/bot<token>/PATH, and delivery to a webhook."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.telegram_peer.exchange import Exchange, Fault, Json
from tests.telegram_peer.methods import METHODS, ApiError

_JSON_FIELDS = frozenset({"reply_markup", "allowed_updates", "link_preview_options"})
_NUMBER_FIELDS = frozenset({"chat_id", "offset", "limit", "timeout", "message_id"})

_transports: dict[tuple[str, int], asyncio.BaseTransport] = {}


class DroppableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, whose connections the application can cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport under the client's address."""
        super().connection_made(transport)
        _transports[tuple(transport.get_extra_info("peername")[:2])] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        _transports.pop(tuple(self.transport.get_extra_info("peername")[:2]), None)
        super().connection_lost(exc)


class BotApiServer:
    """Answers the bot as the Bot API would, faults included."""

    def __init__(self, exchange: Exchange) -> None:
        """Serve what `exchange` holds."""
        self._exchange = exchange
        self._arrived = asyncio.Event()
        self.webhook_retry_after = 0.02
        self.app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._download, methods=["GET"]),
            ]
        )

    def watch(self) -> None:
        """Begin to notice new updates; call inside the server's event loop."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._arrived.set)

        self._exchange.on_update = wake

    async def deliver_to_webhook(self) -> None:
        """Deliver updates one by one to the webhook while there is one, retrying what is not answered with 2xx."""
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                hook, waiting = self._exchange.webhook, self._exchange.take_updates(None, 1)
                if hook is None or not waiting:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._arrived.wait(), 0.05)
                    self._arrived.clear()
                    continue
                headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
                try:
                    answer = await client.post(hook.url, json=waiting[0], headers=headers, timeout=10)
                    answer.raise_for_status()
                except httpx.HTTPError as error:
                    hook.last_error = f"{type(error).__name__}"
                    await asyncio.sleep(self.webhook_retry_after)
                else:
                    self._exchange.confirm(waiting[0])

    async def _call(self, request: Request) -> Response:
        if request.path_params["token"] != self._exchange.token:
            return _refusal(401, "Unauthorized")
        asked = request.path_params["method"].lower()
        method = next((name for name in (*METHODS, "getUpdates") if name.lower() == asked), None)
        if method is None:
            return _refusal(404, "Not Found")
        params, uploads = await _read_params(request)
        self._exchange.record_call(method, params)
        fault = self._exchange.take_fault(method)
        if fault is not None and fault.hang_for:
            await asyncio.sleep(fault.hang_for)
        if fault is not None and fault.drop != "after" and not fault.takes_effect and (fault.drop or fault.status):
            return await self._spoil(request, fault)
        try:
            result = self._act(method, params, uploads) if method in METHODS else await self._get_updates(params)
        except ApiError as error:
            return _refusal(error.status, error.description)
        if fault is not None and (fault.drop or fault.status):
            return await self._spoil(request, fault)
        return JSONResponse({"ok": True, "result": result})

    def _act(self, method: str, params: Json, uploads: dict[str, tuple[str, bytes]]) -> object:
        with self._exchange.changed:
            return METHODS[method](self._exchange, params, uploads)

    async def _get_updates(self, params: Json) -> list[Json]:
        if self._exchange.webhook is not None:
            raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active")
        self._exchange.pollers += 1
        mine = self._exchange.pollers
        self._arrived.set()
        if "allowed_updates" in params:
            self._exchange.allowed_updates = params["allowed_updates"]
        deadline = time.monotonic() + min(int(params.get("timeout") or 0), 50)
        while True:
            self._arrived.clear()
            if mine != self._exchange.pollers:
                raise ApiError(409, "Conflict: terminated by other getUpdates request")
            updates = self._exchange.take_updates(params.get("offset"), min(int(params.get("limit") or 100), 100))
            left = deadline - time.monotonic()
            if updates or left <= 0:
                return updates
            with suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), min(left, 0.2))

    async def _spoil(self, request: Request, fault: Fault) -> Response:
        if not fault.drop:
            return _refusal(fault.status, fault.description, fault.parameters)
        assert request.client is not None
        transport = _transports[(request.client.host, request.client.port)]
        transport.close()
        for _ in range(3):
            await asyncio.sleep(0)
        return Response(status_code=500)

    async def _download(self, request: Request) -> Response:
        if request.path_params["token"] != self._exchange.token:
            return _refusal(401, "Unauthorized")
        fault = self._exchange.take_fault("download")
        if fault is not None:
            return await self._spoil(request, fault)
        for path, data in self._exchange.files.values():
            if path == request.path_params["path"]:
                return Response(data, media_type="application/octet-stream")
        return _refusal(404, "Not Found")


def _refusal(status: int, description: str, parameters: Json | None = None) -> JSONResponse:
    body: Json = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return JSONResponse(body, status_code=status)


async def _read_params(request: Request) -> tuple[Json, dict[str, tuple[str, bytes]]]:
    params: Json = dict(request.query_params)
    uploads: dict[str, tuple[str, bytes]] = {}
    if request.headers.get("content-type", "").startswith("application/json"):
        params |= await request.json()
    elif request.method == "POST":
        async with request.form(max_part_size=60_000_000) as form:
            for name, value in form.items():
                if isinstance(value, UploadFile):
                    uploads[name] = (value.filename or "", await value.read())
                else:
                    params[name] = value
    return {name: _typed(name, value) for name, value in params.items()}, uploads


def _typed(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in _JSON_FIELDS:
        return json.loads(value)
    return int(value) if name in _NUMBER_FIELDS and value.lstrip("-").isdigit() else value
