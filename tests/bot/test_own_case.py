"""Withdrawing and rating in the conversation, over a real store: once, and only for one's own case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.desk import Handled
from casework.actions.closure import close
from casework.actions.stepping import Walker
from casework.case import Case, CaseStatus
from casework.disposition import Disposition
from casework.events import EventName
from casework.message import Direction
from casework.ports import QueueFilter, UnitOfWork
from casework.staff import Role
from tests.bot.a_desk_store import Counter, a_counter
from tests.bot.demo_desk import demo_office


@pytest.fixture
def counter(store_url: str) -> Iterator[Counter]:
    with a_counter(store_url) as opened:
        yield opened


def keys(handled: Handled) -> list[str]:
    return [numbered.reply.key for numbered in handled.replies]


def a_consultation(counter: Counter, who: str = "citizen-1") -> Case:
    """A question that an officer answers, filed in the chat."""
    counter.say("转人工", who=who)
    counter.say("我家门口的路灯坏了三个星期，应该找谁修？", who=who)
    for _ in range(3):
        if cases := cases_of(counter):
            mine = [case for case in cases if case.status is CaseStatus.NEW]
            if mine:
                return mine[0]
        counter.say("确认", who=who)
    raise AssertionError("nothing was filed")


def cases_of(counter: Counter) -> list[Case]:
    with counter.store.read() as uow:
        return list(uow.cases.queue(QueueFilter(), limit=10))


def end(counter: Counter, case: Case) -> None:
    def work(uow: UnitOfWork) -> None:
        found = uow.accounts.find_staff("clerk")
        staff = (
            found[0]
            if found
            else uow.accounts.add_staff(
                "clerk",
                display_name="Clerk",
                unit="city-bureau",
                role=Role.INTAKE,
                language="zh",
                mail="",
                password_hash="x",
            )
        )
        close(uow.cases.get(case.id), Disposition.ANSWERED, Walker(uow, demo_office(), staff, counter.now))

    counter.store.write(work)


def events(counter: Counter, case: Case) -> list[EventName]:
    with counter.store.read() as uow:
        return [event.name for event in uow.cases.events(case.id)]


def test_a_matter_is_taken_back_after_a_second_yes(counter: Counter) -> None:
    case = a_consultation(counter)
    assert keys(counter.say(f"撤回 {case.reference}")) == ["withdraw_case.ask"]
    assert keys(counter.say("", choice="yes")) == ["withdraw_case.done"]
    assert events(counter, case)[-2:] == [EventName.WITHDRAWN, EventName.CLOSED]
    assert keys(counter.say(f"撤回 {case.reference}")) == ["withdraw_case.closed"]


def test_nobody_takes_back_what_is_anothers(counter: Counter) -> None:
    case = a_consultation(counter)
    assert keys(counter.say(f"撤回 {case.reference}", who="citizen-2")) == ["withdraw_case.not_own"]
    assert EventName.WITHDRAWN not in events(counter, case)


def test_the_status_tells_the_next_step(counter: Counter) -> None:
    a_consultation(counter)
    assert "下一步：" in counter.texts("查询进度")


def test_the_pressed_grade_is_recorded_once_and_a_poor_one_reopens_and_asks_for_words(counter: Counter) -> None:
    case = a_consultation(counter)
    end(counter, case)
    with counter.store.read() as uow:
        asked = [m for m in uow.threads.messages_of_case(case.id) if m.direction is Direction.OUTBOUND][-1]
    choices = asked.reply["choices"]
    assert isinstance(choices, list)
    poor = choices[-1]["value"]
    assert keys(counter.say("", choice=poor)) == ["rate_case.what_went_wrong"]
    assert keys(counter.say("没有人来修")) == ["rate_case.heard"]
    with counter.store.read() as uow:
        now = uow.cases.get(case.id)
        assert (now.rating, now.status) == (1, CaseStatus.NEW)
        assert "没有人来修" in [message.text for message in uow.threads.messages_of_case(case.id)]
    assert keys(counter.say("", choice=poor)) == ["rate_case.already"]
    assert events(counter, case).count(EventName.RATED) == 1


def test_nobody_rates_what_is_anothers(counter: Counter) -> None:
    case = a_consultation(counter)
    end(counter, case)
    counter.say("你好", who="citizen-2")
    assert keys(counter.say("", who="citizen-2", choice=f"rate:{case.reference}:1")) == ["input.stale_choice"]
    assert EventName.RATED not in events(counter, case)
