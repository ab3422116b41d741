"""What operators and their machines are told: alive, ready, and the figures."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from casework.inbox import Arrival, InboxState
from casework.message import InboundMessage, Reply
from casework.outbox import DeliveryOutcome, DeliveryResult, OutboxEntry, OutboxKind
from casework.party import Address, ChannelName
from casework.store import SqlStore, open_store
from casework.store.inbox import SqlInbox
from knowledge.retrieval import KnowledgeBase
from runtime.delivering import Delivery
from runtime.live_knowledge import LiveKnowledge
from runtime.metrics import Metrics
from runtime.migrating import migrate
from runtime.operations import operations_routes
from tests.casework.a_bureau import an_office

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@dataclass
class Operated:
    """The routes over a store that a test may take away."""

    store: SqlStore
    metrics: Metrics
    stopping: threading.Event
    web: TestClient
    take_away: Callable[[], None]

    def figures(self) -> dict[str, float]:
        """Every figure by its name and labels."""
        answer = self.web.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        rows = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in rows}


@pytest.fixture
def operated(store_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Operated]:
    url = store_url.replace(str(tmp_path), str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    store = open_store(url)
    migrate(store.engine)

    def take_away() -> None:
        store.engine.dispose()
        if url.startswith("sqlite"):
            shutil.rmtree(tmp_path / "data")
            return
        # Its server still runs, and refuses.
        name = make_url(url).database
        with psycopg.connect(request.getfixturevalue("postgres_server"), autocommit=True) as server:
            server.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false".encode())
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    metrics, stopping = Metrics(store, LiveKnowledge(store, lambda: NOW, KnowledgeBase)), threading.Event()
    app = FastAPI()
    app.include_router(operations_routes(store, metrics, is_stopping=stopping.is_set))
    with TestClient(app) as web:
        yield Operated(store, metrics, stopping, web, take_away)
    store.close()


def test_a_process_with_a_store_is_alive_and_ready(operated: Operated) -> None:
    assert operated.web.get("/livez").status_code == 200
    assert operated.web.get("/readyz").status_code == 200


def test_a_process_that_stops_takes_no_new_work_and_is_still_alive(operated: Operated) -> None:
    operated.stopping.set()
    answer = operated.web.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "stopping\n")
    assert operated.web.get("/livez").status_code == 200


def test_without_its_database_a_process_is_alive_and_not_ready_and_shows_what_it_can(operated: Operated) -> None:
    operated.metrics.observe_turn(0.01)
    operated.take_away()
    answer = operated.web.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "the store does not answer\n")
    assert operated.web.get("/livez").status_code == 200
    figures = operated.figures()
    assert figures["sunwindow_store_up"] == 0
    assert figures["sunwindow_turn_seconds_count"] == 1
    assert not any(name.startswith("sunwindow_inbox") for name in figures)


def test_the_figures_count_messages_and_replies_by_state(operated: Operated) -> None:
    sender = Address(ChannelName.TELEGRAM, "42")
    for number in range(3):
        message = InboundMessage(sender, str(number), "你好", NOW)
        arrival = Arrival(sender.channel, str(number), "42", NOW, message)
        inbox_id = operated.store.write(lambda uow, arrival=arrival: uow.inbox.add(arrival))[0]  # type: ignore[misc]
    operated.store.write(lambda uow: SqlInbox(uow.connection).finish(inbox_id, InboxState.SHUNTED, now=NOW))
    operated.store.write(lambda uow: uow.outbox.add(OutboxKind.REPLY, sender, Reply("x"), language="zh", now=NOW))
    figures = operated.figures()
    assert figures["sunwindow_store_up"] == 1
    assert figures['sunwindow_inbox{state="received"}'] == 2
    assert figures['sunwindow_inbox{state="shunted"}'] == 1
    assert figures['sunwindow_inbox{state="held"}'] == 0
    assert figures['sunwindow_outbox{state="due"}'] == 1
    assert figures['sunwindow_outbox{state="failed"}'] == 0


class Refusing:
    """A channel that takes nothing for now."""

    def deliver(self, entry: OutboxEntry) -> DeliveryResult:
        return DeliveryResult(DeliveryOutcome.TEMPORARY, "451")


def test_tries_to_deliver_are_counted_by_channel_and_outcome(operated: Operated) -> None:
    for to in ("a", "b"):
        operated.store.write(
            lambda uow, to=to: uow.outbox.add(  # type: ignore[misc]
                OutboxKind.REPLY, Address(ChannelName.EMAIL, to), Reply("x"), language="zh", now=NOW
            )
        )
    Delivery(
        ChannelName.EMAIL,
        Refusing(),
        operated.store,
        an_office(),
        lambda: NOW,
        f"worker:{os.getpid()}",
        operated.stopping,
        operated.metrics.count_delivery,
    ).run()
    assert operated.figures()['sunwindow_deliveries_total{channel="email",outcome="temporary"}'] == 2
