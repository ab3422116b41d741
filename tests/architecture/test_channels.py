from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from casework.party import ON_PAPER, ChannelName
from casework.ports import Channel
from runtime.house import build_house
from runtime.settings import Environment, Settings


def without_adapter(channels: Mapping[ChannelName, Channel], names: Iterable[ChannelName] = ChannelName) -> set[str]:
    """Channels on which nothing could ever be delivered."""
    return {name.value for name in names if not callable(getattr(channels.get(name), "deliver", None))}


@pytest.mark.parametrize("environment", [Environment.DEMO, Environment.DEVELOPMENT])
def test_every_channel_of_the_outbox_has_an_adapter(tmp_path: Path, environment: Environment) -> None:
    house = build_house(Settings(environment=environment, data_dir=tmp_path), works=False)
    try:
        assert without_adapter(house.channels, set(ChannelName) - ON_PAPER) == set()
    finally:
        house.close()


def test_the_guard_sees_a_channel_that_nobody_delivers() -> None:
    assert without_adapter({}, [ChannelName.EMAIL]) == {"email"}
