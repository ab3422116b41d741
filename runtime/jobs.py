"""Waking the jobs that drain the inbox and deliver the outbox: DBOS behind a small port.

The inbox and outbox tables are the queue; a job drains many rows. DBOS wakes the jobs, keeps their schedule and
recovers what a killed process left running. It has its own SQLite file, or its own schema on PostgreSQL.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog
from dbos import DBOS, DBOSPortableJSONSerializer

from casework.party import ChannelName

log = structlog.get_logger()

APPLICATION_VERSION = "1"
"""Pinned: left to itself DBOS hashes the code, and a new release would strand what the old one left running."""
SWEEP = "*/2 * * * * *"
"""Every two seconds: what another process saved, and what is due again."""
HOUSEKEEPING = "0 17 * * * *"
KEEP_FINISHED_FOR = timedelta(hours=1)

Job = Callable[[], None]
DRAIN = "drain_inbox"
"""The job that handles what came in."""
REMIND = "remind"
"""The job that reminds of deadlines."""


def delivering(channel: ChannelName) -> str:
    """The job that delivers on a channel."""
    return f"deliver_{channel.value}"


class Jobs(Protocol):
    """Tells the worker that there is work; safe from any thread, and never waits."""

    def wake(self, *names: str) -> None:
        """Run these jobs soon; all of them when none is named."""
        ...


class SleepingJobs:
    """For a process without the worker role: the worker's own sweep finds the work within two seconds."""

    def wake(self, *names: str) -> None:
        """Leave it to the worker."""


@dataclass(slots=True)
class Bell:
    """What everybody rings when there is work; the jobs behind it are connected last."""

    jobs: Jobs = field(default_factory=SleepingJobs)

    def ring(self, *names: str) -> None:
        """Wake these jobs; all of them when none is named."""
        self.jobs.wake(*names)


@dataclass(slots=True)
class _State:
    """Whether a job runs now, and whether it must run once more because work came meanwhile."""

    running: bool = False
    again: bool = False
    guard: threading.Lock = field(default_factory=threading.Lock)

    def ask(self) -> bool:
        """Whether the job must be started; when it runs already, it will go round once more."""
        with self.guard:
            self.again = self.running
            started, self.running = self.running, True
            return not started

    def goes_on(self) -> bool:
        """After a round: whether another one was asked for; otherwise the job is at rest."""
        with self.guard:
            asked, self.again = self.again, False
            self.running = asked
            return asked

    def rest(self) -> None:
        """The job could not be started."""
        with self.guard:
            self.running = self.again = False


class DbosJobs:
    """Jobs as DBOS workflows; one instance a process, since DBOS is one a process."""

    def __init__(
        self,
        url: str,
        jobs: Mapping[str, Job],
        *,
        housekeeping: Job,
        executor: str,
        due: Callable[[], Iterable[str]] | None = None,
    ) -> None:
        """Prepare the jobs; `start` launches them. `executor` names this host, which recovers what it left running.

        `due` tells the sweep which jobs have something to do; without it the sweep runs them all.
        """
        self._jobs = jobs
        self._due = due or (lambda: tuple(jobs))
        self._housekeeping = housekeeping
        self._states = {name: _State() for name in jobs}
        self._starts: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._starter = threading.Thread(target=self._start_asked, name="jobs", daemon=True)
        DBOS(
            config={
                "name": "sunwindow",
                "system_database_url": url,
                "dbos_system_schema": "sunwindow_jobs",
                "application_version": APPLICATION_VERSION,
                "executor_id": executor,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "CRITICAL",
                "enable_otlp": False,
                "use_listen_notify": False,
                "sys_db_pool_size": 4,
            }
        )

        # DBOS marks the functions that it is given, and methods cannot be marked.
        @DBOS.workflow(name="run_job")
        def run_job(name: str) -> None:
            self._run(name)

        @DBOS.workflow(name="sweep")
        def sweep(_scheduled_at: datetime, _context: Any) -> None:
            self._sweep()

        @DBOS.workflow(name="housekeeping")
        def keep_house(_scheduled_at: datetime, _context: Any) -> None:
            self._keep_house()

        self._run_workflow, self._sweep_workflow, self._housekeeping_workflow = run_job, sweep, keep_house

    def start(self) -> None:
        """Recover what was left running, keep the schedule, and look for work at once."""
        DBOS.launch()
        self._starter.start()
        DBOS.apply_schedules(
            [
                {"schedule_name": "sweep", "workflow_fn": self._sweep_workflow, "schedule": SWEEP},
                {"schedule_name": "housekeeping", "workflow_fn": self._housekeeping_workflow, "schedule": HOUSEKEEPING},
            ]
        )
        self.wake()

    def stop(self, *, within: timedelta) -> None:
        """Let running jobs finish for a while, then let go; what is left is recovered at the next start."""
        self._starts.put(None)
        self._starter.join(within.total_seconds())
        DBOS.destroy(workflow_completion_timeout_sec=int(within.total_seconds()), destroy_registry=True)

    def wake(self, *names: str) -> None:
        """Run these jobs soon; all of them when none is named."""
        for name in names or tuple(self._jobs):
            if name in self._states and self._states[name].ask():
                self._starts.put(name)

    def _start_asked(self) -> None:
        while (name := self._starts.get()) is not None:
            try:
                DBOS.start_workflow(self._run_workflow, name)
            except Exception as error:  # noqa: BLE001 - the sweep asks again
                self._states[name].rest()
                log.warning("job not started", action="job_not_started", job=name, error=type(error).__name__)

    def _run(self, name: str) -> None:
        state = self._states.get(name)
        if state is None:
            return
        try:
            self._jobs[name]()
            while state.goes_on():
                self._jobs[name]()
        except Exception:
            state.rest()
            log.exception("job failed", action="job_failed", job=name)

    def _sweep(self) -> None:
        """Run what has something to do. A job started for nothing costs more than the look that spares it."""
        try:
            due = tuple(self._due())
        except Exception as error:  # noqa: BLE001 - looked again in two seconds
            log.warning("sweep failed", action="sweep_failed", error=type(error).__name__)
            return
        if due:
            self.wake(*due)

    def _keep_house(self) -> None:
        try:
            self._housekeeping()
            _forget_finished(datetime.now(UTC) - KEEP_FINISHED_FOR)
        except Exception as error:  # noqa: BLE001 - tried again in an hour
            log.warning("housekeeping failed", action="housekeeping_failed", error=type(error).__name__)


def _forget_finished(before: datetime) -> None:
    """DBOS keeps every finished workflow; a sweep every two seconds would fill the disk."""
    for _ in range(100):
        finished = DBOS.list_workflows(
            status=["SUCCESS", "ERROR"],
            end_time=before.isoformat(),
            limit=500,
            load_input=False,
            load_output=False,
        )
        if not finished:
            return
        DBOS.delete_workflows([workflow.workflow_id for workflow in finished])
