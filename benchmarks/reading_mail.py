"""What reading mail costs: time beside the standard library, and memory for a mail of 25 MB."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.mail_load import send_mails
from benchmarks.processes import Running, baseline, product
from mail_gateway.parsing import parse
from mail_gateway.quoting import split_letter

SAMPLES = Path(__file__).parents[1] / "tests" / "mail"
LARGE = 25_000_000
ROUNDS = 5


def reading_mail(folder: Path) -> list[Figure]:
    """Milliseconds a mail, and how many times its own size a large mail takes to be accepted and to be read."""
    mails = [path.read_bytes() for path in sorted(SAMPLES.glob("*.eml"))]
    ours, bare = _milliseconds(_ours, mails), _milliseconds(_standard, mails)
    return [
        Figure("mail_read_ms", ours, "ms", bare, 2.5, judges_ratio=True, less_is_better=True, note="words split too"),
        _accepting(folder),
        _reading(),
    ]


def a_large_mail() -> bytes:
    """A letter with one attachment that makes it 25 MB on the wire."""
    head = (
        b"From: writer@citizen.example\r\nTo: xinxiang@gaj.example\r\nSubject: large\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nSee the file.\r\n--x\r\n"
        b"Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    block = base64.encodebytes(bytes(range(57)) * 1000).replace(b"\n", b"\r\n")
    return head + block * (LARGE // len(block)) + b"--x--\r\n"


def _ours(raw: bytes) -> None:
    mail = parse(raw)
    split_letter(mail.own_text, mail.raw_html)


def _standard(raw: bytes) -> None:
    """Headers and bodies of a mail by the standard library with its default policy, whatever it fails on left out."""
    mail = BytesParser(policy=default).parsebytes(raw)
    with contextlib.suppress(Exception):
        _ = [str(value) for value in mail.values()]
    for part in mail.walk():
        if not part.is_multipart():
            with contextlib.suppress(Exception):
                part.get_content()


def _milliseconds(read: Callable[[bytes], None], mails: list[bytes]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for raw in mails:
            read(raw)
        best = min(best, time.process_time() - began)
    return best / len(mails) * 1000


def _accepting(folder: Path) -> Figure:
    with product(folder / "product", "smtp") as running, baseline("bare_smtp", folder / "bare") as sink:
        ours, bare = (_grown_by_a_large_mail(target) for target in (running, sink))
    return Figure("mail_25mb_in", ours, "x size", bare, 4.0, less_is_better=True, note="memory to accept 25 MB")


def _grown_by_a_large_mail(target: Running) -> float:
    # What the first mail loads is not counted.
    asyncio.run(send_mails(target.smtp_port, 50))
    # From here on the most is counted anew (Linux, proc(5)): a start may have taken more for a moment.
    Path(f"/proc/{target.process.pid}/clear_refs").write_text("5", encoding="ascii")
    before = _memory(target.process.pid, "VmRSS")
    with smtplib.SMTP("127.0.0.1", target.smtp_port, timeout=60) as client:
        client.sendmail("writer@citizen.example", ["xinxiang@gaj.example"], a_large_mail())
    return (_memory(target.process.pid, "VmHWM") - before) / LARGE


def _reading() -> Figure:
    ours, bare = (_grown_by_reading(name) for name in ("_ours", "_standard"))
    return Figure("mail_25mb_read", ours, "x size", bare, 12.0, less_is_better=True, note="memory to read 25 MB")


def _grown_by_reading(name: str) -> float:
    """In a process of its own, so that nothing read before is counted; the mail itself is counted."""
    program = (
        "from benchmarks import reading_mail as own; before = own.own_memory('VmRSS'); mail = own.a_large_mail();"
        f"own.{name}(mail); print(own.own_memory('VmHWM') - before)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return int(said.stdout) / LARGE


def own_memory(name: str) -> int:
    """`VmRSS` (now) or `VmHWM` (the most so far) of this process, in bytes."""
    return _memory("self", name)


def _memory(process: int | str, name: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
