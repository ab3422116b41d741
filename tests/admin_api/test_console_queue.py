"""The queue: order, deadlines in words, filters, search, paging, and what a clerk does not see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin_api.deadline import Nearness, deadline_of
from casework.actions.assignment import assign
from casework.kinds import CaseKind
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    yield desk
    desk.store.close()


def references(browser: Browser, query: str = "") -> list[str]:
    return re.findall(r'class="reference">([^<]+)<', browser.open(f"/staff/queue{query}").text)


def test_urgent_cases_come_first_and_then_the_nearest_deadline(desk: FrontDesk) -> None:
    desk.hire("zong")
    slow = desk.receive("建议增加座椅", kind=CaseKind.SUGGESTION, address="w1").case
    near = desk.receive("请问周末办公吗", kind=CaseKind.CONSULTATION, address="w2").case
    crime = desk.receive("车窗被砸", kind=CaseKind.CRIME_REPORT, address="w3").case
    with signed_in(desk, "zong") as browser:
        assert references(browser) == [crime.reference, near.reference, slow.reference]
        assert "紧急" in text_of(browser.open("/staff/queue"))


@pytest.mark.parametrize(
    ("on", "nearness", "said"),
    [
        (datetime(2026, 11, 24, 1, tzinfo=UTC), Nearness.AHEAD, "还有 6 天"),
        (datetime(2026, 11, 28, 1, tzinfo=UTC), Nearness.SOON, "只剩 2 天"),
        (datetime(2026, 11, 29, 1, tzinfo=UTC), Nearness.SOON, "明天到期"),
        (datetime(2026, 11, 30, 1, tzinfo=UTC), Nearness.TODAY, "今天到期"),
        (datetime(2026, 12, 1, 1, tzinfo=UTC), Nearness.OVERDUE, "昨天已到期"),
        (datetime(2026, 12, 3, 1, tzinfo=UTC), Nearness.OVERDUE, "已逾期 3 天"),
    ],
)
def test_a_deadline_is_said_in_words_beside_its_colour(
    on: datetime, nearness: Nearness, said: str, desk: FrontDesk
) -> None:
    case = desk.receive("请问周末办公吗", kind=CaseKind.CONSULTATION).case
    desk.time[0] = on
    desk.hire("zong")
    today = desk.context.office.bureau.calendar.local_date(on)
    assert deadline_of(case, today).nearness is nearness
    with signed_in(desk, "zong") as browser:
        page = browser.open("/staff/queue")
        assert f"deadline-{nearness.value}" in page.text
        assert said in text_of(page)


def test_the_slices_count_and_show_mine_unassigned_and_all(desk: FrontDesk) -> None:
    zong = desk.hire("zong")
    mine = desk.receive("路灯坏了", address="w1").case
    other = desk.receive("井盖丢了", address="w2").case
    desk.store.write(lambda uow: assign(uow.cases.get(mine.id), zong, uow, by=zong, now=desk.now))
    with signed_in(desk, "zong") as browser:
        assert references(browser, "?view=mine") == [mine.reference]
        assert references(browser, "?view=unassigned") == [other.reference]
        assert len(references(browser)) == 2
        assert "我的 1" in text_of(browser.open("/staff/queue"))


def test_filters_and_search_find_by_kind_unit_status_and_words(desk: FrontDesk) -> None:
    desk.hire("zong")
    lamp = desk.receive("路灯坏了", address="w1", name="示例甲").case
    visa = desk.receive("签证续期", kind=CaseKind.CONSULTATION, unit="exit-entry", address="w2", name="示例乙").case
    with signed_in(desk, "zong") as browser:
        assert references(browser, "?kind=consultation") == [visa.reference]
        assert references(browser, "?unit=exit-entry") == [visa.reference]
        assert len(references(browser, "?unit=city-bureau")) == 2, "a unit includes those below it"
        assert references(browser, "?status=closed") == []
        assert references(browser, "?q=路灯") == [lamp.reference]
        assert references(browser, "?q=示例乙") == [visa.reference]
        assert references(browser, f"?q={visa.reference}") == [visa.reference]
        assert "这里没有待办" in text_of(browser.open("/staff/queue?q=没有的词"))


@pytest.mark.parametrize(
    "query", ["?kind=nonsense", "?status=9", "?unit=nowhere", "?view=x", "?page=-3", "?page=99999"]
)
def test_a_filter_that_makes_no_sense_breaks_nothing(query: str, desk: FrontDesk) -> None:
    desk.hire("zong")
    with signed_in(desk, "zong") as browser:
        assert browser.open(f"/staff/queue{query}").status_code == 200


def test_a_long_queue_is_paged_and_no_case_is_shown_twice(desk: FrontDesk) -> None:
    desk.hire("zong")
    made = {desk.receive(f"第{number}封来信", address=f"w{number}").case.reference for number in range(30)}
    with signed_in(desk, "zong") as browser:
        first, second = references(browser), references(browser, "?page=2")
        assert (len(first), len(second)) == (25, 5)
        assert {*first, *second} == made
        assert 'rel="next" href="/staff/queue?page=2"' in browser.open("/staff/queue").text


def test_a_clerk_sees_the_cases_of_the_own_unit_and_below_and_no_others(desk: FrontDesk) -> None:
    desk.hire("jiao", Role.HANDLER, "traffic-police")
    own = desk.receive("违章停车", unit="traffic-police", address="w1").case
    below = desk.receive("上牌太慢", unit="vehicle-management", address="w2").case
    other = desk.receive("签证续期", unit="exit-entry", address="w3").case
    with signed_in(desk, "jiao") as browser:
        assert set(references(browser, "?view=all")) == {own.reference, below.reference}
        assert references(browser, "?unit=exit-entry") == []
        assert references(browser, f"?q={other.reference}") == []
        assert browser.open(f"/staff/cases/{other.reference}").status_code == 404
        assert "全部 2" in text_of(browser.open("/staff/queue"))


def test_the_name_behind_an_anonymous_complaint_is_hidden_from_clerks_and_cannot_be_searched(desk: FrontDesk) -> None:
    desk.hire("jiao", Role.HANDLER, "traffic-police")
    desk.hire("zong", Role.INTAKE)
    desk.receive("民警态度差", unit="traffic-police", name="示例丁某", anonymous=True)
    with signed_in(desk, "jiao") as browser:
        page = browser.open("/staff/queue")
        assert "示例丁某" not in page.text
        assert "不公开姓名" in text_of(page)
        assert references(browser, "?q=示例丁某") == []
    with signed_in(desk, "zong") as browser:
        assert "示例丁某" in browser.open("/staff/queue").text


def test_markup_in_names_and_subjects_is_shown_as_it_was_typed(desk: FrontDesk) -> None:
    desk.hire("zong")
    desk.receive("x", subject="<script>alert(1)</script>", name="<img src=x onerror=alert(2)>")
    with signed_in(desk, "zong") as browser:
        page = browser.open("/staff/queue")
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "<script>alert(1)</script>" in text_of(page).replace("&lt;", "<").replace("&gt;", ">")
