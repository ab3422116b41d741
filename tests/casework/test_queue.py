"""The queue: its order, what it counts, and that a page of it is a part of the whole."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from casework.case import CaseStatus
from casework.party import Address, ChannelName
from casework.ports import QueueFilter
from casework.store import SqlStore
from casework.store.tables import cases
from casework.store.units_of_work import SqlUnitOfWork
from tests.casework.a_bureau import a_complaint


@pytest.fixture
def filled(store: SqlStore, now: datetime) -> SqlStore:
    """Seven cases: urgent, due soon, due late, without a day, and three closed."""
    rows: tuple[dict[str, Any], ...] = (
        {"due_on": (now + timedelta(days=9)).date()},
        {"due_on": None},
        {"due_on": (now + timedelta(days=2)).date()},
        {"due_on": (now + timedelta(days=30)).date(), "urgent": True},
        {"status": "closed", "urgent": True},
        {"status": "closed"},
        {"status": "closed"},
    )

    def work(uow: SqlUnitOfWork) -> None:
        for number, row in enumerate(rows):
            case = a_complaint(uow, now=now, address=Address(ChannelName.WEB_CHAT, f"web-{number}")).case
            uow.connection.execute(update(cases).where(cases.c.id == case.id).values(row))

    store.write(work)
    return store


def test_the_urgent_come_first_then_the_nearest_day_and_what_is_closed_last_and_latest_first(filled: SqlStore) -> None:
    with filled.read() as uow:
        every = [int(case.id) for case in uow.cases.queue(QueueFilter(), limit=50)]
        waiting = (CaseStatus.NEW, CaseStatus.IN_PROGRESS, CaseStatus.WAITING)
        assert [int(case.id) for case in uow.cases.queue(QueueFilter(statuses=waiting), limit=50)] == [4, 3, 1, 2]
    assert every == [4, 3, 1, 2, 7, 6, 5]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_pages_of_the_queue_are_the_whole_of_it(filled: SqlStore, size: int) -> None:
    with filled.read() as uow:
        whole = [case.id for case in uow.cases.queue(QueueFilter(), limit=50)]
        pages = [uow.cases.queue(QueueFilter(), limit=size, after=after) for after in range(0, 8, size)]
    assert [case.id for page in pages for case in page] == whole


def test_counting_ends_where_nobody_looks_any_further(filled: SqlStore) -> None:
    with filled.read() as uow:
        assert uow.cases.count(QueueFilter()) == 7
        assert uow.cases.count(QueueFilter(), most=7) == 7
        assert uow.cases.count(QueueFilter(), most=3) == 4
        assert uow.cases.count(QueueFilter(statuses=(CaseStatus.CLOSED,)), most=100) == 3
