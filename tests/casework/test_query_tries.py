"""Query codes are tried slowly, and nobody can shut the owner of a case out by trying."""

from datetime import datetime

from casework.query_tries import FOR_A_CASE, FROM_AN_ADDRESS, FROM_ONE_SOURCE, WINDOW, count_wrong, may_try
from casework.store import SqlStore

CASE = "ZMD-2026-000001-1"


def wrong(store: SqlStore, case: str, source: str, now: datetime) -> None:
    store.write(lambda uow: count_wrong(uow.doors, case, source, now=now))


def allowed(store: SqlStore, case: str, source: str, now: datetime) -> bool:
    with store.read() as uow:
        return may_try(uow.doors, case, source, now=now)


def test_a_guesser_is_stopped_and_the_owner_elsewhere_is_not(store: SqlStore, now: datetime) -> None:
    for _ in range(FROM_ONE_SOURCE):
        assert allowed(store, CASE, "guesser", now)
        wrong(store, CASE, "guesser", now)
    assert not allowed(store, CASE, "guesser", now)
    assert allowed(store, CASE, "owner", now)
    assert allowed(store, CASE, "guesser", now + 2 * WINDOW)


def test_one_source_cannot_go_through_the_numbers(store: SqlStore, now: datetime) -> None:
    for number in range(FROM_AN_ADDRESS):
        wrong(store, f"case {number}", "guesser", now)
    assert not allowed(store, "another case", "guesser", now)


def test_many_sources_together_are_stopped_at_one_case(store: SqlStore, now: datetime) -> None:
    for number in range(FOR_A_CASE):
        wrong(store, CASE, f"guesser {number}", now)
    assert not allowed(store, CASE, "yet another", now)
    assert allowed(store, "another case", "yet another", now)
