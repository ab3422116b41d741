"""An IMAP server of another make (pymap) over a Maildir, in a process of its own, that a test may stop and start."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from imapclient import IMAPClient
from pysasl.hashing import BuiltinHash

from mail_gateway.imap_session import MailboxAccess
from tests.running.product import free_port, wait_until

COMMAND = str(Path(sys.executable).with_name("pymap"))
PASSWORD = "only-in-tests"


@dataclass
class ImapServer:
    """A mailbox, empty at first; it keeps its port and mails over every start."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    number: int = 0
    certificate: tuple[Path, Path] | None = None
    """With it, and its key, STARTTLS is offered."""
    in_memory: bool = False
    """Quick with many mails, which are gone when it stops."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.open_mailbox()

    def open_mailbox(self) -> None:
        """From now on a new and empty mailbox, of another user."""
        self.number += 1
        (self.folder / "pymap-etc-passwd").write_text(f"{self.user}:::::{self.user}:\n")
        (self.folder / "pymap-etc-shadow").write_text(f"{self.user}:{BuiltinHash(rounds=1).hash(PASSWORD)}\n")

    @property
    def user(self) -> str:
        """Whose the mailbox is."""
        return f"duty{self.number}"

    @property
    def access(self) -> MailboxAccess:
        """How the bureau reaches it."""
        return MailboxAccess("127.0.0.1", self.port, "none", self.user, PASSWORD, answer_seconds=10)

    @property
    def settings(self) -> dict[str, str]:
        """The variables that have the product fetch it."""
        return {
            "SUNWINDOW_IMAP__HOST": "127.0.0.1",
            "SUNWINDOW_IMAP__PORT": str(self.port),
            "SUNWINDOW_IMAP__TLS": "none",
            "SUNWINDOW_IMAP__USER": self.user,
            "SUNWINDOW_IMAP__PASSWORD": PASSWORD,
            "SUNWINDOW_IMAP__POLL": "1",
        }

    @property
    def _tls(self) -> list[str]:
        if self.certificate is None:
            return ["--no-tls"]
        chain, key = self.certificate
        return ["--cert", str(chain), "--key", str(key)]

    @property
    def _backend(self) -> list[str]:
        if self.in_memory:
            return ["dict", "--demo-data", "--demo-user", self.user, "--demo-password", PASSWORD]
        return ["maildir", str(self.folder)]

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [COMMAND, "--no-service", "admin", *self._tls, "--host", "127.0.0.1", "--port", str(self.port),
                 *self._backend],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        wait_until(self._answers, "the IMAP server", seconds=30)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def freeze(self) -> None:
        """Keep every connection, and answer nobody."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def put(self, *mails: bytes, at: datetime | None = None) -> None:
        """Mails that come to the mailbox, in order."""
        with self.signed_in() as client:
            for mail in mails:
                client.append("INBOX", mail, msg_time=at)

    def put_many(self, mails: Sequence[bytes]) -> None:
        """Many mails that come at once."""
        with self.signed_in() as client:
            client.multiappend("INBOX", mails)

    def seen(self) -> list[int]:
        """The UIDs that are marked as read."""
        with self.signed_in() as client:
            client.select_folder("INBOX", readonly=True)
            return list(client.search(["SEEN"]))

    def remove(self, uid: int) -> None:
        with self.signed_in() as client:
            client.select_folder("INBOX")
            client.delete_messages([uid])
            client.expunge()

    def number_anew(self) -> None:
        """As a server does whose mailbox was restored from a backup: all UIDs are others, and UIDVALIDITY says so."""
        self.stop()
        (self.folder / self.user / "dovecot-uidlist").unlink()
        self.start()

    @contextmanager
    def signed_in(self) -> Iterator[IMAPClient]:
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10) as client:
            client.login(self.user, PASSWORD)
            yield client

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        except OSError:
            return False
        return True


@contextmanager
def imap_server(
    folder: Path, *, in_memory: bool = False, certificate: tuple[Path, Path] | None = None
) -> Iterator[ImapServer]:
    """A started server; its process is gone afterwards."""
    server = ImapServer(folder / "imap", in_memory=in_memory, certificate=certificate)
    server.start()
    try:
        yield server
    finally:
        server.stop()
