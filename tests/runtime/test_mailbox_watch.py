"""The product fetching an existing mailbox, as an operator knows it: kills, outages, stops, figures."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from casework.store.tables import inbox, outbox
from mail_gateway.errors import MailGatewayUnavailable
from mail_gateway.imap_session import MailboxRefused
from runtime.mailbox_watch import MailboxState, pause_after
from tests.running.audit import looking, wait_for_rest
from tests.running.citizens import a_letter
from tests.running.imap_server import ImapServer, imap_server
from tests.running.product import WEB, Product, running, wait_until

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def letters(first: int, last: int) -> list[bytes]:
    """From as many citizens, so that each may have its receipt."""
    return [
        a_letter("你们的窗口几点开门？", sender=f"li{number}@citizen.example", subject="咨询")
        for number in range(first, last)
    ]


def count(product: Product) -> int:
    with looking(product.store_url) as connection:
        return int(connection.execute(select(func.count()).select_from(inbox)).scalar_one())


def receipts(product: Product) -> list[int]:
    """How many mails each citizen was promised."""
    to_citizens = select(func.count()).where(outbox.c.address.like("%@citizen.example")).group_by(outbox.c.address)
    with looking(product.store_url) as connection:
        return list(connection.execute(to_citizens).scalars())


def figures(product: Product) -> str:
    return WEB.get(product.url("/metrics")).text


def fetching(tmp_path: Path, server: ImapServer, **changes: str) -> Product:
    return Product(tmp_path / "data", extra={**server.settings, **changes})


def test_a_kill_between_fetch_and_commit_and_an_outage_lose_nothing_and_bring_nothing_twice(tmp_path: Path) -> None:
    with imap_server(tmp_path) as server, running(fetching(tmp_path, server)) as product:
        product.die_at("accept.saving@email:3")
        server.put_many(letters(0, 5))
        product.wait_for_death()
        assert count(product) < 5
        product.start()
        wait_until(lambda: count(product) == 5, "the letters after the kill")
        product.die_at("accept.saved@email:2")
        server.put_many(letters(5, 8))
        product.wait_for_death()
        server.stop()
        product.start()
        wait_until(lambda: 'sunwindow_mailbox_failing{error="unavailable"} 1.0' in figures(product), "the figure")
        server.start()
        server.put(*letters(8, 10))
        wait_until(lambda: count(product) == 10, "the letters after the outage", seconds=60)
        wait_until(lambda: 'sunwindow_mailbox_failing{error=""} 0.0' in figures(product), "the figure")
        assert "sunwindow_mailbox_fetched_seconds" in figures(product)
        wait_for_rest(product.store_url)
        assert count(product) == 10
        assert receipts(product) == [1] * 10


def test_a_stop_ends_in_time_though_the_mailbox_hangs(tmp_path: Path) -> None:
    with imap_server(tmp_path) as server, running(fetching(tmp_path, server)) as product:
        server.put(*letters(0, 1))
        wait_until(lambda: count(product) == 1, "the letter")
        server.freeze()
        try:
            time.sleep(1.5)
            began = time.monotonic()
            assert product.stop() == 0
            assert time.monotonic() - began < 15
        finally:
            server.thaw()


def test_a_wrong_password_is_said_once_in_words_with_the_setting_and_the_way_out(tmp_path: Path) -> None:
    with imap_server(tmp_path) as server:
        changes = {"SUNWINDOW_IMAP__PASSWORD": "not-the-one"}
        with running(fetching(tmp_path, server, **changes)) as product:
            wait_until(lambda: 'sunwindow_mailbox_failing{error="imap.password"} 1.0' in figures(product), "the figure")
            said = [line for line in product.log.read_text().splitlines() if "mailbox.not_fetched" in line]
        assert len(said) == 1
        assert "imap.password" in said[0]
        assert "authorization code" in said[0]
        assert "not-the-one" not in product.log.read_text()


def test_a_lost_connection_is_tried_again_soon_and_then_ever_less_often() -> None:
    lost = MailGatewayUnavailable()
    assert [pause_after(lost, failures, poll=60) for failures in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert pause_after(lost, 1000, poll=60) == 300
    assert pause_after(None, 0, poll=60) == 60


@pytest.mark.parametrize(("poll", "pause"), [(60, 300), (3600, 3600)])
def test_who_is_refused_does_not_knock_on_and_on(poll: float, pause: float) -> None:
    assert pause_after(MailboxRefused("imap.password", "no"), 1, poll=poll) == pause


def test_the_state_keeps_when_all_was_well_and_since_when_it_is_not() -> None:
    well = MailboxState().after(None, NOW)
    assert well == MailboxState(fetched_at=NOW.isoformat())
    later = NOW.replace(hour=3)
    ill = well.after(MailGatewayUnavailable(), later)
    assert ill == MailboxState(NOW.isoformat(), later.isoformat(), "unavailable")
    assert ill.after(ValueError("x"), NOW.replace(hour=4)) == MailboxState(
        NOW.isoformat(), later.isoformat(), "ValueError"
    )
    assert ill.after(None, later).error == ""
