"""From a mailed application to its cell in the annual report, and from a complaint about a station to its review.

Everything is done where people do it: letters come in, clerks work at the console, the citizen on the page of the case.
On both databases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from admin_api.app import create_app
from casework.actions.counting import ledger_of_year
from casework.actions.verifying import verify_case
from casework.annual.counting import cases_of
from casework.annual.findings import parse_cell
from casework.annual.forms import Form
from casework.annual.report import compose_report
from casework.annual.statement import Statement
from casework.case import Case, CaseStatus
from casework.events import broken_links
from casework.kinds import CaseKind
from casework.letter import LetterKind
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk
from tests.admin_api.post_room import PostRoom, a_letter, reasons

REFERENCE = re.compile(r"ZMD-\d{4}-\d{6}-\d")
CODE = re.compile(r"查询码[：: ]*([A-Z0-9]{4,6}-[A-Z0-9]{4,6})")
APPLICATION = """您好，我要申请公开政府信息：2025年驻马店市居住证发放数量统计。
申请人：戊某，身份证号 411700199001010011，电话 0396-000-0909，希望以电子邮件方式提供。"""


@pytest.fixture
def desk(tmp_path: Path, store_url: str) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path, store_url)
    desk.hire_everybody()
    yield desk
    desk.store.close()


def at(desk: FrontDesk, day: date) -> None:
    """Go on to ten o'clock of another day."""
    desk.wait(timedelta(days=(day - desk.now.date()).days))


def do(desk: FrontDesk, who: str, case: Case, step: str, **fields: str) -> str:
    """Somebody takes a step at the console; the page that comes of it."""
    page = f"/staff/cases/{case.reference}"
    with signed_in(desk, who, reasons=reasons()) as browser:
        answer = browser.send(page, f"{page}/steps/{step}", fields)
        assert answer.status_code == 303, text_of(answer)
        return text_of(browser.open(answer.headers["location"]))


def only_case(desk: FrontDesk, kind: CaseKind) -> Case:
    with desk.store.read() as uow:
        (case,) = [case for case in uow.cases.list_open(limit=10) if case.kind is kind]
    return case


def as_citizen(desk: FrontDesk, reference: str, code: str) -> tuple[Browser, str]:
    """The browser of the citizen, at the page of the case."""
    browser = Browser(create_app(desk.context))
    answer = browser.send("/status", "/status", {"reference": reference, "code": code})
    assert answer.status_code == 303, text_of(answer)
    return browser, str(answer.headers["location"])


