"""Serving as an operator knows it: roles, ports, and a stop that ends in time and loses nothing."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from casework.outbox import OutboxState
from casework.store.tables import outbox
from runtime.data_directory import hold_data_directory
from tests.running.audit import looking, wait_for_rest
from tests.running.citizens import ChatCitizen, a_letter, post
from tests.running.product import COMMAND, Product, running, wait_until
from tests.running.smarthost import Mood, Smarthost, smarthost

CITIZEN = "li@citizen.example"


@pytest.fixture
def mail_server() -> Iterator[Smarthost]:
    with smarthost() as peer:
        yield peer


def patient_product(folder: Path, mail_server: Smarthost) -> Product:
    """One that waits for its mail server for a whole minute."""
    extra = {
        "SUNWINDOW_SMARTHOST__HOST": "127.0.0.1",
        "SUNWINDOW_SMARTHOST__PORT": str(mail_server.port),
        "SUNWINDOW_SMARTHOST__TLS": "none",
        "SUNWINDOW_SMARTHOST__TIMEOUT": "60",
    }
    return Product(folder / "data", extra=extra)


def states_of_letters(product: Product) -> list[tuple[str, int]]:
    """State and counted repeats of everything promised to the citizen."""
    with looking(product.store_url) as connection:
        rows = connection.execute(select(outbox.c.state, outbox.c.repeats).where(outbox.c.address == CITIZEN))
        return [(row.state, row.repeats) for row in rows]


def test_a_stop_ends_in_time_though_a_mail_server_hangs_and_a_page_listens(
    tmp_path: Path, mail_server: Smarthost
) -> None:
    with running(patient_product(tmp_path, mail_server)) as product:
        mail_server.moods[CITIZEN] = Mood.HANGS
        post(product, a_letter("你们的窗口几点开门？", sender=CITIZEN, subject="咨询"), mail_from=CITIZEN)
        wait_until(
            lambda: (OutboxState.SENDING.value, 0) in states_of_letters(product),
            "the receipt, under way to the citizen",
        )
        citizen = ChatCitizen.begin(product)
        citizen.say("你好")
        with citizen.listening() as events:
            wait_until(lambda: bool(events), "what was said")
            began = time.monotonic()
            assert product.stop() == 0
            assert time.monotonic() - began < 25
        assert (OutboxState.SENDING.value, 0) in states_of_letters(product)
        mail_server.moods.clear()
        product.start()
        mail_server.wait_for(CITIZEN)
        wait_for_rest(product.store_url)
        assert states_of_letters(product) == [(OutboxState.DELIVERED.value, 1)]
        assert product.stop() == 0


@contextmanager
def serving(product: Product, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`sunwindow serve` with these arguments."""
    product.data.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [COMMAND, "serve", *arguments], env=product.environment(), stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_process_does_what_its_roles_say_and_no_more(tmp_path: Path) -> None:
    product = Product(tmp_path / "data")
    with serving(product, "--roles", "http") as process:

        def is_ready() -> bool:
            assert process.poll() is None
            try:
                return httpx.get(product.url("/readyz"), timeout=5, trust_env=False).status_code == 200
            except httpx.HTTPError:
                return False

        wait_until(is_ready, "the web server", seconds=60)
        assert ChatCitizen.begin(product).say("办护照要多少钱")[0]["sources"]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", product.smtp_port), timeout=5)
        process.terminate()
        assert process.wait(20) == 0


def test_a_taken_port_is_said_in_words(tmp_path: Path) -> None:
    product = Product(tmp_path / "data")
    with socket.create_server(("127.0.0.1", product.smtp_port)), serving(product, "--roles", "smtp") as process:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "Traceback" not in said
        assert f"{product.smtp_port}" in said.splitlines()[-1]


def test_a_second_worker_on_the_same_data_is_refused(tmp_path: Path) -> None:
    product = Product(tmp_path / "data")
    with hold_data_directory(product.data), serving(product) as second:
        _, said = second.communicate(timeout=60)
        assert second.returncode == 1
        assert "is in use" in said
        assert "Traceback" not in said
