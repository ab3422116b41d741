"""Measures everything and prints a line a figure; writes `benchmarks/latest.json`.

python -m benchmarks [NAME …]
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, text

from benchmarks.annual_report import annual_report
from benchmarks.catalogue_search import catalogue_search
from benchmarks.chat_load import CONNECTIONS, Answered, a_question, measure, open_conversations
from benchmarks.figure import Figure
from benchmarks.large_store import large_store
from benchmarks.mail_load import Sent, send_mails
from benchmarks.processes import Running, baseline, product
from benchmarks.reading_mail import reading_mail
from benchmarks.retrieval import retrieval

LATEST = Path(__file__).with_name("latest.json")
MAILS = 3000
TURNS = 4000
PIPELINE_MAILS = 20_000
ROUNDS = 3
NO_LIMITS = {
    "SUNWINDOW_HTTP__CHAT_MESSAGES_A_MINUTE": "1000000",
    "SUNWINDOW_HTTP__CHAT_CONVERSATIONS_A_MINUTE": "1000000",
}


def smtp_accept(folder: Path) -> list[Figure]:
    """Mails accepted and committed a second, beside a sink that keeps nothing; rounds take turns, the medians count."""
    ours: list[float] = []
    bare: list[float] = []
    with product(folder / "product", "smtp") as running, baseline("bare_smtp", folder / "bare") as sink:
        for turn in range(ROUNDS):
            for target, rates in ((sink, bare), (running, ours)):
                sent = asyncio.run(send_mails(target.smtp_port, MAILS, first=turn * MAILS))
                _all_accepted(sent, MAILS)
                rates.append(sent.per_second)
    value, base = statistics.median(ours), statistics.median(bare)
    return [Figure("smtp_accept", value, "mails/s", base, 0.9, judges_ratio=True)]


def chat(folder: Path) -> list[Figure]:
    """FAQ turns a second over HTTP with everything committed, and how long the slowest hundredth took."""
    ours: list[Answered] = []
    bare: list[Answered] = []
    with (
        product(folder / "product", "http,worker", NO_LIMITS) as running,
        baseline("bare_chat", folder / "bare") as lean,
    ):
        conversations = asyncio.run(open_conversations(running.http_port, CONNECTIONS))
        first = 0
        for turn in range(ROUNDS + 1):
            lean_answers = asyncio.run(measure(lean.http_port, TURNS, lambda _w, _n: ("/turn", b'{"text":"x"}', "")))
            answers = asyncio.run(_ask(running, conversations, first))
            first += TURNS
            if turn:
                # The first round warms both up.
                bare.append(lean_answers)
                ours.append(answers)
        new = asyncio.run(_ask(running, conversations, first, is_new=True))
    value = statistics.median(round_.per_second for round_ in ours)
    base = statistics.median(round_.per_second for round_ in bare)
    slow = statistics.median(round_.percentile(0.99) for round_ in ours)
    slow_base = statistics.median(round_.percentile(0.99) for round_ in bare)
    return [
        Figure("chat_turn", value, "turns/s", base, 0.12, judges_ratio=True, note="eight questions in turn"),
        Figure("chat_new_turn", new.per_second, "turns/s", base, 0.08, judges_ratio=True, note="every question new"),
        Figure("chat_p99_ms", slow, "ms", slow_base, 40.0, less_is_better=True, note=f"{CONNECTIONS} connections"),
    ]


def mail_pipeline(folder: Path) -> list[Figure]:
    """Mails a second from acceptance to the receipt in the outbox over 20,000 mails, and how much memory that adds.

    All roles run in one process, which sends its receipts to a sink meanwhile; a fifth of the mails warms it up.
    """
    first = PIPELINE_MAILS // 5
    with baseline("bare_smtp", folder / "bare") as sink:
        bare = asyncio.run(send_mails(sink.smtp_port, first))
    with (
        baseline("bare_smtp", folder / "sink") as smarthost,
        product(folder / "product", "http,smtp,worker", _sending_to(smarthost)) as running,
    ):
        _send_and_wait(running, 0, first)
        before = running.resident_mb()
        started = time.monotonic()
        for sent in range(first, PIPELINE_MAILS, first):
            _send_and_wait(running, sent, first)
        rate = (PIPELINE_MAILS - first) / (time.monotonic() - started)
        after = running.resident_mb()
    note = f"accepted, read, case, receipt; {PIPELINE_MAILS} mails"
    return [
        Figure("mail_pipeline", rate, "mails/s", bare.per_second, 0.15, judges_ratio=True, note=note),
        Figure("mail_memory", after, "MB", before, 1.15, judges_ratio=True, less_is_better=True, note="flat"),
    ]


def at_rest(folder: Path) -> list[Figure]:
    """Seconds until it serves, and resident memory when nothing happens, beside a bare FastAPI application."""
    with baseline("bare_chat", folder / "bare") as lean:
        time.sleep(2)
        lean_mb, lean_s = lean.resident_mb(), lean.started_in
    with product(folder / "first", "http,smtp,worker"):
        pass
    with product(folder / "first", "http,smtp,worker") as running:
        time.sleep(5)
        resident, started_in = running.resident_mb(), running.started_in
    return [
        Figure("startup_s", started_in, "s", lean_s, 5.0, less_is_better=True),
        Figure("idle_mb", resident, "MB", lean_mb, 250.0, less_is_better=True),
    ]


MEASURES: dict[str, Callable[[Path], list[Figure]]] = {
    "smtp_accept": smtp_accept,
    "chat": chat,
    "mail_pipeline": mail_pipeline,
    "reading_mail": reading_mail,
    "annual_report": annual_report,
    "at_rest": at_rest,
    "catalogue": catalogue_search,
    "large_store": large_store,
    "retrieval": retrieval,
}


def _sending_to(smarthost: Running) -> dict[str, str]:
    """Settings that hand outgoing mail to a sink, as an installation hands it to its mail server."""
    return {
        "SUNWINDOW_SMARTHOST__HOST": "127.0.0.1",
        "SUNWINDOW_SMARTHOST__PORT": str(smarthost.smtp_port),
        "SUNWINDOW_SMARTHOST__TLS": "none",
    }


async def _ask(running: Running, conversations: list[tuple[str, str]], first: int, *, is_new: bool = False) -> Answered:
    def request(which: int, number: int) -> tuple[str, bytes, str]:
        conversation, token = conversations[which]
        path, body = a_question(conversation, first + number, is_new=is_new)
        return path, body, token

    return await measure(running.http_port, TURNS, request)


def _all_accepted(sent: Sent, count: int) -> None:
    if sent.accepted != count:
        raise RuntimeError(f"only {sent.accepted} of {count} mails were accepted")


def _send_and_wait(running: Running, first: int, count: int) -> None:
    _all_accepted(asyncio.run(send_mails(running.smtp_port, count, first=first)), count)
    _wait_for_receipts(running.data, first + count)


def _wait_for_receipts(data: Path, count: int) -> None:
    engine = create_engine(f"sqlite:///{data / 'sunwindow.sqlite3'}")
    query = text("SELECT count(*) FROM outbox WHERE kind = 'receipt'")
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            if connection.execute(query).scalar_one() >= count:
                return
        time.sleep(0.1)
    raise RuntimeError(f"not all of {count} mails had a receipt after five minutes")


def main(names: list[str]) -> int:
    """Measure what is named, or everything; 1 when a target is missed."""
    figures: list[Figure] = []
    for name, run in MEASURES.items():
        if names and name not in names:
            continue
        with tempfile.TemporaryDirectory(prefix="sunwindow-bench-") as folder:
            for figure in run(Path(folder)):
                print(figure.line(), flush=True)
                figures.append(figure)
    LATEST.write_text(json.dumps({figure.name: figure.row() for figure in figures}, indent=2) + "\n", encoding="utf-8")
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
