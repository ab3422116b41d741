"""A line to a server that breaks when certain words come over it: a lost connection, at a place that a test chooses."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class CuttingProxy:
    """Listens on a port of its own and passes everything on to another, until the server says `words`."""

    target: int
    words: bytes
    times: int
    """How often it breaks; then the line is whole."""
    cuts: int = 0
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def serve(self) -> None:
        """Until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target), timeout=30)
                threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
                threading.Thread(target=self._bring, args=(server, client), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError), server:
            while piece := client.recv(65_536):
                server.sendall(piece)

    def _bring(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            said = b""
            while piece := server.recv(65_536):
                said = said[-len(self.words) :] + piece
                if self.words in said and self.cuts < self.times:
                    self.cuts += 1
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(piece)


@contextmanager
def cutting_proxy(target: int, words: bytes, *, times: int) -> Iterator[CuttingProxy]:
    """A line to the port `target` that breaks `times` times."""
    proxy = CuttingProxy(target, words, times)
    threading.Thread(target=proxy.serve, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.listener.shutdown(socket.SHUT_RDWR)
        proxy.listener.close()
