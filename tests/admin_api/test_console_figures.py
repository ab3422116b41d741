"""Figures and the annual report in the console."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from casework.actions.closure import close
from casework.actions.finishing import rate
from casework.actions.stepping import Walker
from casework.case import Case
from casework.disposition import Disposition
from casework.events import EventName
from casework.kinds import CaseKind
from casework.ports import UnitOfWork
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk

STATION = "shili-road-station"
YEAR = "from=2026-01-01&to=2026-12-31"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("admin", Role.ADMINISTRATOR)
    desk.hire("officer", Role.DISCLOSURE_OFFICER, unit="exit-entry")
    desk.hire("stationer", Role.HANDLER, unit=STATION)
    desk.hire("intake")
    yield desk
    desk.store.close()


@pytest.fixture
def admin(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "admin") as browser:
        yield browser


def a_case(desk: FrontDesk, number: int, unit: str = STATION, kind: CaseKind = CaseKind.COMPLAINT) -> Case:
    return desk.receive("窗口态度不好", kind=kind, unit=unit, address=f"web-{number}", subject=f"第{number}件").case


def end(desk: FrontDesk, case: Case, grade: int | None = None) -> None:
    def work(uow: UnitOfWork) -> None:
        (boss,) = [one for one in uow.accounts.list_staff() if one.name == "admin"]
        closed = close(uow.cases.get(case.id), Disposition.ANSWERED, Walker(uow, desk.context.office, boss, desk.now))
        if grade is not None:
            rate(closed, grade, "", uow, office=desk.context.office, now=desk.now)

    desk.store.write(work)


def hrefs(page: str, start: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]+)"', page) if unescape(href).startswith(start)]


def test_an_empty_period_says_so(admin: Browser) -> None:
    page = admin.open("/staff/figures?from=2020-01-01&to=2020-12-31")
    assert page.status_code == 200
    assert "这个时段没有事项" in text_of(page)
    assert "<table" not in page.text


def test_without_a_period_this_year_is_counted_and_presets_lead_to_others(admin: Browser) -> None:
    page = admin.open("/staff/figures")
    assert "2026年1月1日至2026年12月31日" in text_of(page)
    assert "/staff/figures?from=2026-10-01&to=2026-10-31&by=unit" in hrefs(page.text, "/staff/figures?")


@pytest.mark.parametrize("query", ["from=2026-05-01&to=2026-04-01", "from=x&to=y", "from=2010-01-01&to=2026-01-01"])
def test_a_period_that_cannot_be_counted_is_asked_for_again(admin: Browser, query: str) -> None:
    page = admin.open(f"/staff/figures?{query}")
    assert page.status_code == 422
    assert "时段填写有误" in text_of(page)


def test_every_number_leads_to_as_many_cases(desk: FrontDesk, admin: Browser) -> None:
    for number in range(4):
        case = a_case(desk, number, STATION if number else "exit-entry")
        if number < 3:
            end(desk, case, grade=5 - number)
    for by in ("unit", "month", "channel", "kind"):
        page = admin.open(f"/staff/figures?{YEAR}&by={by}").text
        linked = re.findall(r'<a href="(/staff/figures/cases\?[^"]+)"[^>]*>(\d+)</a>', page)
        assert len(linked) > 10
        for href, number in linked:
            behind = admin.open(unescape(href))
            assert behind.status_code == 200
            assert f"共 {number} 件" in text_of(behind), href


def test_charts_are_pictures_of_their_own(desk: FrontDesk, admin: Browser) -> None:
    end(desk, a_case(desk, 1), grade=4)
    for by in ("unit", "month"):
        page = admin.open(f"/staff/figures?{YEAR}&by={by}").text
        assert "<svg" not in page
        charts = [unescape(src) for src in re.findall(r'<img src="(/staff/figures/chart[^"]+)"', page)]
        assert len(charts) == (2 if by == "month" else 6)
        for chart in charts:
            answer = admin.open(chart)
            assert answer.headers["content-type"] == "image/svg+xml"
            assert "<svg" in answer.text
            assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert admin.open(f"/staff/figures/chart.svg?{YEAR}&chart=none").status_code == 404


def test_the_table_can_be_taken_away(desk: FrontDesk, admin: Browser) -> None:
    a_case(desk, 1)
    answer = admin.open(f"/staff/figures/figures.csv?{YEAR}&by=unit")
    assert "attachment" in answer.headers["content-disposition"]
    assert "示例路派出所" in answer.text
    assert "响应率" in answer.text


def test_a_handler_sees_the_figures_of_their_own_unit_alone(desk: FrontDesk) -> None:
    a_case(desk, 1)
    a_case(desk, 2, "exit-entry")
    with signed_in(desk, "stationer") as browser:
        page = text_of(browser.open(f"/staff/figures?{YEAR}"))
        assert "出入境" not in page
        behind = browser.open(f"/staff/figures/cases?{YEAR}&by=unit&measure=received")
        assert "共 1 件" in text_of(behind)
        assert browser.open("/staff/figures/report").status_code == 403
        cell = browser.open("/staff/figures/cases?year=2026&form=2021&cell=applications.received.total")
        assert cell.status_code == 403


def test_whoever_may_not_see_a_case_reads_its_reference_alone(desk: FrontDesk) -> None:
    complaint = a_case(desk, 1)
    with signed_in(desk, "officer") as browser:
        page = browser.open(f"/staff/figures/cases?{YEAR}&by=unit&measure=received")
    assert complaint.reference in page.text
    assert "第1件" not in page.text
    assert f"/staff/cases/{complaint.reference}" not in page.text


def test_whoever_is_accused_reads_not_even_the_reference(desk: FrontDesk) -> None:
    case = a_case(desk, 1)
    desk.store.write(
        lambda uow: uow.cases.append(
            case.id, EventName.NOTE_ADDED, at=desk.now, actor="system", changes={"accused_unit": STATION}
        )
    )
    with signed_in(desk, "stationer") as browser:
        for query in ("cases?", "cases/list.csv?"):
            page = browser.open(f"/staff/figures/{query}{YEAR}&by=unit&measure=received")
            assert page.status_code == 200
            assert case.reference not in page.text


def test_what_happens_is_counted_at_once_and_what_did_not_change_is_counted_once(
    desk: FrontDesk, admin: Browser
) -> None:
    a_case(desk, 1)
    kept = desk.context.counted._found
    admin.open(f"/staff/figures?{YEAR}")
    admin.open(f"/staff/figures/chart.svg?{YEAR}&by=unit&chart=received")
    assert len(kept) == 1
    a_case(desk, 2)
    page = admin.open(f"/staff/figures?{YEAR}")
    assert len(kept) == 2
    assert 'aria-label="新收，合计：2件"' in page.text


def test_a_list_longer_than_a_page_has_pages(desk: FrontDesk, admin: Browser) -> None:
    for number in range(51):
        a_case(desk, number)
    first = admin.open(f"/staff/figures/cases?{YEAR}&by=unit&measure=received")
    (following,) = [href for href in hrefs(first.text, "/staff/figures/cases") if "page=2" in href]
    assert len(re.findall(r'class="reference" href', admin.open(following).text)) == 1
    assert admin.open(f"/staff/figures/cases/list.csv?{YEAR}&by=unit&measure=received").text.count("\n") == 52


@pytest.mark.parametrize(
    "query",
    [
        "",
        "measure=none",
        f"{YEAR}&measure=rating.6",
        "year=2026&cell=nothing",
        "year=2026&form=2021&cell=disclosure.rules.made",
        "year=2026&form=9&cell=applications.received.total",
        "year=1&form=2021&cell=applications.received.total",
        "year=2026&form=2021&cell=applications.none.total",
    ],
)
def test_an_address_of_no_number_is_refused(admin: Browser, query: str) -> None:
    assert 400 <= admin.open(f"/staff/figures/cases?{query}").status_code < 500


def test_the_draft_shows_every_number_with_its_cases_and_what_is_missing(desk: FrontDesk, admin: Browser) -> None:
    case = a_case(desk, 1, "city-bureau", CaseKind.DISCLOSURE_APPLICATION)
    desk.store.write(
        lambda uow: uow.cases.append(
            case.id, EventName.NOTE_ADDED, at=desk.now, actor="system", changes={"received_on": desk.now.date()}
        )
    )
    page = admin.open("/staff/figures/report?year=2026&form=2021")
    said = text_of(page)
    assert "本年新收政府信息公开申请1件" in said
    assert "待填写" in said
    assert "（一）主动公开" in said
    assert "尚未印发" in said
    links = hrefs(page.text, "/staff/figures/cases?year=2026")
    assert links
    for href in links:
        assert case.reference in admin.open(href).text
    charts = [unescape(src) for src in re.findall(r'<img src="(/staff/figures/report/chart[^"]+)"', page.text)]
    assert len(charts) == 2
    assert all("<svg" in admin.open(chart).text for chart in charts)


def test_an_issued_report_is_kept_as_it_was_with_all_its_files(desk: FrontDesk, admin: Browser) -> None:
    answer = admin.send("/staff/figures/report?year=2026", "/staff/figures/report", {"year": "2026", "form": "2021"})
    assert answer.status_code == 303
    page = admin.open(answer.headers["location"])
    assert "已印发并存档" in text_of(page)
    assert "admin（示例）印发" in text_of(page)
    files = hrefs(page.text, "/staff/figures/report/issued/")
    for ending in ("zh.html", "en.pdf", "zh.docx", "zh.xlsx"):
        (found,) = [href for href in files if href.endswith(ending)]
        assert admin.open(found).status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(admin.open("/staff/figures/report/issued/1/files.zip").content))
    assert {"annual-2026.json", "annual-2026-zh.pdf", "annual-2026-en-results.svg"} <= set(archive.namelist())
    assert b"/staff/figures/cases" not in archive.read("annual-2026-zh.html")
    charts = zipfile.ZipFile(io.BytesIO(admin.open("/staff/figures/report/issued/1/files.zip?charts=true").content))
    assert {name.rpartition(".")[2] for name in charts.namelist()} == {"svg"}
    assert admin.open("/staff/figures/report/issued/2/files.zip").status_code == 404
    assert admin.open("/staff/figures/report/issued/1/other.pdf").status_code == 404


def test_a_draft_can_be_taken_away_without_being_issued(desk: FrontDesk, admin: Browser) -> None:
    answer = admin.open("/staff/figures/report/draft.zip?year=2026&form=2021")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert b"/staff/figures/cases" in archive.read("annual-2026-zh.html") or b"<td>0</td>" in archive.read(
        "annual-2026-zh.html"
    )
    with desk.store.read() as uow:
        assert uow.reports.of_year(2026) == []


def test_while_something_is_wrong_nothing_is_issued_and_the_cases_are_named(desk: FrontDesk, admin: Browser) -> None:
    admin.send("/staff/figures/report", "/staff/figures/report", {"year": "2025", "form": "2021"})
    case = a_case(desk, 1, "city-bureau", CaseKind.DISCLOSURE_APPLICATION)
    # Received in the year that was reported on, but not in its report.
    desk.store.write(
        lambda uow: uow.cases.append(
            case.id,
            EventName.NOTE_ADDED,
            at=desk.now,
            actor="system",
            changes={"received_on": (desk.now - timedelta(days=400)).date()},
        )
    )
    page = admin.open("/staff/figures/report?year=2026")
    assert "不能印发" in text_of(page)
    assert f'href="/staff/cases/{case.reference}"' in page.text
    assert "<article" not in page.text
    refused = admin.send("/staff/figures/report?year=2024", "/staff/figures/report", {"year": "2026", "form": "2021"})
    assert refused.status_code == 409
    assert admin.open("/staff/figures/report/draft.zip?year=2026").status_code == 404
    with desk.store.read() as uow:
        assert uow.reports.of_year(2026) == []


def test_the_pages_are_there_in_english(desk: FrontDesk, admin: Browser) -> None:
    end(desk, a_case(desk, 1), grade=3)
    page = text_of(admin.open(f"/staff/figures?{YEAR}&by=month&lang=en"))
    assert "November 2026" in page
    assert "On-time closure rate" in page
    assert "Table III" in text_of(admin.open("/staff/figures/report?year=2026&lang=en"))
