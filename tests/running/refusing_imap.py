"""A line to an IMAP server that answers NO to FETCH of certain mails, as a server does that cannot read one itself."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_FETCH = re.compile(rb"^(\S+) UID FETCH (\S+) (.*)\r\n$", re.IGNORECASE)


@dataclass
class RefusingLine:
    """Passes everything on to another port but the FETCH of mails in `refused`."""

    target: int
    refused: set[int]
    what: bytes
    """What must be asked for to be refused."""
    says: bytes
    asked: list[tuple[int, ...]] = field(default_factory=list)
    """The UIDs of each FETCH that was refused."""
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
        with contextlib.suppress(OSError), server, client.makefile("rb") as lines:
            for line in lines:
                fetch = _FETCH.match(line)
                uids = _uids(fetch[2]) if fetch is not None else ()
                if fetch is not None and self.what in fetch[3] and self.refused & set(uids):
                    self.asked.append(uids)
                    client.sendall(fetch[1] + b" NO " + self.says + b"\r\n")
                else:
                    server.sendall(line)

    def _bring(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            while piece := server.recv(65_536):
                client.sendall(piece)


def _uids(said: bytes) -> tuple[int, ...]:
    found: list[int] = []
    for one in said.decode().split(","):
        first, _, last = one.partition(":")
        found.extend(range(int(first), int(last or first) + 1))
    return tuple(found)


@contextmanager
def refusing_line(
    target: int, *refused: int, what: bytes = b"BODY.PEEK[]", says: bytes = b"this mail cannot be read"
) -> Iterator[RefusingLine]:
    """A line to the port `target` on which these mails are not given."""
    line = RefusingLine(target, set(refused), what, says)
    threading.Thread(target=line.serve, daemon=True).start()
    try:
        yield line
    finally:
        line.listener.shutdown(socket.SHUT_RDWR)
        line.listener.close()
