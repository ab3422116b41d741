"""The console as a clerk meets it: signing in, answering, and watching what happens live."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from casework.inbox import Arrival, InboxState, RawMail, Reading
from casework.kinds import CaseKind
from casework.message import Direction
from casework.party import ChannelName
from casework.ports import UnitOfWork
from tests.admin_api.front_desk import FrontDesk
from tests.admin_api.serving import Served
from tests.browser.console_steps import sign_in


def test_a_clerk_answers_a_case_and_sees_the_citizens_next_words_without_reloading(
    desk: FrontDesk, served: Served, page: Page, tmp_path: Path
) -> None:
    case = desk.receive("路灯坏了三周", subject="路灯损坏").case
    sign_in(page, "zong")
    page.get_by_role("link", name="路灯损坏").click()
    expect(page.get_by_role("heading", name="路灯损坏")).to_be_visible()
    plan = tmp_path / "维修计划.txt"
    plan.write_text("周四", encoding="utf-8")
    page.get_by_role("textbox", name="回复来信人").fill("您好，周四前修好。")
    page.get_by_label("附件").set_input_files(plan)
    page.get_by_role("button", name="发送回复").click()
    expect(page.get_by_text("回复已登记")).to_be_visible()
    expect(page.get_by_text("等待发送")).to_be_visible()
    expect(page.get_by_role("link", name="维修计划.txt")).to_be_visible()

    served.settled(1)
    page.get_by_role("textbox", name="回复来信人").fill("正在写的第二封回复")
    desk.hear_again(case, "谢谢，我周四再看")
    said = page.locator(".said-inbound").filter(has_text="谢谢，我周四再看")
    expect(said).to_be_visible(timeout=15_000)
    expect(page.get_by_role("status").get_by_text("当事人刚发来新信息")).to_be_visible()
    expect(page.get_by_role("textbox", name="回复来信人")).to_have_value("正在写的第二封回复")
    expect(page.locator("#timeline").get_by_text("来信人发来新信息")).to_be_visible()

    page.get_by_role("button", name="发送回复").click()
    expect(page.get_by_text("回复已登记")).to_be_visible()
    with desk.store.read() as uow:
        sent = [one for one in uow.threads.messages_of_case(case.id) if one.direction is Direction.OUTBOUND]
    assert [one.text for one in sent] == ["您好，周四前修好。", "正在写的第二封回复"]


def test_new_work_is_announced_on_an_open_queue(desk: FrontDesk, served: Served, page: Page) -> None:
    sign_in(page, "zong")
    expect(page.get_by_text("这里没有待办")).to_be_visible()
    served.settled(1)
    case = desk.receive("昨晚车窗被砸", kind=CaseKind.CRIME_REPORT).case
    announced = page.get_by_role("link", name=f"新报案 {case.reference}")
    expect(announced).to_be_visible(timeout=15_000)
    page.locator("#news").get_by_role("link", name="刷新").click()
    expect(page.locator("#queue").get_by_text(case.reference)).to_be_visible()


def test_two_clerks_on_one_case_do_not_write_over_each_other(
    desk: FrontDesk, served: Served, page: Page, chromium: Browser
) -> None:
    case = desk.receive("路灯坏了三周").case
    sign_in(page, "zong")
    other = chromium.new_context(base_url=served.address, locale="zh-CN", java_script_enabled=False)
    second = other.new_page()
    sign_in(second, "guan")
    second.goto(f"/staff/cases/{case.reference}")
    page.goto(f"/staff/cases/{case.reference}")
    page.get_by_role("heading", name="写内部备注").click()
    page.locator("#note-text").fill("我先联系照明所")
    page.get_by_role("button", name="保存备注").click()
    expect(page.get_by_text("备注已保存")).to_be_visible()
    second.get_by_role("textbox", name="回复来信人").fill("我不知道同事已经在办")
    second.get_by_role("button", name="发送回复").click()
    expect(second.get_by_role("alert")).to_contain_text("有人更新了这件事")
    expect(second.get_by_role("alert")).to_contain_text("写了备注")
    expect(second.get_by_role("textbox", name="回复来信人")).to_have_value("我不知道同事已经在办")
    other.close()


def test_filters_narrow_the_queue_while_one_types(desk: FrontDesk, page: Page) -> None:
    desk.receive("路灯坏了", subject="路灯", address="w1")
    desk.receive("井盖丢了", subject="井盖", address="w2")
    sign_in(page, "zong")
    expect(page.locator("#queue tbody tr")).to_have_count(2)
    page.get_by_label("搜索").press_sequentially("井盖")
    expect(page.locator("#queue tbody tr")).to_have_count(1)
    assert "q=%E4%BA%95%E7%9B%96" in page.url
    page.get_by_label("搜索").fill("")
    page.get_by_label("类别").select_option("consultation")
    expect(page.get_by_text("这里没有待办")).to_be_visible()


def test_the_console_works_without_scripts(desk: FrontDesk, served: Served, chromium: Browser) -> None:
    case = desk.receive("路灯坏了三周", subject="路灯损坏").case
    context = chromium.new_context(base_url=served.address, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "zong")
    page.get_by_label("类别").select_option("complaint")
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("link", name="路灯损坏").click()
    page.get_by_role("button", name="由我办理").click()
    expect(page.get_by_text("已分派")).to_be_visible()
    page.get_by_role("textbox", name="回复来信人").fill("您好")
    page.get_by_role("button", name="发送回复").click()
    expect(page.get_by_text("回复已登记")).to_be_visible()
    page.locator(".move summary").filter(has_text="办结").click()
    page.get_by_label("办理结果").select_option("answered")
    page.get_by_role("button", name="办结").click()
    expect(page.get_by_text("已办结。")).to_be_visible()
    assert desk.look(case).closed_at is not None
    page.locator("summary").filter(has_text="zong").click()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_text("已安全退出")).to_be_visible()
    context.close()


def test_a_letter_in_html_is_seen_in_its_frame_and_runs_nothing(desk: FrontDesk, served: Served, page: Page) -> None:
    def hold(uow: UnitOfWork) -> None:
        raw = RawMail("wu@mail.example", ("xinxiang@gaj.example",), b"Subject: x\r\n\r\n")
        inbox_id, _ = uow.inbox.add(Arrival(ChannelName.EMAIL, "m1", "wu@mail.example", desk.now, raw_mail=raw))
        # Sanitised HTML has no script; the frame must hold even if one slipped through.
        html = "<p>你好<b>路灯</b></p><script>parent.document.title='broken out'</script>"
        uow.inbox.finish(inbox_id, InboxState.HELD, now=desk.now, reading=Reading("戊", "关于路灯", "你好", html))

    desk.store.write(hold)
    sign_in(page, "zong")
    context = page.context
    quiet = context.new_page()
    quiet.goto("/staff/triage")
    quiet.get_by_role("link", name="关于路灯").click()
    quiet.get_by_text("按原样式查看").click()
    expect(quiet.frame_locator(".letter-frame").get_by_text("路灯")).to_be_visible()
    assert "broken out" not in quiet.title()
    quiet.close()
