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


def output_of(*arguments: str) -> str:
    """All that a process prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All that a busy and troubled process prints, at the level debug."""
    return output_of(str(Path(__file__).with_name("noisy_house.py")), str(tmp_path_factory.mktemp("data")))


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
    for line in output.splitlines():
        assert {"timestamp", "level", "event", "action"} <= set(json.loads(line)), line


IN_WORDS = """
import logging, structlog
from runtime.logs import set_up_logs
set_up_logs("debug", as_json=False)
try:
    int("marker")
except ValueError:
    structlog.get_logger().exception("ours", action="ours_failed", inbox=7)
    logging.getLogger("some.library").exception("theirs %s", "marker")
"""


def test_a_log_in_words_keeps_the_same_silence() -> None:
    said = output_of("-c", IN_WORDS)
    assert "marker" not in said
    assert all(part in said for part in ("ours_failed", "inbox=7", "ValueError: __main__:6", "theirs %s", "library"))
    assert not said.startswith("{")


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
