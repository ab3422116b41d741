"""New words apart from quotes and signatures; nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_gateway.quoting import split_words
from mail_gateway.subjects import base_subject, is_answer, is_forwarded, reply_subject, subject_key

HEADER_ZH = "发件人：局长信箱\n发送时间：2026年11月20日 10:05\n收件人：王某\n主题：Re: 办护照"


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param("------------------ 原始邮件 ------------------\n旧文", id="qq"),
        pytest.param(
            "------------------&nbsp;Original&nbsp;------------------".replace("&nbsp;", "\u00a0") + "\n旧文",
            id="qq en",
        ),
        pytest.param("---- 回复的原邮件 ----\n| 发件人 | 局长信箱 |\n旧文", id="163 new"),
        pytest.param('在 2026-11-20 10:05:00，"局长信箱" <xinxiang@zmd.example> 写道：\n\n旧文', id="163"),
        pytest.param('At 2026-11-20 10:05:00, "Desk" <xinxiang@zmd.example> wrote:\n旧文', id="163 en"),
        pytest.param(f"{HEADER_ZH}\n\n旧文", id="foxmail"),
        pytest.param("-----邮件原件-----\n发件人: 局长信箱\n旧文", id="outlook zh"),
        pytest.param("-----Original Message-----\nFrom: Desk\n旧文", id="outlook en"),
        pytest.param("From: Desk <d@zmd.example>\nSent: Friday\nTo: Wang\nSubject: x\n\n旧文", id="outlook header"),
        pytest.param("局长信箱 <xinxiang@zmd.example> 于2026年11月20日周五 10:05写道：\n\n> 旧文", id="gmail zh"),
        pytest.param(
            "On Fri, Nov 20, 2026 at 10:05 AM Desk <d@zmd.example>\nwrote:\n\n> 旧文", id="gmail en, two lines"
        ),
        pytest.param("在 2026年11月20日，上午10:05，Desk <d@zmd.example> 写道：\n\n> 旧文", id="apple zh"),
        pytest.param(
            "開始\n寄件者: 王\n寄件日期: 2026\n收件者: 李\n主旨: x\n旧文".removeprefix("開始\n"), id="outlook tw"
        ),
        pytest.param("---------- Forwarded message ---------\nFrom: a\n旧文", id="forwarded"),
        pytest.param("> 旧文\n> 旧文二", id="marked only"),
    ],
)
def test_what_follows_a_programs_mark_is_quoted(tail: str) -> None:
    words = split_words(f"新的内容\n第二行\n\n{tail}")
    assert words.new == "新的内容\n第二行"
    assert "旧文" in words.quoted


@pytest.mark.parametrize(
    "signature",
    [
        "发自我的iPhone",
        "发自我的小米手机",
        "来自我的华为手机",
        "发自 网易邮箱大师",
        "网易邮箱大师",
        "Sent from my iPad",
        "获取 Outlook for iOS",
    ],
)
def test_a_programs_signature_is_folded(signature: str) -> None:
    words = split_words(f"路灯坏了\n\n{signature}\n")
    assert (words.new, words.signature) == ("路灯坏了", signature)


@pytest.mark.parametrize(
    "text",
    [
        "我于2025年3月5日在申请书中写道：请公开预算。\n至今没有答复。",
        "发件人：张某\n我要投诉的是寄件人写错了地址。",
        "他来自我的手机店。\n请处理。",
        "此致\n敬礼\n王某",
        "表格如下\n------\n一 二",
        "From here to there is far.\nTo: nobody",
    ],
)
def test_a_citizens_own_words_are_not_taken_for_a_quote(text: str) -> None:
    assert split_words(text).new == text


def test_answers_between_quoted_lines_are_new_words() -> None:
    words = split_words("> 姓名？\n王某\n\n> 地址？\n>\n> 电话？\n解放路\n")
    assert words.new == "王某\n\n解放路"
    assert words.quoted == "> 姓名？\n> 地址？\n>\n> 电话？"


def test_the_citizens_line_above_an_attribution_stays_theirs() -> None:
    words = split_words("谢谢\nOn Fri, Nov 20, 2026 at 10:05 AM Desk <d@zmd.example> wrote:\n> 旧文")
    assert words.new == "谢谢"


@given(st.text(alphabet="发件人主题：:>-\n 写道2026-11-20 10:05 <a@b> 原始邮件wrote新", max_size=200))
def test_every_line_is_in_one_part(text: str) -> None:
    words = split_words(text)
    kept = sorted(line.strip() for part in (words.new, words.quoted, words.signature) for line in part.split("\n"))
    assert [line for line in kept if line] == sorted(line.strip() for line in text.split("\n") if line.strip())


@pytest.mark.parametrize(
    "subject", ["回复：Re: 办护照", "Re[2]: 办护照", "答复: FW: 办护照", "RE:Re:办护照", "自动回复: 办护照"]
)
def test_prefixes_are_taken_off_a_subject(subject: str) -> None:
    assert base_subject(subject) == "办护照"
    assert reply_subject(subject) == "Re: 办护照"


def test_a_forwarded_subject_is_known() -> None:
    assert is_forwarded("转发：办护照")
    assert not is_forwarded("回复：办护照")
    assert base_subject("Regarding: x") == "Regarding: x"


@pytest.mark.parametrize(
    "subject",
    [
        "投诉驿城区窗口排队",
        "回复: 投诉驿城区窗口排队",
        "Re: 投诉 驿城区窗口排队！",
        "Re:回复：投诉驿城区窗口排队 [ZMD-2026-000001-1]",
    ],
)
def test_subjects_are_compared_by_their_words_alone(subject: str) -> None:
    assert subject_key(subject) == "投诉驿城区窗口排队"


@pytest.mark.parametrize(
    "subject", ["", "Re:", "咨询", "咨询问题", "Hello", "Re: Question", "[ZMD-2026-000001-1]", "!!!!!!!!!!!!!!!"]
)
def test_a_subject_that_says_too_little_is_compared_with_none(subject: str) -> None:
    assert subject_key(subject) == ""


def test_an_answer_is_told_by_its_subject() -> None:
    assert is_answer("回复：办护照")
    assert not is_answer("转发：办护照")
    assert not is_answer("自动回复：办护照")
    assert not is_answer("办护照")
