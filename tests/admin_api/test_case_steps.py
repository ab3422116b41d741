"""Steps of a case from its page and over the API: what is open to whom, and why something is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.actions.own_case import decide_publication
from casework.actions.reporting import report_of_year
from casework.annual.findings import Table
from casework.annual.forms import Form
from casework.annual.statement import Statement
from casework.case import Case, CaseStatus
from casework.kinds import CaseKind
from casework.ports import QueueFilter
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    made = a_front_desk(tmp_path)
    made.hire_everybody()
    yield made
    made.store.close()


@pytest.fixture
def case(desk: FrontDesk) -> Case:
    return desk.receive("申请公开户籍统计信息", kind=CaseKind.DISCLOSURE_APPLICATION, unit="city-bureau").case


def page_of(case: Case) -> str:
    return f"/staff/cases/{case.reference}"


def step(browser: Browser, case: Case, name: str, **fields: str) -> str:
    """Take a step; the text of the page that comes of it."""
    answer = browser.send(page_of(case), f"{page_of(case)}/steps/{name}", fields)
    if answer.status_code == 303:
        return text_of(browser.open(answer.headers["location"]))
    assert answer.status_code in (403, 409, 422), answer.text
    return text_of(answer)


def test_an_application_goes_through_three_levels_from_its_page(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "handler") as browser:
        assert "拟稿：部分公开" in step(browser, case, "draft", ending="partly_disclosed", words="部分公开如下")
        assert "审核通过（第一级）" not in text_of(browser.open(page_of(case)))
    with signed_in(desk, "reviewer") as browser:
        assert "审核通过（第一级）" in step(browser, case, "review")
    with signed_in(desk, "disclosure-officer") as browser:
        assert "公开审查通过（第二级）" in step(browser, case, "clear")
    with signed_in(desk, "leader") as browser:
        said = step(browser, case, "approve")
        assert "作出决定：部分公开" in said
        assert "部分公开如下" in said
    assert desk.look(case).status is CaseStatus.CLOSED


def test_a_refusal_names_the_right_that_is_missing_and_who_has_it(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "handler") as browser:
        step(browser, case, "draft", ending="not_held", words="本机关不掌握")
        said = step(browser, case, "review")
        assert "您的账号没有“审核”的权限" in said
        assert "审核人" in said
    with signed_in(desk, "leader") as browser:
        said = step(browser, case, "approve")
        assert "“批准并发出”现在不能做：" in said
        assert "还没有“第一级已通过”" in said


def test_nobody_lets_their_own_draft_pass_and_the_page_says_so(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "reviewer") as browser:
        step(browser, case, "draft", ending="not_held", words="本机关不掌握")
        assert "拟稿人和前面各级审核人不能审自己的稿" in step(browser, case, "review")
        assert f"{page_of(case)}/steps/review" not in browser.open(page_of(case)).text


def test_what_was_typed_stays_when_a_step_is_refused(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "handler") as browser:
        fields = {"words": "请补充年份", "days": "99"}
        answer = browser.send(page_of(case), f"{page_of(case)}/steps/ask_supplement", fields)
        assert answer.status_code == 422
        assert "补正期限请填 1 至 60 个工作日" in text_of(answer)
        assert "请补充年份" in answer.text
        for bad, said in ({"days": "x"}, "请填数字"), ({"days": "5", "words": " "}, "请写明内容"):
            assert said in step(browser, case, "ask_supplement", **{"words": "补充", **bad})


def test_the_page_shows_how_each_date_came_about(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "intake") as browser:
        said = text_of(browser.open(page_of(case)))
    assert "期限 " in said
    assert "怎样算出来的" in said
    assert "第33条" in said
    assert "2026年12月21日" in said


def test_a_bad_date_is_named(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "intake") as browser:
        said = step(browser, case, "ask_third_party", whom="示例公司", on="23.11.2026")
    assert "日期请写成 2026-11-23" in said


def test_an_unknown_step_and_an_outsiders_case_are_not_found(desk: FrontDesk, case: Case) -> None:
    desk.hire("outside", Role.HANDLER, "exit-entry")
    with signed_in(desk, "intake") as browser:
        assert browser.send(page_of(case), f"{page_of(case)}/steps/burn", {}).status_code in (404, 422)
    with signed_in(desk, "outside") as browser:
        answer = browser.send(page_of(case), f"{page_of(case)}/steps/draft", {"csrf": "x", "version": "1"})
        assert answer.status_code in (403, 404)


def test_paper_is_entered_on_one_page_of_at_most_twelve_fields(desk: FrontDesk) -> None:
    fields = {
        "channel": "letter",
        "received_on": "2026-11-20",
        "kind": "disclosure_application",
        "words": "申请公开统计信息",
        "name": "示例乙",
        "registered_post": "yes",
        "applicant": "natural_person",
        "nonce": "one",
    }
    with signed_in(desk, "intake") as browser:
        shown = browser.open("/staff/paper").text
        form = shown.partition('class="form sheet paper"')[2].partition("</form>")[0]
        asked = {name for name in form.split('name="') if name}
        names = {part.partition('"')[0] for part in asked} - {"csrf", "nonce", "files", ""}
        assert len({name for name in names if name.isidentifier()}) <= 12
        answer = browser.send("/staff/paper", "/staff/paper", fields)
        said = text_of(answer)
        assert answer.status_code == 200, said
        assert "查询码" in said
        assert "2026年12月18日" in said
        again = browser.send("/staff/paper", "/staff/paper", fields)
        assert again.status_code == 409
        assert "已经提交过" in text_of(again)
        faulty = browser.send("/staff/paper", "/staff/paper", {**fields, "nonce": "two", "received_on": "soon"})
        assert faulty.status_code == 422
        assert "示例乙" in faulty.text
    with signed_in(desk, "handler") as browser:
        assert browser.open("/staff/paper").status_code == 403


def letter_of(desk: FrontDesk, case: Case) -> str:
    """The one letter that was issued in a case, in one line."""
    with desk.store.read() as uow:
        (letter,) = uow.letters.of_case(case.id)
    return letter.body.replace("\n", "")


def test_a_fee_letter_says_what_it_comes_to_how_until_when_and_where_to_pay(desk: FrontDesk, case: Case) -> None:
    fields = {"charged_by": "page", "count": "120", "payment": "到示例路1号窗口缴纳"}
    with signed_in(desk, "disclosure-officer") as browser:
        assert "请写明缴纳方式" in step(browser, case, "ask_fee", **{**fields, "payment": " "})
        assert "请从列表中选择" in step(browser, case, "ask_fee", **{**fields, "charged_by": "weight"})
        assert "金额为零" in step(browser, case, "ask_fee", **{**fields, "count": "30"})
        said = step(browser, case, "ask_fee", **fields)
        assert "收费通知" in said
    letter = letter_of(desk, case)
    # 70 pages at 10 yuan and 20 at 20 yuan.
    assert "信息处理费1100.00元" in letter
    assert "按量计收，共120页" in letter
    assert "请不迟于2026年12月21日缴纳。缴纳方式：到示例路1号窗口缴纳。" in letter


def test_an_opinion_has_facts_decision_and_basis_in_their_places(desk: FrontDesk) -> None:
    complaint = desk.receive("窗口态度差", unit="city-bureau").case
    fields = {
        "ending": "upheld",
        "words": "经调取录像，情况属实",
        "decision": "已批评教育。",
        "basis": "《示例办法》第五条",
    }
    with signed_in(desk, "handler") as browser:
        shown = browser.open(page_of(complaint)).text
        assert "查明的事实和理由" in shown
        step(browser, complaint, "draft", **fields)
    for role, name in (("reviewer", "review"), ("leader", "approve_opinion")):
        with signed_in(desk, role) as browser:
            step(browser, complaint, name)
    letter = letter_of(desk, complaint)
    assert "二、查明的事实和理由经调取录像，情况属实三、处理意见对您的请求予以支持。已批评教育。" in letter
    assert "依据：《示例办法》第五条。" in letter
    assert "30日内" in letter


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [("receipt", "", "不迟于2026年12月21日答复"), ("not_processed_again", "2026年1月已答复", "2026年1月已答复")],
)
def test_a_letter_that_no_step_sends_is_sent_by_itself(
    desk: FrontDesk, case: Case, kind: str, words: str, said: str
) -> None:
    with signed_in(desk, "disclosure-officer") as browser:
        step(browser, case, "send_letter", letter_kind=kind, words=words)
        assert said in letter_of(desk, case)
        assert "请从列表中选择" in step(browser, case, "send_letter", letter_kind="transfer_of_power")


def test_a_letter_that_tells_of_what_did_not_happen_is_not_sent(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "disclosure-officer") as browser:
        assert "文书中还有空白" in step(browser, case, "send_letter", letter_kind="withdrawn")
        assert "文书中还有空白" in step(browser, case, "send_letter", letter_kind="not_processed_again")
    with desk.store.read() as uow:
        assert uow.letters.of_case(case.id) == []


def test_a_letter_is_looked_at_before_it_goes_out_and_nothing_is_kept(desk: FrontDesk, case: Case) -> None:
    fields = {"words": "请说明年份", "days": "10"}
    before = desk.look(case).version
    with signed_in(desk, "handler") as browser:
        assert "预览文书" in browser.open(page_of(case)).text
        address = f"{page_of(case)}/steps/ask_supplement/preview"
        page = browser.send(page_of(case), address, fields)
        assert page.status_code == 200
        assert "政府信息公开申请补正告知书" in text_of(page)
        assert page.text.count('src="data:image/png;base64,') >= 1
        empty = browser.send(page_of(case), address, {**fields, "words": " "})
        assert empty.status_code == 422
        assert "文书中还有空白" in text_of(empty)
        assert "请填数字" in text_of(browser.send(page_of(case), address, {**fields, "days": "x"}))
    with signed_in(desk, "inspector") as browser:
        assert "没有“" in text_of(browser.send(page_of(case), address, fields))
    assert desk.look(case).version == before
    with desk.store.read() as uow:
        assert uow.letters.of_case(case.id) == []


def test_a_drafted_reply_is_looked_at_as_the_letter_that_it_becomes(desk: FrontDesk, case: Case) -> None:
    fields = {"ending": "not_held", "words": "本机关不掌握该信息"}
    with signed_in(desk, "handler") as browser:
        page = browser.send(page_of(case), f"{page_of(case)}/steps/draft/preview", fields)
        assert "政府信息公开申请答复书" in text_of(page)
        assert page.text.count('src="data:image/png;base64,') >= 1


def test_a_suit_against_a_reply_is_recorded_and_counted_in_table_four(desk: FrontDesk, case: Case) -> None:
    for role, name, fields in (
        ("handler", "draft", {"ending": "not_held", "words": "本机关不掌握"}),
        ("reviewer", "review", {}),
        ("disclosure-officer", "clear", {}),
        ("leader", "approve", {}),
    ):
        with signed_in(desk, role) as browser:
            step(browser, case, name, **fields)
    with signed_in(desk, "disclosure-officer") as browser:
        step(browser, case, "file_remedy", route="review", on="2026-11-23")
        assert "同一途径已有未结的" in step(browser, case, "file_remedy", route="review")
        step(browser, case, "file_remedy", route="direct_suit")
        assert "没有登记过这一途径" in step(browser, case, "end_remedy", route="suit_after_review", outcome="upheld")
        assert "请从列表中选择" in step(browser, case, "end_remedy", route="review", outcome="pending")
        step(browser, case, "end_remedy", route="review", outcome="corrected")
    with signed_in(desk, "handler") as browser:
        assert "没有“公开审查”的权限" in step(browser, case, "file_remedy", route="review")
    with desk.store.read() as uow:
        report = report_of_year(uow, 2026, Form.OF_2021, statement=Statement(), bureau=desk.context.office.bureau)
    found = {(cell.row, cell.column): number for cell, number in report.cells.items() if cell.table is Table.REMEDIES}
    counted = {place: number for place, number in found.items() if number and place[1] != "total"}
    assert counted == {("review", "corrected"): 1, ("direct_suit", "pending"): 1}
    with signed_in(desk, "disclosure-officer") as browser:
        for route, outcome in counted:
            behind = browser.open(f"/staff/figures/cases?year=2026&form=2021&cell=remedies.{route}.{outcome}")
            assert case.reference in text_of(behind)


PAPER = {
    "channel": "letter",
    "received_on": "2026-11-20",
    "kind": "complaint",
    "words": "我在城北派出所窗口办居住证，工作人员没有一次告知所需材料，跑了三趟，请调查处理。",
    "name": "示例乙",
    "nonce": "paper-one",
}


def test_paper_of_a_matter_that_is_here_already_is_compared_before_it_is_entered(desk: FrontDesk) -> None:
    words = "我在城北派出所窗口办理居住证，工作人员没有一次告知所需材料，让我跑了三趟，要求调查处理。"
    known = desk.receive(words, unit="city-bureau").case
    with signed_in(desk, "intake") as browser:
        scan = [("files", ("信封.png", b"\x89PNG\r\n\x1a\n", "image/png"))]
        shown = browser.send("/staff/paper", "/staff/paper", PAPER, files=scan)
        assert shown.status_code == 200
        assert "还没有登记" in text_of(shown)
        assert known.reference in shown.text
        assert "示例乙" in shown.text
        assert "信封.png" in shown.text
        assert "示例甲" in text_of(shown)
        assert len(case_ids(desk)) == 1
        entered = browser.send("/staff/paper", "/staff/paper", {**PAPER, "compared": "another"})
        assert "查询码" in text_of(entered)
        assert len(case_ids(desk)) == 2


def test_paper_is_added_to_the_case_that_it_belongs_to_and_only_once(desk: FrontDesk) -> None:
    words = "我在城北派出所窗口办理居住证，工作人员没有一次告知所需材料，让我跑了三趟，要求调查处理。"
    known = desk.receive(words, unit="city-bureau").case
    with signed_in(desk, "intake") as browser:
        for expected in (303, 409):
            answer = browser.send("/staff/paper", "/staff/paper", {**PAPER, "compared": known.reference})
            assert answer.status_code == expected
        assert "跑了三趟，请调查处理" in text_of(browser.open(page_of(known)))
    assert len(case_ids(desk)) == 1
    with desk.store.read() as uow:
        assert sum("请调查处理" in message.text for message in uow.threads.messages_of_case(known.id)) == 1


def test_paper_is_compared_with_what_the_clerk_sees_but_only_added_where_the_clerk_may_write(desk: FrontDesk) -> None:
    known = desk.receive(PAPER["words"], unit="exit-entry", anonymous=True).case
    desk.hire("looking-on", Role.DISCLOSURE_OFFICER, "exit-entry")
    with signed_in(desk, "looking-on") as browser:
        shown = browser.send("/staff/paper", "/staff/paper", PAPER)
        assert known.reference in shown.text
        assert "示例甲" not in shown.text
        assert f"并入 {known.reference}" not in text_of(shown)
        refused = browser.send("/staff/paper", "/staff/paper", {**PAPER, "compared": known.reference})
        assert "的权限" in text_of(refused)
        assert PAPER["words"] in refused.text
    with signed_in(desk, "intake") as browser:
        refused = browser.send("/staff/paper", "/staff/paper", {**PAPER, "compared": known.reference})
        assert "来信人不愿向承办单位透露姓名" in text_of(refused)
    assert len(case_ids(desk)) == 1


def test_the_queue_marks_what_is_likely_the_same_for_those_who_see_both(desk: FrontDesk) -> None:
    words = "我在城北派出所窗口办理居住证，工作人员没有一次告知所需材料，让我跑了三趟，要求调查处理。"
    first = desk.receive(words, unit="city-bureau", address="w1").case
    again = desk.receive(PAPER["words"], unit="exit-entry", address="w2").case
    desk.hire("outside", Role.HANDLER, "exit-entry")
    with signed_in(desk, "intake") as browser:
        said = text_of(browser.open("/staff/queue"))
        assert f"可能与 {first.reference} 是同一件事" in said
        assert f"可能与 {again.reference} 是同一件事" in said
    with signed_in(desk, "outside") as browser:
        said = text_of(browser.open("/staff/queue"))
        assert again.reference in said
        assert first.reference not in said


def case_ids(desk: FrontDesk) -> list[int]:
    with desk.store.read() as uow:
        return [case.id for case in uow.cases.queue(QueueFilter(), limit=50)]


def test_a_case_is_kept_whole_for_a_court_and_let_go_again_with_the_reason(desk: FrontDesk, case: Case) -> None:
    with signed_in(desk, "inspector") as browser:
        assert "请写明理由" in step(browser, case, "hold", reason=" ")
        assert "行政诉讼" in step(browser, case, "hold", reason="行政诉讼")
        assert desk.look(case).held
        assert "“全案留存”现在不能做" in step(browser, case, "hold", reason="行政诉讼")
        step(browser, case, "release", reason="诉讼已终结")
        assert not desk.look(case).held
    with signed_in(desk, "handler") as browser:
        assert "的权限" in step(browser, case, "hold", reason="行政诉讼")


def test_a_public_result_is_taken_back_from_the_page_of_its_case(desk: FrontDesk) -> None:
    complaint = desk.receive("窗口态度差", unit="city-bureau").case
    with signed_in(desk, "handler") as browser:
        step(browser, complaint, "draft", ending="upheld", words="属实", decision="已改正", basis="《示例办法》")
    for role, name in (("reviewer", "review"), ("leader", "approve_opinion")):
        with signed_in(desk, role) as browser:
            step(browser, complaint, name)
    desk.store.write(
        lambda uow: decide_publication(
            uow.cases.get(complaint.id), uow, office=desk.context.office, given=True, now=desk.now
        )
    )
    with signed_in(desk, "disclosure-officer") as browser:
        step(browser, complaint, "publish_result", title="窗口服务", matter="反映窗口服务", words="已经改正")
        assert desk.look(complaint).published_at is not None
        assert "请写明理由" in step(browser, complaint, "withdraw_result")
        step(browser, complaint, "withdraw_result", reason="内容有误")
        assert desk.look(complaint).published_at is None
