"""How one reply becomes the messages that Telegram takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_parts import TEXT_LIMIT, FilePart, TextPart, arrange_choices, cut_reply, split_text
from casework.message import Attachment, Choice, Reply


def units(text: str) -> int:
    """Length as Telegram counts at its strictest."""
    return len(text.encode("utf-16-le")) // 2


def test_a_short_text_stays_whole() -> None:
    assert list(split_text("一句话。")) == ["一句话。"]


def test_a_long_text_is_cut_between_paragraphs() -> None:
    first, second = "甲" * 3000, "乙" * 3000
    assert list(split_text(f"{first}\n\n{second}")) == [first, second]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("aaaa aaaa\nbbbb", ["aaaa aaaa", "bbbb"]),
        ("天天天天天。地地地地地", ["天天天天天。", "地地地地地"]),
        ("aaaaaa bbbbbb", ["aaaaaa", "bbbbbb"]),
        ("abcdefghijklm", ["abcdefghij", "klm"]),
        ("x😀😀😀😀😀", ["x😀😀😀😀", "😀"]),
    ],
    ids=["line", "sentence", "word", "nowhere", "never inside a character"],
)
def test_a_text_is_cut_where_it_hurts_least(text: str, pieces: list[str]) -> None:
    assert list(split_text(text, 10)) == pieces


@given(st.text(alphabet=st.sampled_from("天a😀。 \n"), max_size=300), st.integers(2, 40))
def test_no_piece_is_too_long_or_empty_and_no_word_is_lost(text: str, limit: int) -> None:
    pieces = list(split_text(text, limit))
    assert all(0 < units(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_buttons_stand_under_the_last_text_and_files_come_after_it() -> None:
    form = Attachment("form.pdf", "application/pdf", 3, "ab" * 32)
    choice = Choice("passport-first", "护照")
    parts = cut_reply(Reply("甲" * TEXT_LIMIT + "乙", choices=(choice,), attachments=(form,)))
    assert parts == (TextPart("甲" * TEXT_LIMIT), TextPart("乙", ((choice,),)), FilePart(form))


def test_long_labels_have_a_line_each_and_short_ones_share() -> None:
    short = tuple(Choice(str(n), "是") for n in range(4))
    long = tuple(Choice(str(n), "Apply for an ordinary passport") for n in range(2))
    assert [len(row) for row in arrange_choices(short)] == [3, 1]
    assert [len(row) for row in arrange_choices(long)] == [1, 1]


def test_thumbs_stand_in_a_row_of_their_own_below_the_choices() -> None:
    choice, thumbs = Choice("start:x", "现在申请"), (Choice("helpful:1", "有帮助"), Choice("unhelpful:1", "没帮助"))
    (part,) = cut_reply(Reply("答复", choices=(choice,), thumbs=thumbs))
    assert part == TextPart("答复", ((choice,), thumbs))
