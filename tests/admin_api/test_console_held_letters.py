"""A held letter on its page, in parts and with its files; deciding on many at once and taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.inbox import Arrival, ClerkDecision, InboxState, RawMail, Reading
from casework.message import InboxId
from casework.party import Address, ChannelName
from casework.ports import UnitOfWork
from casework.staff import Role
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk
from tests.admin_api.post_room import PostRoom, a_letter, reasons

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
    "e221bc330000000049454e44ae426082"
)
REMOTE = '<p>看图</p><img src="https://tracker.example/a.png"><img src="cid:logo@x" alt="徽"><img src="cid:lost">'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path)
    desk.hire("zong", Role.INTAKE)
    yield desk
    desk.store.close()


@pytest.fixture
def post(desk: FrontDesk) -> PostRoom:
    return PostRoom(desk)


@pytest.fixture
def browser(desk: FrontDesk) -> Iterator[Browser]:
    with signed_in(desk, "zong", reasons=reasons()) as browser:
        yield browser


def hold(
    desk: FrontDesk,
    number: int,
    *,
    state: InboxState = InboxState.HELD,
    sender: str = "",
    reason: str = "reason.spam",
) -> InboxId:
    def add(uow: UnitOfWork) -> InboxId:
        who = sender or f"wu{number}@mail.example"
        raw = RawMail(who, ("xinxiang@gaj.example",), b"Subject: x\r\n\r\nbody")
        inbox_id, _ = uow.inbox.add(Arrival(ChannelName.EMAIL, f"mail-{number}", who, desk.now, raw_mail=raw))
        uow.inbox.finish(inbox_id, state, now=desk.now, reading=Reading(who, f"第{number}封", "x", reasons=(reason,)))
        return inbox_id

    return desk.store.write(add)


def state_of(desk: FrontDesk, inbox_id: InboxId) -> tuple[InboxState, ClerkDecision | None]:
    with desk.store.read() as uow:
        entry = uow.inbox.get(inbox_id)
        return entry.state, entry.decision


def test_new_words_stand_apart_from_what_is_folded_and_the_forwarded_author_is_named(
    desk: FrontDesk, post: PostRoom, browser: Browser
) -> None:
    text = (
        "请看下面这封信。\n\n发自我的iPhone\n\n---------- 转发的邮件 ----------\n发件人: 庚某 <geng@mail.example>\n"
        "日期: 2026年11月2日\n主题: 旧事\n收件人: 戊某 <wu@mail.example>\n\n当时的原话"
    )
    inbox_id = post.bring(a_letter(text, precedence="bulk"))
    page = browser.open(f"/staff/triage/{inbox_id}")
    new, _, folded = page.text.partition("来信人新写的内容")[2].partition("<details")
    assert "请看下面这封信" in new
    assert "当时的原话" not in new
    assert "转发的邮件 · 原作者：庚某" in text_of(page)
    assert "当时的原话" in folded
    assert "发自我的iPhone" in folded
    assert "回信将寄给 wu@mail.example" in text_of(page)


def test_a_quoted_mail_is_not_called_forwarded(desk: FrontDesk, post: PostRoom, browser: Browser) -> None:
    above = "------------------ 原始邮件 ------------------\n发件人: 庚某 <geng@mail.example>\n主题: 旧事"
    text = f"收到，谢谢。\n\n{above}\n\n原话"
    inbox_id = post.bring(a_letter(text, precedence="bulk"))
    assert "引用的往来邮件 · 原作者：庚某" in text_of(browser.open(f"/staff/triage/{inbox_id}"))


def test_every_reason_is_told_in_the_readers_language_and_what_points_to_the_guess_beside_it(
    desk: FrontDesk, post: PostRoom, browser: Browser
) -> None:
    case = desk.receive("路灯坏了").case
    inbox_id = post.bring(a_letter(f"请把 {case.reference} 的情况告诉我"))
    said = text_of(browser.open(f"/staff/triage/{inbox_id}"))
    guess = said.partition("可能属于")[2]
    assert guess.startswith(f" {case.reference}")
    assert "写明了某案件的编号，但发件人不是当事人" in guess
    assert "written" not in said
    english = text_of(browser.open(f"/staff/triage/{inbox_id}?lang=en"))
    assert "Probably belongs to" in english
    assert "写明了" not in english


def test_pictures_of_the_letter_are_shown_and_those_from_elsewhere_are_left_out_and_counted(
    desk: FrontDesk, post: PostRoom, browser: Browser
) -> None:
    inbox_id = post.bring(a_letter("看图", html=REMOTE, pictures=(("logo@x", PIXEL),), precedence="bulk"))
    page = browser.open(f"/staff/triage/{inbox_id}")
    assert "有 2 张图片不在信内" in text_of(page)
    letter = browser.open(f"/staff/triage/{inbox_id}/letter").text
    assert letter.count("<img") == 1
    assert 'src="data:image/png;base64,iVBOR' in letter
    assert "tracker" not in letter
    assert "cid:" not in letter


def test_files_are_named_with_type_and_size_and_downloaded_never_shown(
    desk: FrontDesk, post: PostRoom, browser: Browser
) -> None:
    inbox_id = post.bring(a_letter("看图", html=REMOTE, pictures=(("logo@x", PIXEL),), precedence="bulk"))
    (file,) = (post.entry(inbox_id).reading or Reading()).attachments
    assert f"image/png · {len(PIXEL)} Bytes" in text_of(browser.open(f"/staff/triage/{inbox_id}"))
    answer = browser.open(f"/staff/triage/{inbox_id}/attachments/{file.sha256}")
    assert answer.content == PIXEL
    assert answer.headers["content-disposition"].startswith("attachment")
    assert browser.open(f"/staff/triage/{inbox_id}/attachments/{'0' * 64}").status_code == 404
    desk.hire("jing", Role.HANDLER, "exit-entry")
    with signed_in(desk, "jing") as clerk:
        assert clerk.open(f"/staff/triage/{inbox_id}/attachments/{file.sha256}").status_code == 403


def test_the_list_is_narrowed_by_reason_kind_and_sender_and_paged(desk: FrontDesk, browser: Browser) -> None:
    hold(desk, 1)
    hold(desk, 2, reason="reason.oversize", sender="Li_x@other.example")
    hold(desk, 3, state=InboxState.SHUNTED, reason="reason.shunted", sender="lizx@other.example")

    def shown(query: str) -> list[int]:
        page = browser.open(f"/staff/triage?{query}")
        return [number for number in (1, 2, 3) if f"<b>第{number}封</b>" in page.text]

    assert shown("") == [1, 2, 3]
    assert shown("reason=reason.oversize") == [2]
    assert shown("kind=shunted") == [3]
    assert shown("sender=LI_X@") == [2]
    assert shown("sender=other&kind=held") == [2]
    assert "邮件过大 (1)" in text_of(browser.open("/staff/triage"))
    assert "没有符合条件的来信" in text_of(browser.open("/staff/triage?sender=nobody"))
    for number in range(4, 30):
        hold(desk, number)
    first = browser.open("/staff/triage?reason=reason.spam")
    assert first.text.count('type="checkbox"') == 25
    later = (
        first.text.partition('<nav class="pages">')[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    )
    assert "reason=reason.spam" in later
    assert browser.open(later).text.count('type="checkbox"') == 2


def test_many_are_refused_with_one_confirmation_and_put_back_again(desk: FrontDesk, browser: Browser) -> None:
    first, second, other = hold(desk, 1), hold(desk, 2, state=InboxState.SHUNTED), hold(desk, 3)
    wish = {"id": [str(first), str(second)], "decision": "refuse"}
    asked = browser.send("/staff/triage", "/staff/triage/many", wish)
    assert "拒收这 2 封来信？" in text_of(asked)
    assert state_of(desk, first)[0] is InboxState.HELD, "nothing is done before it is confirmed"
    told = browser.send("/staff/triage", "/staff/triage/many", {**wish, "confirmed": "yes"})
    assert "已拒收 2 封" in text_of(told)
    assert [state_of(desk, one)[0] for one in (first, second, other)] == [
        InboxState.REFUSED,
        InboxState.REFUSED,
        InboxState.HELD,
    ]
    back = browser.send("/staff/triage", "/staff/triage/put-back", {"id": wish["id"]})
    assert "已放回待定 2 封" in text_of(back)
    assert [state_of(desk, one)[0] for one in (first, second)] == [InboxState.HELD, InboxState.SHUNTED]


def test_the_report_says_what_could_not_be_done_and_why(desk: FrontDesk, browser: Browser) -> None:
    free, taken, blocked = hold(desk, 1), hold(desk, 2), hold(desk, 3)
    staff = desk.hire("liu", Role.INTAKE)
    desk.store.write(
        lambda uow: uow.doors.block_sender(
            Address(ChannelName.EMAIL, "wu3@mail.example"), reason="clerk", staff_id=staff.id, now=desk.now
        )
    )
    desk.store.write(lambda uow: uow.inbox.decide(taken, ClerkDecision.REPLAY, case_id=None, now=desk.now))
    fields = {"id": [str(one) for one in (free, taken, blocked, 999)], "decision": "accept", "confirmed": "yes"}
    told = text_of(browser.send("/staff/triage", "/staff/triage/many", fields))
    for words in ("已受理 1 封", "3 封没有办成", "别人先处理了", "发件人已被屏蔽", "已经不在了", "不能撤销"):
        assert words in told
    assert state_of(desk, free) == (InboxState.RECEIVED, ClerkDecision.ACCEPT)
    assert desk.wakes


def test_blocking_many_blocks_their_senders_and_putting_back_unblocks_them(desk: FrontDesk, browser: Browser) -> None:
    ids = [hold(desk, 1), hold(desk, 2)]
    fields = {"id": [str(one) for one in ids], "decision": "block", "confirmed": "yes"}
    browser.send("/staff/triage", "/staff/triage/many", fields)
    wu = [Address(ChannelName.EMAIL, f"wu{number}@mail.example") for number in (1, 2)]
    with desk.store.read() as uow:
        assert [uow.doors.is_blocked(one) for one in wu] == [True, True]
    browser.send("/staff/triage?view=refused", "/staff/triage/put-back", {"id": fields["id"]})
    with desk.store.read() as uow:
        assert [uow.doors.is_blocked(one) for one in wu] == [False, False]


def test_all_shown_are_ticked_without_scripts_and_shunted_ones_handled_again_together(
    desk: FrontDesk, browser: Browser
) -> None:
    ids = [hold(desk, number, state=InboxState.SHUNTED, reason="reason.shunted") for number in (1, 2)]
    assert "checked" not in browser.open("/staff/triage?kind=shunted").text
    assert browser.open("/staff/triage?kind=shunted&all=1").text.count(" checked>") == 2
    fields = {"id": [str(one) for one in ids], "decision": "replay", "confirmed": "yes"}
    assert "已重新处理 2 封" in text_of(browser.send("/staff/triage", "/staff/triage/many", fields))
    assert [state_of(desk, one)[1] for one in ids] == [ClerkDecision.REPLAY] * 2


def test_one_refusal_can_be_undone_from_the_list_and_a_rules_refusal_cannot(desk: FrontDesk, browser: Browser) -> None:
    mine, rules = hold(desk, 1), hold(desk, 2, state=InboxState.REFUSED)
    sent = browser.send(f"/staff/triage/{mine}", f"/staff/triage/{mine}/decision", {"decision": "refuse"})
    assert sent.headers["location"] == f"/staff/triage?done=refuse&undo={mine}"
    assert "撤销，放回待定" in text_of(browser.open(sent.headers["location"]))
    told = browser.send("/staff/triage", "/staff/triage/put-back", {"id": [str(mine), str(rules)]})
    assert "已放回待定 1 封" in text_of(told)
    assert "不能这样处理" in text_of(told)
    assert state_of(desk, rules)[0] is InboxState.REFUSED


@pytest.mark.parametrize(
    "fields",
    [{"decision": "refuse"}, {"id": ["1"], "decision": "join"}, {"id": ["0"], "decision": "refuse"}],
    ids=["nothing ticked", "no decision for many", "no such number"],
)
def test_a_wish_for_many_that_cannot_be_meant_is_refused(
    fields: dict[str, object], desk: FrontDesk, browser: Browser
) -> None:
    hold(desk, 1)
    assert browser.send("/staff/triage", "/staff/triage/many", fields).status_code == 422


def test_forms_for_many_need_their_token_and_the_desk(desk: FrontDesk, browser: Browser) -> None:
    inbox_id = hold(desk, 1)
    for path in ("many", "put-back", f"{inbox_id}/split"):
        sent = {"id": str(inbox_id), "decision": "refuse", "confirmed": "yes"}
        assert browser.client.post(f"/staff/triage/{path}", data=sent, follow_redirects=False).status_code == 403
    desk.hire("jing", Role.HANDLER, "exit-entry")
    with signed_in(desk, "jing") as clerk:
        sent = {"id": str(inbox_id), "decision": "refuse", "confirmed": "yes"}
        assert clerk.send("/staff/queue", "/staff/triage/many", sent).status_code == 403
    assert state_of(desk, inbox_id)[0] is InboxState.HELD
