from __future__ import annotations

import os
from pathlib import Path

import pytest

from casework.party import ChannelName
from runtime.kill_points import VARIABLE, KillPoint, KillPoints, kill_points
from runtime.settings import Environment

ORDER = "deliver.sent@email:2"


def test_nothing_is_wrapped_unless_a_test_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert all(kill_points(environment) is None for environment in Environment)


def test_production_never_kills_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "order"))
    assert kill_points(Environment.PRODUCTION) is None
    assert kill_points(Environment.DEVELOPMENT) is not None


@pytest.mark.parametrize("order", ["", ORDER, "accept.saved", "deliver.sent@telegram"])
def test_what_the_order_does_not_name_is_passed_alive(tmp_path: Path, order: str) -> None:
    (tmp_path / "order").write_text(order, encoding="ascii")
    kills = KillPoints(tmp_path / "order")
    kills.passes(KillPoint.CLAIMED)
    kills.passes(KillPoint.SENT, ChannelName.EMAIL)
    kills.passes(KillPoint.RECORDED, ChannelName.TELEGRAM)


def test_the_process_dies_at_the_passing_that_the_order_names(tmp_path: Path) -> None:
    (tmp_path / "order").write_text(ORDER, encoding="ascii")
    heard, said = os.pipe()
    child = os.fork()
    if child == 0:
        kills = KillPoints(tmp_path / "order")
        for _ in range(3):
            kills.passes(KillPoint.SENT, ChannelName.EMAIL)
            os.write(said, b"alive ")
        os._exit(0)
    os.close(said)
    _, status = os.waitpid(child, 0)
    assert (os.WIFSIGNALED(status), os.read(heard, 100)) == (True, b"alive ")
    os.close(heard)
