"""The terms by which cases are found: whatever stands in a text finds it, in any width, case and script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.search_terms import Term, index_terms, reference_terms, wanted_terms

WORDS = st.text(alphabet="户籍迁移派出所護照護臺abcXYZ019 ，。-é", max_size=30)


def finds(word: str, text: str) -> bool:
    """Whether an index of these terms finds the text by the word."""
    terms = index_terms(text)
    return all(
        any(term.startswith(wanted.text) if wanted.begins else term == wanted.text for term in terms)
        for wanted in wanted_terms(word)
    )


@given(before=WORDS, chinese=st.text(alphabet="户籍迁移派出所護照臺", min_size=1, max_size=8), after=WORDS)
def test_every_stretch_of_chinese_finds_the_texts_that_it_stands_in(before: str, chinese: str, after: str) -> None:
    assert finds(chinese, before + chinese + after)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("护照", "換發護照的手續"),
        ("護照", "护照到期"),
        ("ＡＢＣ１２３", "车牌 abc123 的处罚"),
        ("138", "电话 13800000000"),
        ("passp", "My Passport is lost"),
        ("照", "护照"),
        ("5", "第 5 号窗口"),
    ],
)
def test_width_case_and_script_do_not_matter(word: str, text: str) -> None:
    assert finds(word, text)


@pytest.mark.parametrize(("word", "text"), [("户口", "户籍在口岸"), ("pa", "passport"), ("00", "13800000000")])
def test_what_does_not_stand_there_does_not_find_it(word: str, text: str) -> None:
    assert not finds(word, text)


def test_a_character_alone_counts_where_nothing_else_stands_beside_it() -> None:
    assert wanted_terms("第12号") == (Term("12"),)
    assert wanted_terms("第") == (Term("第", begins=True),)


def test_signs_alone_are_no_word() -> None:
    assert wanted_terms("？！—") == ()


@pytest.mark.parametrize("said", ["ZMD-2026-000123-7", "zmd2026000123", "zmd-2026-0001", "000123", "123"])
def test_a_reference_is_found_by_what_people_have_of_it(said: str) -> None:
    terms = reference_terms("ZMD-2026-000123-7")
    (wanted,) = wanted_terms(said)
    assert any(term.startswith(wanted.text) if wanted.begins else term == wanted.text for term in terms)


def test_a_reference_is_asked_for_as_one_term_and_not_as_its_parts() -> None:
    assert wanted_terms("ZMD-2026-000123") == (Term("zmd2026000123", begins=True),)
