"""Who wrote the mail that a letter brings along, as its text says."""

from __future__ import annotations

import pytest

from mail_gateway.forwarded import Forwarded, unwrap

ZH = "发件人： 王某 <wang@mail.example>\n发送时间： 2026年11月20日 10:05\n收件人： 李某 <li@mail.example>\n主题： 路灯"
EN = "From: Wang <wang@mail.example>\nDate: Fri, Nov 20, 2026 at 10:05 AM\nSubject: Lamp\nTo: Li <li@mail.example>"


@pytest.mark.parametrize(
    ("text", "author", "date", "subject"),
    [
        (
            f"请处理\n\n---------- 转发的邮件 ----------\n{ZH}\n\n灯坏了",
            "王某 <wang@mail.example>",
            "2026年11月20日 10:05",
            "路灯",
        ),
        (f"请处理\n\n{ZH}\n灯坏了", "王某 <wang@mail.example>", "2026年11月20日 10:05", "路灯"),
        (
            f"请处理\n\n---------- Forwarded message ---------\n{EN}\n\n\n灯坏了",
            "Wang <wang@mail.example>",
            "Fri, Nov 20, 2026 at 10:05 AM",
            "Lamp",
        ),
        (
            "请处理\n\n> " + f"Begin forwarded message:\n\n{EN}\n\n灯坏了".replace("\n", "\n> "),
            "Wang <wang@mail.example>",
            "Fri, Nov 20, 2026 at 10:05 AM",
            "Lamp",
        ),
        (
            '请处理\n\n------------------ 原始邮件 ------------------\n发件人: "王某"<wang@mail.example>\n灯坏了',
            '"王某"<wang@mail.example>',
            "",
            "",
        ),
    ],
)
def test_a_forwarded_mail_is_unwrapped(text: str, author: str, date: str, subject: str) -> None:
    found = unwrap(text)
    assert found is not None
    assert (found.kind, found.author, found.date, found.subject) == ("forward", author, date, subject)
    assert (found.text, found.text_top) == ("灯坏了", "请处理")


@pytest.mark.parametrize(
    ("attribution", "author", "date"),
    [
        ("On 2026-11-20 at 10:05 , Wang <wang@mail.example> wrote:", "Wang <wang@mail.example>", "2026-11-20 at 10:05"),
        (
            '在 2026-11-20 10:05:00，"王某" <wang@mail.example> 写道：',
            '"王某" <wang@mail.example>',
            "2026-11-20 10:05:00",
        ),
        (
            "王某 <wang@mail.example> 于2026年11月20日周五 10:05写道：",
            "王某 <wang@mail.example>",
            "2026年11月20日周五 10:05",
        ),
        ("Am 20.11.26 um 10:05 schrieb Wang:", "Wang", "20.11.26 um 10:05"),
    ],
)
def test_an_answered_mail_is_unwrapped_by_its_attribution(attribution: str, author: str, date: str) -> None:
    assert unwrap(f"好\n\n{attribution}\n> 灯坏了\n\n完") == Forwarded(
        "reply", "灯坏了", "好", "完", author=author, date=date
    )


def test_marked_lines_without_a_name_are_a_quote_when_there_are_several() -> None:
    assert unwrap("看\n\n> 灯\n> 坏了\n\n完") == Forwarded("quote", "灯\n坏了", "看", "完")
    assert unwrap("看\n\n> 灯\n\n完") is None


def test_a_subject_broken_over_lines_is_read_whole() -> None:
    found = unwrap(
        "----- Forwarded message -----\nFrom: a@b.example\nSubject: a lamp that\nis dark\nTo: c@d.example\n\nx"
    )
    assert found is not None
    assert (found.subject, found.to, found.text) == ("a lamp that is dark", "c@d.example", "x")


def test_a_letter_of_ones_own_brings_no_mail_along() -> None:
    assert unwrap("尊敬的领导：\n时间：2026-11-20\n主题：路灯\n坏了") is None


def test_its_words_are_not_printed() -> None:
    assert "灯" not in repr(unwrap(f"{ZH}\n\n灯"))
