"""The application behind a real socket on loopback, and waiting with an end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import uvicorn

from admin_api.app import create_app
from admin_api.console.news import LiveNews
from casework.wording import Wording
from tests.admin_api.front_desk import FrontDesk

PATIENCE = 20.0


class Served:
    """The application on a free port of loopback."""

    def __init__(self, desk: FrontDesk, *, reasons: Wording | None = None) -> None:
        self.desk = desk
        app = create_app(desk.context, reasons=reasons)
        self.live: LiveNews = app.state.live
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        until(lambda: self._server.started)
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settled(self, pages: int) -> None:
        """Wait until so many pages listen and the poller has taken its bearings."""
        until(lambda: len(self.live._subscriptions) == pages and self.live.rounds > 0)
        seen = self.live.rounds
        until(lambda: self.live.rounds > seen)

    def close(self) -> None:
        self.live.stop()
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the server waits for a stream that did not end"


def until(is_so: Callable[[], bool]) -> None:
    """Wait, with an end, until something is so."""
    ends = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends, "it did not come to pass"
        time.sleep(0.02)
