"""A calendar or a rule that changes: what moves is shown, and moves only when somebody applies it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from casework.actions.office import Office
from casework.actions.recounting import MovedDate, apply_moved, find_moved
from casework.case import Case
from casework.kinds import CaseKind
from casework.store import SqlStore
from casework.store.units_of_work import SqlUnitOfWork
from tests.casework.a_bureau import a_bureau, a_letter, an_office, open_case_of


def an_office_that_closes(*days: date) -> Office:
    bureau = a_bureau()
    return an_office(replace(bureau, calendar=replace(bureau.calendar, closing_days=frozenset(days))))


@pytest.fixture
def case(store: SqlStore, now: datetime) -> Case:
    """Due on 2026-12-21."""

    def work(uow: SqlUnitOfWork) -> Case:
        _, thread, message = a_letter(uow, now=now)
        return open_case_of(CaseKind.DISCLOSURE_APPLICATION, uow, thread, message, unit="bureau", now=now)

    return store.write(work)


def moved(store: SqlStore, office: Office, now: datetime) -> tuple[MovedDate, ...]:
    with store.read() as uow:
        return find_moved(uow.cases.list_open(limit=10), uow, office=office, now=now)


def test_a_calendar_that_did_not_change_moves_nothing(store: SqlStore, case: Case, now: datetime) -> None:
    assert moved(store, an_office(), now) == ()


def test_a_new_closing_day_is_shown_before_it_moves_any_date(store: SqlStore, case: Case, now: datetime) -> None:
    office = an_office_that_closes(date(2026, 12, 1))
    shown = moved(store, office, now)
    assert MovedDate(case.id, case.reference, "reply", date(2026, 12, 21), date(2026, 12, 22)) in shown
    with store.read() as uow:
        assert uow.cases.get(case.id).due_on == date(2026, 12, 21)


def test_applied_it_is_kept_and_the_ledger_says_so_and_a_second_time_moves_nothing(
    store: SqlStore, case: Case, now: datetime
) -> None:
    office = an_office_that_closes(date(2026, 12, 1))
    store.write(lambda uow: apply_moved(moved(store, office, now), uow, office=office, now=now))
    with store.read() as uow:
        assert uow.cases.get(case.id).due_on == date(2026, 12, 22)
        assert [event.facts.get("due_on") for event in uow.cases.events(case.id)][-1] == "2026-12-22"
    assert moved(store, office, now) == ()
