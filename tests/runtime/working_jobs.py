"""A process that runs jobs as the worker does, and says on standard output what became of them.

Run by the tests of the jobs: DBOS is one a process, and a process can be killed.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dbos import DBOS

from runtime.jobs import DbosJobs, Job, _forget_finished
from runtime.leaving import end_process

Facts = dict[str, object]


def wait_until(holds: Callable[[], bool], *, seconds: float = 20) -> float:
    """Poll until `holds`; how many seconds it took."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise TimeoutError
        time.sleep(0.005)
    return time.monotonic() - began


def statuses() -> Counter[str]:
    """How many jobs DBOS remembers, by state; sweeps and such are not counted."""
    return Counter(workflow.status for workflow in DBOS.list_workflows(name="run_job"))


@dataclass
class Work:
    """Jobs of four kinds, which count how often they ran."""

    ran: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    gate: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    hangs: threading.Event = field(default_factory=threading.Event)

    def quick(self) -> None:
        """Ends at once."""
        self.ran["quick"] += 1

    def slow(self) -> None:
        """Ends when the gate is opened for it."""
        self.ran["slow"] += 1
        self.begun.release()
        self.gate.acquire()

    def bad(self) -> None:
        """Never succeeds."""
        self.ran["bad"] += 1
        raise ZeroDivisionError

    def hanging(self) -> None:
        """Never ends, once it is told to hang."""
        if self.hangs.is_set():
            threading.Event().wait()

    def keep_house(self) -> None:
        """What the product does besides."""
        self.kept += 1

    def jobs(self, url: str) -> DbosJobs:
        """All of them, not started."""
        named: dict[str, Job] = {
            "quick": self.quick,
            "slow": self.slow,
            "bad": self.bad,
            "hanging": self.hanging,
        }
        return DbosJobs(url, named, housekeeping=self.keep_house, executor="host")

    def wait_for_more(self, name: str, before: int) -> float:
        """Wait until a job has run once more; how many seconds it took."""
        return wait_until(lambda: self.ran[name] > before)


def a_day(url: str) -> Facts:
    """Wakes, wakes during a run, failures, housekeeping, and a stop while a job hangs."""
    work = Work()
    jobs = work.jobs(url)
    jobs.start()
    work.begun.acquire(timeout=20)
    work.gate.release()
    facts: Facts = {"seconds to the first runs": max(work.wait_for_more(name, 0) for name in ("quick", "bad"))}
    for name in ("quick", "bad"):
        before = work.ran[name]
        jobs.wake(name)
        facts[f"seconds to wake {name}"] = work.wait_for_more(name, before)
    facts |= _wake_during_a_run(work, jobs)
    facts["seconds to the sweep"] = work.wait_for_more("quick", work.ran["quick"])
    facts |= _keep_house(work, jobs)
    work.hangs.set()
    jobs.wake("hanging")
    time.sleep(0.1)
    began = time.monotonic()
    jobs.stop(within=timedelta(seconds=1))
    facts["seconds to stop"] = time.monotonic() - began
    return facts


def _wake_during_a_run(work: Work, jobs: DbosJobs) -> Facts:
    wait_until(lambda: not jobs._states["slow"].running)
    before = work.ran["slow"]
    jobs.wake("slow")
    work.begun.acquire(timeout=20)
    for _ in range(5):
        jobs.wake("slow")
    work.gate.release()
    work.begun.acquire(timeout=20)
    work.gate.release(100)
    time.sleep(0.3)
    return {"rounds for five wakes in a run": work.ran["slow"] - before}


def _keep_house(work: Work, jobs: DbosJobs) -> Facts:
    wait_until(lambda: statuses()["SUCCESS"] > 5)
    jobs._keep_house()
    facts: Facts = {"housekeeping ran": work.kept, "finished lately, kept": statuses()["SUCCESS"]}
    _forget_finished(datetime.now(UTC))
    return {**facts, "finished before, left": statuses()["SUCCESS"]}


def until_killed(url: str) -> Facts:
    """A job that does not end: says that it runs, and waits to be killed."""
    began = threading.Event()

    def work() -> None:
        began.set()
        threading.Event().wait()

    DbosJobs(url, {"drain": work}, housekeeping=lambda: None, executor="host").start()
    began.wait(20)
    print(json.dumps(dict(statuses())), flush=True)  # noqa: T201 - what the test reads
    threading.Event().wait()
    return {}


def after_a_kill(url: str) -> Facts:
    """The same jobs again: what was left running is run to its end, whatever the sweep starts besides."""
    ran: list[None] = []
    jobs = DbosJobs(url, {"drain": lambda: ran.append(None)}, housekeeping=lambda: None, executor="host")
    jobs.start()
    wait_until(lambda: _recovered() == ["SUCCESS"] and len(ran) >= 2)
    facts: Facts = {"recovered": len(_recovered()), "ran": len(ran)}
    jobs.stop(within=timedelta(seconds=1))
    return facts


def _recovered() -> list[str]:
    """The states of the jobs that were begun more than once."""
    return [job.status for job in DBOS.list_workflows(name="run_job") if (job.recovery_attempts or 0) > 1]


if __name__ == "__main__":
    scenario = {"a_day": a_day, "until_killed": until_killed, "after_a_kill": after_a_kill}[sys.argv[1]]
    print(json.dumps(scenario(sys.argv[2])), flush=True)  # noqa: T201 - what the test reads
    end_process()
