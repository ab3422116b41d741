"""Starting what is measured as processes of their own, as an operator would, and stopping them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

START_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    """A process that is measured."""

    process: subprocess.Popen[bytes]
    http_port: int
    smtp_port: int
    data: Path
    started_in: float
    """Seconds from the start of the process until it answered."""

    def resident_mb(self) -> float:
        """Resident memory in MB, children included."""
        whole = psutil.Process(self.process.pid)
        parts = [whole, *whole.children(recursive=True)]
        return sum(part.memory_info().rss for part in parts) / 1e6


@contextmanager
def product(data: Path, roles: str, extra: Mapping[str, str] | None = None) -> Iterator[Running]:
    """`sunwindow serve` on embedded defaults with these roles; stopped by SIGTERM."""
    http_port, smtp_port = free_port(), free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SUNWINDOW_")},
        "SUNWINDOW_ENVIRONMENT": "demo",
        "SUNWINDOW_DATA_DIR": str(data),
        "SUNWINDOW_HTTP__PORT": str(http_port),
        "SUNWINDOW_SMTP__PORT": str(smtp_port),
        "SUNWINDOW_LOG_LEVEL": "error",
        **(extra or {}),
    }
    command = [str(Path(sys.executable).with_name("sunwindow")), "serve", "--roles", roles]
    with _running(command, environment, http_port if "http" in roles else 0, smtp_port, data, "/readyz") as running:
        yield running


@contextmanager
def baseline(module: str, data: Path) -> Iterator[Running]:
    """One of the bare peers of this package, e.g. `bare_chat`."""
    port = free_port()
    command = [sys.executable, "-m", f"benchmarks.{module}", str(port), str(data)]
    is_http = module == "bare_chat"
    with _running(command, dict(os.environ), port if is_http else 0, port, data, "/") as running:
        yield running


@contextmanager
def _running(
    command: list[str], environment: Mapping[str, str], http_port: int, smtp_port: int, data: Path, path: str
) -> Iterator[Running]:
    started = time.monotonic()
    process = subprocess.Popen(command, env=dict(environment), stdin=subprocess.DEVNULL)
    try:
        _wait(process, http_port, smtp_port, path)
        yield Running(process, http_port, smtp_port, data, time.monotonic() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait(process: subprocess.Popen[bytes], http_port: int, smtp_port: int, path: str) -> None:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the process ended with {process.returncode} before it was ready")
        with contextlib.suppress(OSError):
            if http_port:
                with urllib.request.urlopen(f"http://127.0.0.1:{http_port}{path}", timeout=2) as answer:
                    if answer.status == 200:
                        return
            else:
                with socket.create_connection(("127.0.0.1", smtp_port), timeout=2):
                    return
        time.sleep(0.02)
    raise RuntimeError("the process was not ready in time")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
