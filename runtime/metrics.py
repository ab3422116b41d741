"""What an operator watches: how many messages and deliveries are in which state, and how long turns take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from casework.errors import CaseworkError
from casework.inbox import InboxState
from casework.outbox import DeliveryOutcome, OutboxState
from casework.party import ChannelName
from casework.ports import Store
from runtime.live_knowledge import LiveKnowledge
from runtime.mailbox_watch import MailboxState


class Metrics:
    """The figures of one process; the gauges are read from the store when they are asked for."""

    def __init__(self, store: Store, knowledge: LiveKnowledge) -> None:
        """Count from nothing."""
        self.registry = CollectorRegistry()
        self._deliveries = Counter(
            "sunwindow_deliveries",
            "Tries to deliver, by channel and outcome",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self._turns = Histogram(
            "sunwindow_turn_seconds",
            "Time from a chat message to its committed answer",
            buckets=(0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.5, 2.0),
            registry=self.registry,
        )
        self.registry.register(_Queues(store))
        self.registry.register(_Answers(knowledge))
        self.registry.register(_Mailbox(store))

    def count_delivery(self, channel: ChannelName, outcome: DeliveryOutcome) -> None:
        """One try to deliver."""
        self._deliveries.labels(channel.value, outcome.value).inc()

    def observe_turn(self, seconds: float) -> None:
        """One chat turn."""
        self._turns.observe(seconds)

    def exposition(self) -> bytes:
        """The figures in the text format of Prometheus."""
        return generate_latest(self.registry)


class _Answers(Collector):
    """What this process answers from."""

    def __init__(self, knowledge: LiveKnowledge) -> None:
        self._knowledge = knowledge

    def collect(self) -> Iterable[GaugeMetricFamily]:
        served = self._knowledge().library
        yield GaugeMetricFamily("sunwindow_entries", "Entries that questions are answered from", len(served))
        yield GaugeMetricFamily(
            "sunwindow_published_state", "Which state of what is published is served", self._knowledge.state
        )
        yield GaugeMetricFamily(
            "sunwindow_knowledge_stale",
            "Whether what is published could not be built, so that older entries are served",
            int(self._knowledge.failed_since is not None),
        )


class _Mailbox(Collector):
    """How fetching an existing mailbox goes; nothing where none is fetched."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterable[GaugeMetricFamily]:
        try:
            state = MailboxState.read(self._store)
        except CaseworkError:
            return
        if state is None:
            return
        if state.fetched_at:
            age = (datetime.now(UTC) - datetime.fromisoformat(state.fetched_at)).total_seconds()
            yield GaugeMetricFamily("sunwindow_mailbox_fetched_seconds", "Since the mailbox was last fetched", age)
        failing = GaugeMetricFamily(
            "sunwindow_mailbox_failing", "Whether fetching fails, and by what", labels=["error"]
        )
        failing.add_metric([state.error], int(bool(state.error)))
        yield failing


class _Queues(Collector):
    """Counts rows by state at the moment of asking; handled and delivered rows are history and not counted."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterable[GaugeMetricFamily]:
        answers = GaugeMetricFamily("sunwindow_store_up", "Whether the store answers")
        try:
            found = self._count()
        except CaseworkError:
            # The other figures are still wanted, now more than ever.
            answers.add_metric([], 0)
            yield answers
            return
        answers.add_metric([], 1)
        yield answers
        yield from found

    def _count(self) -> tuple[GaugeMetricFamily, ...]:
        inbox = GaugeMetricFamily("sunwindow_inbox", "Messages by state", labels=["state"])
        outbox = GaugeMetricFamily("sunwindow_outbox", "Replies by state", labels=["state"])
        with self._store.read() as uow:
            for received in (InboxState.RECEIVED, InboxState.HELD, InboxState.SHUNTED):
                inbox.add_metric([received.value], uow.inbox.count(received))
            for promised in (OutboxState.DUE, OutboxState.SENDING, OutboxState.FAILED):
                outbox.add_metric([promised.value], uow.outbox.count(promised))
        return inbox, outbox
