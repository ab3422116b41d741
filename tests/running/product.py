"""The product as an operator runs it: `sunwindow serve` in a process of its own, started again on the same data."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.running.indexes import INDEXES

COMMAND = str(Path(sys.executable).with_name("sunwindow"))
START_WITHIN = 60.0
STOP_WITHIN = 40.0
WEB = httpx.Client(trust_env=False, verify=False, limits=httpx.Limits(max_keepalive_connections=0), timeout=30)
"""A client that opens a connection for each request, since the product dies between two."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(holds: Callable[[], bool], what: str, *, seconds: float = 20.0) -> None:
    """Poll until `holds`; an AssertionError says what did not come."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(0.03)


@dataclass
class Product:
    """One installation. It keeps its data, ports and peers over every start."""

    data: Path
    database_url: str = ""
    """PostgreSQL; embedded SQLite when it is empty."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Further settings, by variable."""
    roles: str = ""
    """What the process does; everything when it is empty."""
    http_port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def store_url(self) -> str:
        """The database, to look into it from outside."""
        return self.database_url or f"sqlite:///{self.data / 'sunwindow.sqlite3'}"

    @property
    def log(self) -> Path:
        """Everything that the product has said, over all starts."""
        return self.data.with_name(f"{self.data.name}.log")

    @property
    def order(self) -> Path:
        """The file in which a test says where the product is to die."""
        return self.data.with_name(f"{self.data.name}.kill")

    def url(self, path: str) -> str:
        """The address of a page."""
        return f"http://127.0.0.1:{self.http_port}{path}"

    def environment(self) -> dict[str, str]:
        """The variables of every command over this installation."""
        chosen = {
            "SUNWINDOW_ENVIRONMENT": "development",
            "SUNWINDOW_DATA_DIR": str(self.data),
            "SUNWINDOW_INDEX_DIR": str(INDEXES),
            "SUNWINDOW_HTTP__PORT": str(self.http_port),
            "SUNWINDOW_SMTP__PORT": str(self.smtp_port),
            "SUNWINDOW_PUBLIC_URL": self.url(""),
            "SUNWINDOW_HTTP__CHAT_CONVERSATIONS_A_MINUTE": "100000",
            "SUNWINDOW_HTTP__CHAT_MESSAGES_A_MINUTE": "100000",
            "SUNWINDOW_LOG_LEVEL": "info",
            "SUNWINDOW_TEST_KILL_AT": str(self.order),
        }
        if self.database_url:
            chosen["SUNWINDOW_DATABASE_URL"] = self.database_url
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SUNWINDOW_")}
        return {**kept, **chosen, **self.extra}

    def run(self, *arguments: str) -> str:
        """What another command of the product prints."""
        done = subprocess.run(
            [COMMAND, *arguments],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=START_WITHIN,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stderr.decode()}"
        return done.stdout.decode()

    def start(self, *, wait: bool = True) -> None:
        """Start it; with `wait`, until HTTP and SMTP answer."""
        assert not self.is_running
        chosen = ["--roles", self.roles] if self.roles else []
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [COMMAND, "serve", *chosen], env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until HTTP and SMTP answer."""
        wait_until(self._answers, "the product", seconds=START_WITHIN)

    def _answers(self) -> bool:
        assert self.is_running, f"the product ended before it was ready; {self.log}:\n{self.log.read_text()[-3000:]}"
        with contextlib.suppress(httpx.HTTPError, OSError):
            if WEB.get(self.url("/readyz"), timeout=5).status_code == 200:
                socket.create_connection(("127.0.0.1", self.smtp_port), timeout=5).close()
                return True
        return False

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def die_at(self, order: str) -> None:
        """Have the running product kill itself at a point, e.g. `deliver.sent@email:1`; empty for none."""
        waiting = self.order.with_suffix(".new")
        waiting.write_text(order, encoding="ascii")
        waiting.rename(self.order)

    def wait_for_death(self, *, seconds: float = 20.0) -> None:
        """Wait until it has killed itself, and take the order back."""
        assert self.process is not None
        try:
            ended = self.process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"the product did not reach {self.order.read_text()!r}") from error
        assert ended == -signal.SIGKILL, f"ended with {ended}: {self.log.read_text()[-3000:]}"
        self.die_at("")

    def stop(self) -> int:
        """Ask it to stop, as an operator does, and return its exit status."""
        if self.process is None:
            return 0
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"no stop within {STOP_WITHIN} s: {self.log.read_text()[-3000:]}") from None

    def kill(self) -> None:
        """End it at once, from outside."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)


@contextmanager
def running(product: Product) -> Iterator[Product]:
    """The product, started; gone afterwards, however the test ends."""
    product.data.mkdir(parents=True, exist_ok=True)
    if product.database_url:
        product.run("migrate")
    try:
        product.start()
        yield product
    finally:
        product.kill()
