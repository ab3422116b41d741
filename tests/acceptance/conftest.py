from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.running.databases import fresh_database
from tests.running.front_desk import RunningDesk, running_desk


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """One running product for every step of this module, on each database."""
    with ExitStack() as stack:
        url = ""
        if request.param == "postgresql":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres_server")))
        yield stack.enter_context(running_desk(tmp_path_factory.mktemp("desk"), url))
