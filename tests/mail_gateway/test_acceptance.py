"""Mails that wait at the same time share a commit, and each is told the truth about its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import TypeVar

from casework.inbox import InboxState
from casework.ports import UnitOfWork
from casework.store import SqlStore
from mail_gateway.acceptance import NOBODY, accept_into, arrival_of
from mail_gateway.envelope import Envelope
from tests.mail_gateway.letters import OURS, a_mail

T = TypeVar("T")


class CountingStore:
    """The real store, counting how often it is asked."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.asked = 0
        self.read = store.read
        self.write = store.write

    def submit(self, work: Callable[[UnitOfWork], T]) -> Future[T]:
        self.asked += 1
        return self._store.submit(work)


def envelope(sender: str = "li@mail.example") -> Envelope:
    return Envelope(sender, (OURS.main,), datetime.now(UTC))


def count(store: SqlStore) -> int:
    with store.read() as uow:
        return uow.inbox.count(InboxState.RECEIVED)


def test_waiting_mails_share_commits(store: SqlStore) -> None:
    counting, told = CountingStore(store), []
    accept = accept_into(counting, lambda: told.append(True))

    async def crowd() -> None:
        await asyncio.gather(*(accept(a_mail(f"{number}"), envelope()) for number in range(100)))

    asyncio.run(crowd())
    assert count(store) == 100
    assert counting.asked == len(told) <= 5


def test_a_mail_that_the_store_refuses_fails_alone(store: SqlStore) -> None:
    accept = accept_into(store)

    async def crowd() -> list[BaseException | None]:
        # An address that no database can hold stands for any row that is refused.
        good = [accept(a_mail(f"{number}"), envelope()) for number in range(5)]
        bad = accept(a_mail("bad"), envelope("\ud800@mail.example"))
        return await asyncio.gather(*good[:3], bad, *good[3:], return_exceptions=True)

    results = asyncio.run(crowd())
    assert [result is None for result in results] == [True, True, True, False, True, True]
    assert count(store) == 5


def test_a_client_that_has_gone_does_not_disturb_the_others(store: SqlStore) -> None:
    accept = accept_into(store)

    async def crowd() -> None:
        gone = asyncio.ensure_future(accept(a_mail("gone"), envelope()))
        stays = asyncio.ensure_future(accept(a_mail("stays"), envelope()))
        await asyncio.sleep(0)
        gone.cancel()
        await stays

    asyncio.run(crowd())
    assert count(store) == 2


def test_mail_is_ordered_by_envelope_sender_and_machines_share_one_conversation() -> None:
    assert arrival_of(a_mail(), envelope("Li@Mail.Example")).conversation == "li@mail.example"
    assert arrival_of(a_mail(), envelope("")).conversation == NOBODY
