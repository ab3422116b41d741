"""What another calendar or rule would do to open cases is shown before it is applied."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from casework.clocks.changes import ClockedCase, Timing, find_changes, say_change
from casework.clocks.course import ClockEvent, ClockEventName
from casework.regime import ReceiptChannel
from casework.regime_files import get_regime
from tests.casework.clock_cases import CALENDAR, explainer

TODAY = date(2026, 12, 21)
NOW = Timing(get_regime, CALENDAR)


def a_case(reference: str, received: date, *more: ClockEvent) -> ClockedCase:
    events = (ClockEvent(ClockEventName.RECEIVED, received), *more)
    return ClockedCase(reference, "cn-ogi-2019", ReceiptChannel.IN_PERSON, events)


CASES = (a_case("A", date(2026, 12, 10)), a_case("B", date(2026, 11, 20)), a_case("C", date(2026, 12, 14)))
"""A and C are due in January, B is not."""


def test_the_same_timing_changes_nothing() -> None:
    assert list(find_changes(CASES, NOW, NOW, today=TODAY)) == []


def test_a_holiday_that_is_announced_moves_the_cases_that_run_over_it() -> None:
    announced = Timing(
        get_regime, replace(CALENDAR, closing_days=frozenset({date(2027, 1, 4)}), announced_through=2027)
    )
    changes = list(find_changes(CASES, NOW, announced, today=TODAY))
    moved = [
        (each.reference, each.name.value, each.before and each.before.due_on, each.after and each.after.due_on)
        for each in changes
    ]
    assert moved == [
        ("A", "reply", date(2027, 1, 8), date(2027, 1, 11)),
        ("C", "reply", date(2027, 1, 12), date(2027, 1, 13)),
    ]
    assert [each.after.provisional for each in changes if each.after] == [False, False]


def test_a_worked_weekend_that_is_announced_makes_them_earlier() -> None:
    announced = Timing(get_regime, replace(CALENDAR, make_up_days=frozenset({date(2027, 1, 3)})))
    (change,) = find_changes(CASES[:1], NOW, announced, today=TODAY)
    assert change.after is not None
    assert change.after.due_on == date(2027, 1, 7)


def test_a_setting_that_is_confirmed_moves_the_cases_that_it_touches() -> None:
    paid = a_case(
        "D", date(2026, 11, 20), ClockEvent(ClockEventName.FEE_NOTIFIED, date(2026, 11, 23)),
        ClockEvent(ClockEventName.FEE_PAID, date(2026, 11, 25)),
    )  # fmt: skip
    confirmed = Timing(lambda slug: get_regime(slug).with_overrides({"settings": {"fee_notice": "pause"}}), CALENDAR)
    changes = list(find_changes((*CASES, paid), NOW, confirmed, today=date(2026, 12, 1)))
    assert [(each.reference, each.name.value) for each in changes] == [("D", "reply"), ("D", "fee")]
    assert [say_change(each, explainer()) for each in changes] == [
        "Reply: 2026-12-18 (Fri) running → 2026-12-22 (Tue) running",
        "Payment of the fee: new, 2026-12-21 (Mon) met",
    ]
    back = list(find_changes((paid,), confirmed, NOW, today=date(2026, 12, 1)))
    assert say_change(back[0], explainer("zh")) == "缴费：取消，原为2026-12-21（周一） 按期完成"


def test_two_deadlines_of_one_name_are_told_apart() -> None:
    two = a_case(
        "E", date(2026, 12, 10), ClockEvent(ClockEventName.THIRD_PARTY_ASKED, date(2026, 12, 10), party="one"),
        ClockEvent(ClockEventName.THIRD_PARTY_ASKED, date(2026, 12, 18), party="other"),
    )  # fmt: skip
    announced = Timing(get_regime, replace(CALENDAR, closing_days=frozenset({date(2027, 1, 4)})))
    changes = list(find_changes((two,), NOW, announced, today=TODAY))
    assert [(each.name.value, each.number) for each in changes] == [("third_party", 2), ("reply", 1)]