def test_a_mailed_application_goes_all_the_way_to_its_cell_in_the_report(desk: FrontDesk) -> None:
    post = PostRoom(desk)
    post.bring(a_letter(APPLICATION, subject="政府信息公开申请"))
    case = only_case(desk, CaseKind.DISCLOSURE_APPLICATION)
    receipt = post.sent()[0].reply.text
    code = CODE.search(receipt)
    assert code is not None, receipt
    assert "2026年12月21日" in receipt

    at(desk, date(2026, 11, 25))
    do(desk, "handler", case, "ask_supplement", words="请说明需要全市还是各县区的数据。", days="10")
    assert "全市还是各县区" in post.sent()[-1].reply.text
    at(desk, date(2026, 11, 27))
    browser, page = as_citizen(desk, case.reference, code[1])
    assert "补正" in text_of(browser.open(page))
    browser.send(page, f"{page}/add", {"text": "各县区的数据都要。"})
    # The supplement begins the time anew: working day 20 after 11-27 is 12-25.
    said = do(desk, "handler", case, "record_supplement", on="2026-11-27")
    assert "2026年12月25日" in said

    at(desk, date(2026, 11, 30))
    do(desk, "handler", case, "ask_third_party", whom="示例劳务公司", about="代办数据")
    at(desk, date(2026, 12, 3))
    # 12-01 to 12-03 are three working days: 12-25 moves to 12-30.
    assert "2026年12月30日" in do(desk, "handler", case, "record_third_party", answer="agrees", words="同意")
    do(desk, "handler", case, "propose_extension", days="5", reason="需与各县区核对")
    # Five more: 12-31, then 2027-01-04 to 01-07; the first of January is a holiday.
    assert "2027年1月7日" in do(
        desk, "disclosure-officer", case, "grant_extension", words="您的申请延期5个工作日答复。"
    )

    do(desk, "handler", case, "draft", ending="partly_disclosed", words="现将可以公开的统计数据提供给您。")
    do(desk, "reviewer", case, "review")
    do(desk, "disclosure-officer", case, "clear")
    at(desk, date(2026, 12, 11))
    do(desk, "leader", case, "approve")
    assert "现将可以公开的统计数据提供给您" in " ".join(entry.reply.text for entry in post.sent())
    assert desk.look(case).status is CaseStatus.CLOSED

    browser, page = as_citizen(desk, case.reference, code[1])
    answer = browser.send(page, f"{page}/rate", {"grade": "5", "text": "很好"})
    assert answer.status_code == 303, text_of(answer)
    assert desk.look(case).rating == 5

    with desk.store.read() as uow:
        ledger = list(ledger_of_year(uow, 2026, desk.context.office.bureau))
        report = compose_report(ledger, year=2026, form=Form.OF_2021, statement=Statement(), last=None)
        cell = parse_cell("applications.partly_disclosed.natural_person")
        assert report.cells[cell] == 1
        assert list(cases_of(cell, ledger, year=2026, form=Form.OF_2021)) == [case.reference]
        assert broken_links(uow.cases.events(case.id)) == ()
        assert verify_case(uow.cases.get(case.id), uow, desk.context.blobs) == []
        issued = [
            (letter.kind, letter.number, letter.message_id is not None) for letter in uow.letters.of_case(case.id)
        ]
    assert issued == [
        (LetterKind.SUPPLEMENT, "ZMD-补正告知〔2026〕1号", True),
        (LetterKind.THIRD_PARTY, "ZMD-征询第三方〔2026〕1号", False),
        (LetterKind.EXTENSION, "ZMD-延期告知〔2026〕1号", True),
        (LetterKind.DECISION, "ZMD-公开答复〔2026〕1号", True),
    ]
    assert all(entry.reply.attachments for entry in post.sent() if "补正告知书" in entry.reply.text)


def test_a_complaint_about_a_station_goes_to_its_review_and_the_station_never_sees_it(desk: FrontDesk) -> None:
    desk.hire("station", Role.LEADER, "shili-road-station")
    opened = desk.receive(
        "示例路派出所窗口的工作人员态度恶劣，让我白跑了三趟", unit="city-bureau", accused="shili-road-station"
    )
    case = opened.case
    assert case.accused_unit == "shili-road-station"
    do(desk, "handler", case, "classify", petition_class="accusation", accused_unit="shili-road-station")
    do(desk, "handler", case, "accept", words="您反映的事项已经受理，将在60日内办结。")
    at(desk, date(2026, 12, 14))
    do(desk, "handler", case, "draft", ending="not_upheld", words="经查，未发现您反映的情形。")
    do(desk, "reviewer", case, "review")
    do(desk, "leader", case, "approve_opinion")
    browser, page = as_citizen(desk, case.reference, opened.query_code)
    answer = browser.send(page, f"{page}/review", {"text": "不服，请求复查"})
    assert answer.status_code == 303, text_of(answer)
    said = do(desk, "leader", case, "record_review", words="复查意见：维持。", upheld="yes")
    assert "复查复核决定" in said
    with desk.store.read() as uow:
        assert verify_case(uow.cases.get(case.id), uow, desk.context.blobs) == []
    with signed_in(desk, "station", reasons=reasons()) as station:
        assert station.open(f"/staff/cases/{case.reference}").status_code == 404
