"""Running the roles of one process until it is told to stop: HTTP, SMTP, Telegram and the worker.

A stop first closes the ways in, so that nothing new is accepted, then lets running work finish, then lets go of the
store. What was accepted and not finished is in the inbox and outbox and is taken up at the next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from enum import StrEnum

import structlog
import uvicorn
from fastapi import FastAPI

from runtime.house import House

log = structlog.get_logger()
FINISH_WITHIN = timedelta(seconds=10)
SWITCH_SECONDS = 0.0005
"""How long one thread may keep the others waiting. Every SQL statement and every write to a socket lets go of the
interpreter and must get it back: with the usual 5 ms the slowest hundredth of chat answers takes twice as long.
"""


class Role(StrEnum):
    """What a process does."""

    HTTP = "http"
    SMTP = "smtp"
    TELEGRAM = "telegram"
    WORKER = "worker"


ALL_ROLES = tuple(Role)


class _WebServer(uvicorn.Server):
    """uvicorn without its signal handlers: this process has others to stop too."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `serve`."""
        yield


async def serve(
    house: House,
    app: FastAPI,
    roles: tuple[Role, ...] = ALL_ROLES,
    *,
    on_ready: Callable[[dict[Role, int]], None] = lambda _ports: None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, or until `stop` is set; `on_ready` learns the ports that were taken."""
    stop = stop or asyncio.Event()
    sys.setswitchinterval(SWITCH_SECONDS)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, RuntimeError):
            loop.add_signal_handler(number, stop.set)
    ports: dict[Role, int] = {}
    async with AsyncExitStack() as running:
        running.enter_context(house.following())
        if Role.WORKER in roles:
            await running.enter_async_context(_worker(house))
            running.enter_context(house.fetching())
        if Role.TELEGRAM in roles and house.telegram is not None:
            await running.enter_async_context(house.telegram.receiving(app))
        if Role.HTTP in roles:
            ports[Role.HTTP] = await running.enter_async_context(_web(house, app))
        if Role.SMTP in roles:
            ports[Role.SMTP] = await running.enter_async_context(_smtp(house))
        on_ready(ports)
        log.info("serving", action="serving", roles=[role.value for role in roles])
        await stop.wait()
        log.info("stopping", action="stopping")
        house.stopping.set()


@asynccontextmanager
async def _worker(house: House) -> AsyncIterator[None]:
    await asyncio.to_thread(house.start_worker)
    try:
        yield
    finally:
        await asyncio.to_thread(house.stop_worker, FINISH_WITHIN)


@asynccontextmanager
async def _smtp(house: House) -> AsyncIterator[int]:
    servers = house.mail_servers()
    async with AsyncExitStack() as listening:
        for server in servers:
            await server.start()
            listening.push_async_callback(server.stop, FINISH_WITHIN.total_seconds())
        yield servers[0].port


@asynccontextmanager
async def _web(house: House, app: FastAPI) -> AsyncIterator[int]:
    http = house.settings.http
    # Bound here and not by uvicorn, which ends the whole process when the port is taken.
    listener = _listen(http.host, http.port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(http.trusted_proxies),
        forwarded_allow_ips=list(http.trusted_proxies or ()),
        timeout_graceful_shutdown=int(FINISH_WITHIN.total_seconds()),
        lifespan="on",
    )
    server = _WebServer(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not task.done():
            await asyncio.wait([task], timeout=0.01)
        if task.done():
            raise RuntimeError("the web server did not start; the lines above say why") from task.exception()
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        await task
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; OSError when the port is taken or not allowed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sends without delay (TCP_NODELAY) only where it is; otherwise every answer
    # waits 40 ms for the client's acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener
