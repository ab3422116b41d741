"""The same letter brought twice: by two gateways at once, and again after the database went away in the middle."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from casework.inbox import InboxState
from casework.store import SqlStore, open_store
from mail_gateway.acceptance import accept_into
from mail_gateway.server import MailServer
from tests.mail_gateway.letters import OURS, a_mail
from tests.mail_gateway.running_server import mail_server

LETTERS = 40
SENDER = "li@mail.example"


@pytest.fixture
def stores(postgres_url: str) -> Iterator[tuple[SqlStore, SqlStore]]:
    """Two processes' ways to one PostgreSQL database."""
    first, second = open_store(postgres_url), open_store(postgres_url)
    first.create_tables()
    yield first, second
    first.close()
    second.close()


def bring(server: MailServer, raws: list[bytes]) -> list[int]:
    """What the gateway answers to each of these letters."""
    answers = []
    with smtplib.SMTP("127.0.0.1", server.port, timeout=30) as client:
        client.ehlo()
        for raw in raws:
            client.mail(SENDER)
            client.rcpt(OURS.main)
            answers.append(client.data(raw)[0])
    return answers


def received(store: SqlStore) -> int:
    with store.read() as uow:
        return uow.inbox.count(InboxState.RECEIVED)


def test_two_gateways_on_one_database_take_the_same_letters_once(stores: tuple[SqlStore, SqlStore]) -> None:
    raws = [a_mail(f"letter {number}") for number in range(LETTERS)]
    with (
        mail_server(accept_into(stores[0])) as one,
        mail_server(accept_into(stores[1])) as other,
        ThreadPoolExecutor(4) as pool,
    ):
        jobs = [pool.submit(bring, gateway, raws) for gateway in (one, other, one, other)]
        answers = [answer for job in jobs for answer in job.result(60)]
    assert answers == [250] * (4 * LETTERS)
    assert received(stores[0]) == LETTERS


def test_a_database_that_goes_away_in_the_middle_of_a_letter_costs_the_sender_one_more_try(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    store, raw = stores[0], a_mail("in the middle")
    with mail_server(accept_into(store)) as server, smtplib.SMTP("127.0.0.1", server.port, timeout=30) as client:
        client.ehlo()
        client.mail(SENDER)
        client.rcpt(OURS.main)
        assert client.docmd("DATA")[0] == 354
        client.send(raw[: len(raw) // 2])
        with store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE inbox RENAME TO away")
        client.send(raw[len(raw) // 2 :] + b"\r\n.\r\n")
        assert client.getreply()[0] == 451
        with store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO inbox")
        assert bring(server, [raw, raw]) == [250, 250]
    assert received(store) == 1
