"""How a law is cited."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.basis import Basis, article_in_english
from knowledge.numerals import parse_numeral, with_digits
from knowledge.text import Text


@pytest.mark.parametrize(
    ("article", "english"),
    [
        ("第五条", "art. 5"),
        ("第五条、第六条、第二十二条", "arts. 5, 6, 22"),
        ("第一百零九条第二款第三项", "art. 109(2)(3)"),
        ("第12条和第13条", "arts. 12, 13"),
        ("附件二", "附件二"),
        ("第三章第五条", "第三章第五条"),
        ("", ""),
    ],
)
def test_articles_are_numbered_as_english_readers_expect(article: str, english: str) -> None:
    assert article_in_english(article) == english


def test_a_title_is_bracketed_once() -> None:
    plain = Basis(Text("示范法", "Model Act"), "第一条", date(2020, 1, 2))
    bracketed = Basis(Text("《示范法》", "Model Act"), "第一条", date(2020, 1, 2))
    assert plain.cite("zh") == bracketed.cite("zh") == "《示范法》第一条（2020-01-02）"
    assert plain.cite("en") == "Model Act, art. 1 (2020-01-02)"


def test_a_law_cited_as_a_whole_has_no_article() -> None:
    assert Basis(Text("示范法", "Model Act"), "", date(2020, 1, 2)).cite("en") == "Model Act (2020-01-02)"


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("五", 5), ("十", 10), ("十五", 15), ("二十", 20), ("一百零八", 108), ("两千零一十", 2010), ("二〇二六", 2026)],
)
def test_chinese_numbers_are_read(numeral: str, value: int) -> None:
    assert parse_numeral(numeral) == value


@pytest.mark.parametrize("numeral", ["", "万", "5", "一点五"])
def test_what_is_no_such_number_is_refused(numeral: str) -> None:
    with pytest.raises(ValueError, match="not a Chinese number"):
        parse_numeral(numeral)


def test_only_counted_amounts_become_digits() -> None:
    assert with_digits("满十六周岁，十五天内，一般三个月") == "满16周岁，15天内，一般3个月"
    assert with_digits("统一办理，一定要来") == "统一办理，一定要来"
