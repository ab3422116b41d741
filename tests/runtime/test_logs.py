"""The log: what happened, by ids, kinds and places; never what a citizen wrote, nor who wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.logs import trace_of

ROOT = Path(__file__).parents[2]
MARKERS = ("marker", "绝密", "\\u7edd", "mail.example", "192.0.2.7")


@pytest.fixture(scope="module", params=["json", "words"])
def output(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """All that a busy and troubled process prints, at the level debug."""
    program = str(Path(__file__).with_name("noisy_house.py"))
    done = subprocess.run(
        [sys.executable, program, str(tmp_path_factory.mktemp("data")), request.param],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return f"{request.param}\n{done.stdout}{done.stderr}"


def test_no_word_no_name_and_no_address_is_logged_whatever_goes_wrong(output: str) -> None:
    for marker in MARKERS:
        found = [line for line in output.splitlines() if marker in line]
        assert found == [], marker


def test_what_happened_is_logged_all_the_same(output: str) -> None:
    for action in (
        "turn_failed",
        "message_not_handled",
        "delivery_failed",
        "delivery_tried",
        "ours_failed",
        "library",
        "thread_failed",
    ):
        assert action in output, action
    for said in ("could not take %r", "Exception in application", "Task exception was never retrieved"):
        assert said in output


def test_each_line_is_an_object_with_time_level_and_action(output: str) -> None:
    kind, *lines = output.splitlines()
    if kind == "words":
        assert not any(line.startswith("{") for line in lines)
        return
    for line in lines:
        assert {"timestamp", "level", "event", "action"} <= set(json.loads(line)), line


def test_a_trace_shows_classes_and_places_of_an_error_and_its_causes() -> None:
    def fail() -> None:
        try:
            int("words")
        except ValueError as error:
            raise TypeError("more words") from error

    with pytest.raises(TypeError) as caught:
        fail()
    rows = trace_of(caught.value)
    assert [row.partition(": ")[0] for row in rows] == ["TypeError", "ValueError"]
    assert all(f"{__name__}:" in row for row in rows)
    assert "words" not in "".join(rows)


def test_a_chain_of_errors_that_bites_its_tail_ends() -> None:
    one, two = ValueError(), KeyError()
    one.__context__, two.__cause__ = two, one
    assert len(trace_of(one)) == 2
