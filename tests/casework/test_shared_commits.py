"""Shared commits: an error undoes its own part alone, and nobody is told of success before the commit."""

import threading
from datetime import datetime
from pathlib import Path

import pytest

from casework.errors import CaseworkConflict, CaseworkUnavailable
from casework.party import Address, ChannelName
from casework.store import SqlStore, SqlUnitOfWork, open_store


def address(number: int) -> Address:
    return Address(ChannelName.TERMINAL, f"t{number}")


def test_an_error_undoes_its_own_part_alone(store: SqlStore, now: datetime) -> None:
    def work(number: int, uow: SqlUnitOfWork) -> int:
        uow.parties.ensure(address(number), language="zh", name=None, now=now)
        if number % 3 == 0:
            raise ValueError(number)
        return number

    futures = [store.submit(lambda uow, number=number: work(number, uow)) for number in range(30)]  # type: ignore[misc]
    outcomes = [future.exception() is None for future in futures]
    assert outcomes == [number % 3 != 0 for number in range(30)]
    with store.read() as uow:
        known = [uow.parties.find(address(number)) is not None for number in range(30)]
    assert known == outcomes


def test_writers_that_wait_together_all_get_their_own_answer(store: SqlStore, now: datetime) -> None:
    answers: list[int] = []

    def one(number: int) -> None:
        party = store.write(lambda uow: uow.parties.ensure(address(number), language="zh", name=None, now=now))
        answers.append(party.id)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 20


def test_a_conflict_is_tried_again_before_it_is_reported(store: SqlStore) -> None:
    tries: list[int] = []

    def moved_once(_uow: SqlUnitOfWork) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise CaseworkConflict
        return "done"

    def always_moved(_uow: SqlUnitOfWork) -> None:
        raise CaseworkConflict("always")

    assert store.write(moved_once) == "done"
    with pytest.raises(CaseworkConflict, match="always"):
        store.write(always_moved)


def test_a_database_that_cannot_be_opened_is_unavailable_and_no_crash(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/missing/folder/x.sqlite3")
    try:
        with pytest.raises(CaseworkUnavailable, match="try again later"):
            store.write(lambda uow: uow.doors.get_position("x"))
    finally:
        store.close()


def test_after_closing_nothing_more_is_accepted_and_what_was_is_done(store_url: str, now: datetime) -> None:
    store = open_store(store_url)
    store.create_tables()
    futures = [
        store.submit(lambda uow, n=n: uow.parties.ensure(address(n), language="zh", name=None, now=now))  # type: ignore[misc]
        for n in range(50)
    ]
    store.close()
    assert all(future.result() for future in futures)
    with pytest.raises(CaseworkUnavailable, match="closing"):
        store.write(lambda uow: uow.doors.get_position("x"))


def test_a_full_disk_fails_every_waiting_caller_and_loses_nothing_committed(tmp_path: Path, now: datetime) -> None:
    store = open_store(f"sqlite:///{tmp_path}/small.sqlite3")
    store.create_tables()
    store.write(lambda uow: uow.parties.ensure(address(0), language="zh", name=None, now=now))
    big = "字" * 2_000_000

    def limit(uow: SqlUnitOfWork) -> int:
        pages = uow.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        uow.connection.exec_driver_sql(f"PRAGMA max_page_count={int(pages) + 4}")
        return int(pages)

    # One connection serves the only writer, so the limit holds for what it writes next.
    store.write(limit)
    with pytest.raises(CaseworkUnavailable):
        store.write(lambda uow: uow.parties.ensure(address(1), language="zh", name=big, now=now))
    with store.read() as uow:
        assert uow.parties.find(address(0)) is not None
        assert uow.parties.find(address(1)) is None
    store.close()
