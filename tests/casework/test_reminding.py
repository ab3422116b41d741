"""Reminders of deadlines: on the ladder, in office hours, once each, and none lost to an outage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from casework.actions import applications, assignment
from casework.actions.reminding import Round, remind
from casework.actions.stepping import Walker
from casework.case import Case
from casework.events import EventName
from casework.kinds import CaseKind
from casework.outbox import OutboxEntry, OutboxKind, OutboxState
from casework.staff import Role, Staff
from casework.store import SqlStore
from casework.store.units_of_work import SqlUnitOfWork
from tests.casework.a_bureau import a_bureau, a_letter, an_office, open_case_of

OFFICE = an_office(a_bureau())
DUE = date(2026, 12, 21)


def at(day: date, hour: int = 10) -> datetime:
    """An hour of the day in Zhumadian."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=8)


def a_person(uow: SqlUnitOfWork, role: Role, unit: str) -> Staff:
    return uow.accounts.add_staff(
        f"{role.value}-{unit}",
        display_name="N",
        unit=unit,
        role=role,
        language="zh",
        mail=f"{role.value}@gaj.example",
        password_hash="x",
    )


@pytest.fixture
def case(store: SqlStore, now: datetime) -> Case:
    """An application in the north station, received on 2026-11-23 and due on 2026-12-21, with a person in charge."""

    def work(uow: SqlUnitOfWork) -> Case:
        _, thread, message = a_letter(uow, now=now)
        kind = CaseKind.DISCLOSURE_APPLICATION
        made = open_case_of(kind, uow, thread, message, unit="north-station", now=now, office=OFFICE)
        handler = a_person(uow, Role.HANDLER, "north-station")
        a_person(uow, Role.LEADER, "bureau")
        return assignment.assign(made, handler, uow, by=handler, now=now)

    return store.write(work)


def look(store: SqlStore, now: datetime) -> Round:
    return store.write(lambda uow: remind(uow, office=OFFICE, now=now))


def reminders(store: SqlStore) -> list[tuple[str, str]]:
    """To whom reminders were queued, and under which key, in order."""
    with store.read() as uow:
        entries: Sequence[OutboxEntry] = uow.outbox.list(list(OutboxState), limit=100)
    return [
        (entry.to.value, entry.reply.key)
        for entry in reversed(entries)
        if entry.kind is OutboxKind.NOTICE and entry.reply.key.startswith("notice.reminder")
    ]


def test_the_person_the_unit_and_the_leader_are_told_in_turn(store: SqlStore, case: Case) -> None:
    day = date(2026, 12, 10)
    while day < date(2026, 12, 28):
        look(store, at(day))
        day += timedelta(days=1)
    assert reminders(store) == [
        ("handler@gaj.example", "notice.reminder_before"),
        ("north@gaj.example", "notice.reminder_on"),
        ("leader@gaj.example", "notice.reminder_after"),
    ]
    with store.read() as uow:
        sent = uow.deadlines.reminded([case.id])
        assert [one.late for one in sent] == [False, False, False]
        assert [one.sent_at for one in sent] == [at(date(2026, 12, 16)), at(DUE), at(date(2026, 12, 22))]
        told = [event for event in uow.cases.events(case.id) if event.name is EventName.REMINDED]
        assert len(told) == 3


def test_after_an_outage_of_weeks_each_is_sent_once_and_marked_late(store: SqlStore, case: Case) -> None:
    look(store, at(date(2026, 12, 1)))
    assert reminders(store) == []
    for _ in range(3):
        look(store, at(date(2026, 12, 31)))
    assert [key for _, key in reminders(store)] == [
        "notice.reminder_before",
        "notice.reminder_on",
        "notice.reminder_after",
    ]
    with store.read() as uow:
        assert all(one.late for one in uow.deadlines.reminded([case.id]))


def test_nothing_is_told_at_night_or_on_a_day_off(store: SqlStore, case: Case) -> None:
    look(store, at(date(2026, 12, 16), hour=22))
    look(store, at(date(2026, 12, 19)))
    assert reminders(store) == []
    look(store, at(date(2026, 12, 21)))
    assert len(reminders(store)) == 2


def test_what_is_urgent_is_told_at_any_hour(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> Case:
        _, thread, message = a_letter(uow, now=now)
        return open_case_of(CaseKind.CRIME_REPORT, uow, thread, message, unit="bureau", now=now, office=OFFICE)

    report = store.write(work)
    assert report.urgent
    look(store, at(date(2026, 11, 28), hour=23))
    assert reminders(store)


def test_a_closed_case_and_a_paused_reply_remind_nobody(store: SqlStore, case: Case) -> None:
    def ask(uow: SqlUnitOfWork) -> None:
        walker = Walker(uow, OFFICE, a_person(uow, Role.INTAKE, "bureau"), at(date(2026, 12, 15)))
        applications.ask_third_party(uow.cases.get(case.id), applications.Asked("示例公司"), walker)

    store.write(ask)
    look(store, at(DUE))
    assert reminders(store) == []


def test_a_third_party_that_stays_silent_lets_the_reply_run_again(store: SqlStore, case: Case) -> None:
    def ask(uow: SqlUnitOfWork) -> None:
        walker = Walker(uow, OFFICE, a_person(uow, Role.INTAKE, "bureau"), at(date(2026, 11, 24)))
        applications.ask_third_party(uow.cases.get(case.id), applications.Asked("示例公司"), walker)

    store.write(ask)
    with store.read() as uow:
        assert {one.name: one.state for one in uow.deadlines.of_case(case.id)}["reply"] == "paused"
    # Working day 15 after 11-24 is 12-15: from 12-16 the reply runs again, 15 working days later than before.
    look(store, at(date(2026, 12, 16)))
    with store.read() as uow:
        kept = {one.name: (one.state, one.due_on) for one in uow.deadlines.of_case(case.id)}
    assert kept["third_party"][0] == "missed"
    assert kept["reply"][0] == "running"


def test_more_deadlines_than_one_look_holds_are_all_found(store: SqlStore, now: datetime) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        _, thread, message = a_letter(uow, now=now)
        for _ in range(7):
            open_case_of(CaseKind.DISCLOSURE_APPLICATION, uow, thread, message, unit="bureau", now=now, office=OFFICE)

    store.write(work)
    after, looks, sent = None, 0, 0
    while looks < 20:
        done = store.write(
            lambda uow, place=after: remind(uow, office=OFFICE, now=at(DUE), after=place, limit=3)  # type: ignore[misc]
        )
        looks, sent, after = looks + 1, sent + done.sent, done.after
        if after is None:
            break
    assert sent == 14
    assert looks > 2
