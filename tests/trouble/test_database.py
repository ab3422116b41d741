from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.running.databases import fresh_database, own_server
from tests.running.front_desk import running_desk
from tests.running.product import WEB, wait_until
from tests.trouble.conftest import Visitors


def test_a_database_that_another_process_locks_turns_everybody_away_for_now(tmp_path: Path) -> None:
    with running_desk(tmp_path) as desk:
        visitors = Visitors(desk)
        with closing(sqlite3.connect(desk.product.data / "sunwindow.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            visitors.are_told_to_come_back()
            # The store waits 15 seconds for a writer, for all who wait at once and not for one after the other.
            assert time.monotonic() - began < 29
            other.execute("ROLLBACK")
        visitors.get_through()


def test_a_lost_postgresql_turns_everybody_away_until_it_is_back(tmp_path: Path) -> None:
    with own_server() as server, fresh_database(server.get_uri()) as url, running_desk(tmp_path, url) as desk:
        visitors = Visitors(desk)
        server.stop()
        visitors.are_told_to_come_back()
        assert WEB.get(desk.product.url("/readyz")).status_code == 503
        assert WEB.get(desk.product.url("/livez")).status_code == 200
        server.start()
        wait_until(lambda: WEB.get(desk.product.url("/readyz")).status_code == 200, "the store")
        visitors.get_through()
