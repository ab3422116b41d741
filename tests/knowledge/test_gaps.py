"""Grouping questions by likeness."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.gaps import asked_in, group_alike

SAME = ("身份证掉了咋整", "身份证弄丢了怎么补", "我的身份证丢失补办要多久", "请问身份證掉了，咋整？")
POULTRY = ("可以在小区里养鸡吗", "小区里能不能养鸡", "在小区养鸡可以吗？", "小区能养鸡不")
OTHERS = ("能在小区里养鸡吗", "市图书馆几点关门", "where can I tie up my boat")
PIECES = st.sampled_from(
    ["身份证", "护照", "丢了", "怎么办", "多少钱", "养鸡", "boat", "passport", "lost", "how much", "?", " "]
)
QUESTIONS = st.lists(st.lists(PIECES, max_size=5).map("".join), max_size=25)


def wordings(questions: list[str]) -> list[list[str]]:
    return [[questions[place] for place in group] for group in group_alike(questions)]


def test_one_question_in_other_words_is_one_group_and_the_most_asked_comes_first() -> None:
    asked = [OTHERS[0], *SAME, *OTHERS[1:], OTHERS[0]]
    first, second, *rest = wordings(asked)
    assert sorted(first) == sorted(SAME)
    assert second == [OTHERS[0]] * 2
    assert sorted(map(tuple, rest)) == sorted((one,) for one in OTHERS[1:])


@pytest.mark.parametrize("asked", [SAME, POULTRY], ids=["lost card", "poultry"])
def test_what_is_asked_alone_is_grouped_as_well(asked: tuple[str, ...]) -> None:
    assert len(group_alike(asked)) == 1


def test_the_most_frequent_wording_stands_first_in_its_group() -> None:
    (group,) = wordings(["身份证弄丢了怎么补", "身份证掉了咋整", "请问身份证掉了咋整", "身份证掉了咋整"])
    assert group[0] == "身份证掉了咋整"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lost my id card", "i have lost my ID card, what now?"),
        ("身份证到期了", "身份証到期了"),
        ("how do i renew my driving licence", "how do i renew my driving license"),
    ],
    ids=["politeness", "traditional script", "spelling"],
)
def test_slips_and_shells_do_not_part_what_is_alike(one: str, other: str) -> None:
    assert len(group_alike([one, other, *OTHERS])) == 1 + len(OTHERS)


@pytest.mark.parametrize(
    ("one", "other"),
    [("身份证丢了", "护照丢了"), ("passport renewal", "visa extension"), ("养鸡", "养狗"), (SAME[0], "身份证到期换证")],
)
def test_another_matter_is_another_group(one: str, other: str) -> None:
    assert len(group_alike([one, other])) == 2


def test_questions_without_words_and_no_questions_are_no_trouble() -> None:
    assert group_alike([]) == ()
    assert wordings(["？？", "多少钱", "!!"]) == [["!!", "？？"], ["多少钱"]]


@given(QUESTIONS)
def test_every_question_stands_in_exactly_one_group(questions: list[str]) -> None:
    placed = [place for group in group_alike(questions) for place in group]
    assert sorted(placed) == list(range(len(questions)))


@given(QUESTIONS)
def test_larger_groups_come_first(questions: list[str]) -> None:
    sizes = [len(group) for group in group_alike(questions)]
    assert sizes == sorted(sizes, reverse=True)


@given(QUESTIONS, st.randoms(use_true_random=False))
def test_the_order_in_which_questions_come_does_not_matter(questions: list[str], chance: random.Random) -> None:
    shuffled = chance.sample(questions, len(questions))
    assert wordings(shuffled) == wordings(questions)


@given(QUESTIONS)
@settings(max_examples=30)
def test_asking_again_word_for_word_never_opens_another_group(questions: list[str]) -> None:
    assert len(group_alike([*questions, *questions])) <= max(len(group_alike(questions)), 1)


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("小区里能养鸡吗", "小区里能养鸡吗"),
        ("电话13800001111。可以养鸡吗？", "电话13800001111。可以养鸡吗？"),
        (
            "您好！\n我家住在示例路十二号院，楼下邻居去年搬来以后一直想在楼道口的空地上养几只鸡，我们劝过几次也说不清楚到底行不行。请问小区里可以养鸡吗？盼复。\n示例甲",
            "请问小区里可以养鸡吗？",
        ),
        (
            "Dear sir or madam, my name is Example. I moved here in May. May I keep chickens in my yard? Kind regards",
            "May I keep chickens in my yard?",
        ),
        ("邻居养鸡。" * 20, "邻居养鸡。" * 20),
    ],
    ids=["short", "short with more", "a letter", "an English letter", "long without a question"],
)
def test_of_a_long_message_only_the_sentences_that_ask_are_grouped(message: str, asked: str) -> None:
    assert asked_in(message) == asked
