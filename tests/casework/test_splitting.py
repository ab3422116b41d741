"""How a letter is parted: pieces, the first idea of what belongs together, and the parts that numbers make."""

from __future__ import annotations

import pytest

from casework.actions.splitting import MOST_PARTS, MOST_PIECES, guess_marks, parts_of, pieces_of
from casework.errors import CaseworkRejected

NUMBERED = "您好：\n\n一、路灯坏了。\n三周没人修。\n\n二、井盖丢了\n\n在示例街口。\n\n此致\n敬礼\n\n李某 0000-1111111"


def test_a_letter_is_parted_at_its_blank_lines() -> None:
    assert pieces_of(NUMBERED) == (
        "您好：",
        "一、路灯坏了。\n三周没人修。",
        "二、井盖丢了",
        "在示例街口。",
        "此致\n敬礼",
        "李某 0000-1111111",
    )


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("一行\n又一行", ("一行", "又一行")),
        ("甲。\r\n\r\n\u3000\r\n乙。", ("甲。", "乙。")),
        ("  ", ()),
        ("", ()),
    ],
    ids=["lines where there are no paragraphs", "blank lines of other systems", "blanks", "nothing"],
)
def test_what_stands_between_blank_lines_is_a_piece(text: str, pieces: tuple[str, ...]) -> None:
    assert pieces_of(text) == pieces


def test_sentences_are_parted_with_their_marks() -> None:
    text = "灯坏了！要多少钱？\n“好的。”谢谢; Is it open? Yes"
    assert pieces_of(text, by_sentence=True) == ("灯坏了！", "要多少钱？", "“好的。”", "谢谢;", "Is it open?", "Yes")


@pytest.mark.parametrize("by_sentence", [False, True])
def test_no_word_is_lost_in_parting(by_sentence: bool) -> None:
    words = "".join("".join(pieces_of(NUMBERED, by_sentence=by_sentence)).split())
    assert words == "".join(NUMBERED.split())


def test_a_very_long_letter_keeps_its_rest_in_the_last_piece() -> None:
    pieces = pieces_of("\n\n".join(f"第{number}段。" for number in range(MOST_PIECES + 50)))
    assert len(pieces) == MOST_PIECES
    assert f"第{MOST_PIECES + 49}段。" in pieces[-1]


@pytest.mark.parametrize(
    ("pieces", "marks"),
    [
        (pieces_of(NUMBERED), (0, 1, 2, 2, 0, 0)),
        (("Dear all,", "1. My lamp is broken.", "2) What does a passport cost?", "Kind regards"), (0, 1, 2, 0)),
        (("路灯坏了三周，一直没有人来修。", "另外想问问办护照到底要多少钱才行？", "谢谢"), (1, 2, 0)),
        (("第一件：" + "灯" * 20, "第二件：" + "井" * 20), (1, 2)),
        (tuple(f"{number}、" + "字" * 20 for number in range(1, 10)), (1, 2, 3, 4, 5, 6, 6, 6, 6)),
        ((), ()),
    ],
    ids=["Chinese numbers", "English numbers", "no numbers", "words for numbers", "more than there may be", "nothing"],
)
def test_the_first_idea_follows_the_writers_own_numbers(pieces: tuple[str, ...], marks: tuple[int, ...]) -> None:
    assert guess_marks(pieces) == marks


def test_parts_have_what_is_theirs_and_what_is_everybodys_in_the_letters_order() -> None:
    first, second = parts_of(("您好", "1. 灯。", "2. 井。", "灯在街口", "李某"), (0, 5, 2, 5, 0))
    assert (first.text, first.number, first.count, first.title) == ("您好\n\n2. 井。\n\n李某", 1, 2, "井。")
    assert (second.text, second.number, second.title) == ("您好\n\n1. 灯。\n\n灯在街口\n\n李某", 2, "灯。")
    assert "灯" not in repr(second)


def test_a_title_is_short() -> None:
    long, _ = parts_of(("字" * 200, "二"), (1, 2))
    assert len(long.title) == 60


@pytest.mark.parametrize("marks", [(0, 0), (1, 1), (0, 1), (1,), (1, MOST_PARTS + 1), (1, -1)], ids=str)
def test_numbers_that_make_no_parts_are_rejected(marks: tuple[int, ...]) -> None:
    with pytest.raises(CaseworkRejected):
        parts_of(("甲", "乙"), marks)
