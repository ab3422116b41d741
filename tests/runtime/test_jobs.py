"""Waking the jobs: soon, once more for what came meanwhile, and again after a kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, inspect

from runtime.jobs import SleepingJobs, _State

PROGRAM = [sys.executable, str(Path(__file__).with_name("working_jobs.py"))]
ROOT = Path(__file__).parents[2]


def run(scenario: str, url: str) -> dict[str, float]:
    done = subprocess.run(
        [*PROGRAM, scenario, url], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT, env=environment()
    )
    assert done.returncode == 0, done.stderr
    [said] = [line for line in done.stdout.splitlines() if line.startswith("{")]
    facts: dict[str, float] = json.loads(said)
    return facts


def environment() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONWARNINGS": "ignore"}


def jobs_url(store_url: str, tmp_path: Path) -> str:
    """As the settings choose it: a file of its own, or a schema of its own."""
    return f"sqlite:///{tmp_path / 'jobs.sqlite3'}" if store_url.startswith("sqlite") else store_url


def test_wakes_during_a_run_make_one_more_round_however_many_they_are() -> None:
    state = _State()
    assert state.ask()
    assert [state.ask() for _ in range(5)] == [False] * 5
    assert state.goes_on()
    assert not state.goes_on()
    assert state.ask(), "at rest again, it must be started again"


def test_a_job_that_could_not_be_started_can_be_asked_for_again() -> None:
    state = _State()
    state.ask()
    state.ask()
    state.rest()
    assert state.ask()
    assert not state.goes_on()


def test_a_process_without_the_worker_role_leaves_it_to_the_worker() -> None:
    SleepingJobs().wake("drain_inbox")


def test_jobs_run_soon_go_on_after_failures_are_forgotten_and_stop_in_time(store_url: str, tmp_path: Path) -> None:
    facts = run("a_day", jobs_url(store_url, tmp_path))
    assert facts["seconds to wake quick"] < 1
    assert facts["seconds to wake bad"] < 3, "it failed before, and is run again"
    assert facts["rounds for five wakes in a run"] in {2, 3}, "the run, one more, and perhaps one for the sweep"
    assert facts["seconds to the sweep"] < 4
    assert facts["housekeeping ran"] == 1
    assert facts["finished lately, kept"] > 5
    assert facts["finished before, left"] <= 3
    assert facts["seconds to stop"] < 5


def test_what_a_killed_process_left_running_is_run_to_its_end(store_url: str, tmp_path: Path) -> None:
    url = jobs_url(store_url, tmp_path)
    killed = subprocess.Popen([*PROGRAM, "until_killed", url], stdout=subprocess.PIPE, cwd=ROOT, env=environment())
    assert killed.stdout is not None
    assert json.loads(killed.stdout.readline()) == {"PENDING": 1}
    killed.send_signal(signal.SIGKILL)
    killed.wait(10)
    killed.stdout.close()
    facts = run("after_a_kill", url)
    assert facts["recovered"] == 1
    assert facts["ran"] >= 2, "once for what was left, once for the start"
    engine = create_engine(store_url)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == [], "it keeps out of our tables"
    engine.dispose()
