from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from casework.party import ChannelName
from runtime.kill_points import KillPoint
from tests.running.audit import Acknowledged, Report, audit, end_leases_of_the_dead, wait_for_rest
from tests.running.front_desk import RunningDesk, running_desk

BEFORE_REPLIES = [point for point in KillPoint if not point.value.startswith("deliver")]
OF_REPLIES = [point for point in KillPoint if point.value.startswith("deliver")]
COUNTED = {KillPoint.TAKEN, KillPoint.SENT}
"""After these nobody can know whether the reply arrived: it is sent again, and the repeat is counted."""


def order(point: KillPoint, channel: ChannelName) -> str:
    """Where to die; claiming is not of one channel."""
    return point.value if point is KillPoint.CLAIMED else f"{point.value}@{channel.value}"


@dataclass
class Killed:
    """A desk whose product is killed and started again, and what it has acknowledged over all its lives."""

    desk: RunningDesk
    acknowledged: list[Acknowledged] = field(default_factory=list)

    def revive(self) -> None:
        """Wait until the product has killed itself, and start it again on the same data."""
        product = self.desk.product
        product.wait_for_death()
        if product.database_url:
            end_leases_of_the_dead(product.store_url)
        product.start()

    def rest_and_audit(self) -> Report:
        """What is wrong once everything is handled and sent."""
        url = self.desk.product.store_url
        wait_for_rest(url)
        return audit(url, self.acknowledged, self.desk.smarthost, self.desk.telegram)


@pytest.fixture(scope="module")
def killed_over_and_over(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    with running_desk(tmp_path_factory.mktemp("kills")) as desk:
        yield Killed(desk)


@pytest.fixture
def killed(killed_over_and_over: Killed) -> Killed:
    """The desk of the module, running also when the test before left it dead."""
    product = killed_over_and_over.desk.product
    product.die_at("")
    if not product.is_running:
        product.start()
    return killed_over_and_over


@pytest.fixture
def killed_on_postgres(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[Killed]:
    with running_desk(tmp_path_factory.mktemp("kills"), postgres_url) as desk:
        yield Killed(desk)
