"""What points to one person is struck out of words that many will read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.masking import is_personal, masked, without_personal


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("身份证号41282619900101123X丢了", "身份证号***丢了"),
        ("身份证 412826 19900101 1234 丢了", "身份证 *** 丢了"),
        ("我的电话是13800001111，请回电", "我的电话是***，请回电"),
        ("call +86 138-0000-1111 please", "call *** please"),
        ("座机0396-2880000", "座机***"),
        ("本地电话 2880000", "本地电话 ***"),
        ("车牌豫Q·A1B23能年检吗", "车牌***能年检吗"),
        ("豫QD12345 新能源车", "*** 新能源车"),
        ("发到 zhang.san+a@mail.example.com 可以吗", "发到 *** 可以吗"),
        ("护照E12345678过期", "护照***过期"),
        ("卡号 6222 0000 1111 2222 333", "卡号 ***"),
        ("编号 ZMD-2026-000123-6", "编号 ***"),
        ("查询码 7KQ2M-XW9RT", "查询码 ***"),
        ("一三八零零零零一一一一", "***"),
        ("电话１３８００００１１１１", "电话***"),
    ],
    ids=[
        "identity card", "identity card in groups", "mobile", "mobile with country", "landline", "local telephone",
        "plate", "plate of an electric car", "mail address", "passport", "bank card", "reference", "query code",
        "spelt out", "full width",
    ],
)  # fmt: skip
def test_what_points_to_one_person_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert is_personal(text)


@pytest.mark.parametrize(
    "text",
    [
        "打110还是12345",
        "2026年办护照要120元",
        "2025-2026年度",
        "16周岁以下有效期5年",
        "C1驾照换证",
        "豫Q是哪里的车牌",
        "京东快递能寄吗",
        "How long does a 10-year passport take?",
        "G107国道",
        "first-class state-owned",
    ],
)
def test_numbers_that_point_to_nobody_stay(text: str) -> None:
    assert masked(text) == text
    assert not is_personal(text)


def test_a_phrasing_begins_without_what_was_masked() -> None:
    assert without_personal("我的身份证41282619900101123X 丢了 怎么补") == "我的身份证 丢了 怎么补"
    assert without_personal("车牌***能年检吗") == "车牌 能年检吗"


@given(st.text(alphabet="0123456789Xx 豫QA·-@.a身份证，", max_size=60))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert masked(masked(text)) == masked(text)
    assert not is_personal(masked(text))
    assert not is_personal(without_personal(text))
