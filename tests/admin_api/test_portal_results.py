"""Results that were made public: listed by kind and unit, page by page, and gone when they are taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_api.app import create_app
from admin_api.portal.results import ON_A_PAGE
from casework.case import Case
from casework.kinds import CaseKind
from casework.message import StaffId
from tests.admin_api.browsing import Browser, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Browser:
    return Browser(create_app(desk.context))


def publish(desk: FrontDesk, title: str, *, kind: CaseKind = CaseKind.SUGGESTION, unit: str = "city-bureau") -> Case:
    case = desk.receive("建议", kind=kind, unit=unit).case
    desk.store.write(
        lambda uow: uow.results.publish(
            case.id, language="zh", title=title, matter="建议<b>增设</b>路灯", answer="已增设。", unit=unit,
            by=StaffId(1), now=desk.now,
        )
    )  # fmt: skip
    return case


def test_the_home_page_leads_to_the_results(browser: Browser) -> None:
    assert 'href="/results"' in browser.open("/").text
    assert "还没有公开的结果" in text_of(browser.open("/results"))


def test_a_result_is_listed_and_read_without_anything_of_its_case(desk: FrontDesk, browser: Browser) -> None:
    case = publish(desk, "关于路灯")
    listed = browser.open("/results")
    assert "关于路灯" in text_of(listed)
    page = browser.open("/results/1")
    assert "已增设。" in text_of(page)
    assert "建议&lt;b&gt;增设" in page.text
    for answer in (listed, page):
        assert case.reference not in answer.text
        assert "示例甲" not in answer.text
    assert "Published results" in text_of(browser.open("/results?lang=en"))


def test_kind_and_unit_narrow_the_list_and_nonsense_narrows_nothing(desk: FrontDesk, browser: Browser) -> None:
    publish(desk, "甲题")
    publish(desk, "乙题", kind=CaseKind.CONSULTATION, unit="exit-entry")
    only = text_of(browser.open("/results?kind=consultation"))
    assert "乙题" in only
    assert "甲题" not in only
    assert "甲题" not in text_of(browser.open("/results?unit=exit-entry"))
    everything = text_of(browser.open("/results?kind=planted&unit=%00&before=x"))
    assert "甲题" in everything
    assert "乙题" in everything


def test_the_list_is_read_page_by_page(desk: FrontDesk, browser: Browser) -> None:
    for number in range(ON_A_PAGE + 1):
        publish(desk, f"第{number:03}题")
    first = browser.open("/results")
    assert "第000题" not in text_of(first)
    assert "before=2" in first.text
    second = text_of(browser.open("/results?before=2"))
    assert "第000题" in second
    assert "第001题" not in second


def test_a_result_that_was_taken_back_is_gone(desk: FrontDesk, browser: Browser) -> None:
    case = publish(desk, "甲题")
    desk.store.write(lambda uow: uow.results.withdraw(case.id, now=desk.now))
    assert browser.open("/results/1").status_code == 404
    assert "甲题" not in text_of(browser.open("/results"))
